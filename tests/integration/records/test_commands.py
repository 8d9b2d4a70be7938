"""`motma records` and `motma valuesets`, as a person types them."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
from tests.integration.records.conftest import dose

from motma.records import plain

COMMAND = "from motma.cli.main import main; main()"


def motma(database: str, home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    settings = {"MOTMA_DATABASE_URL": database, "MOTMA_HOME": str(home), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        env=os.environ | settings,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )


def test_records_are_imported_shown_retracted_and_taken_back(database: str, tmp_path: Path) -> None:
    def run(*arguments: str) -> str:
        done = motma(database, tmp_path, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    qid = run(
        "people", "register", "Thử Thị Nghiệm", "1990-02-03", "--document", "cccd:001190000001"
    ).strip()
    lines = [msgspec.json.encode(dose(str(n), on=f"2025-09-0{n}")) for n in (1, 2)]
    (tmp_path / "doses.ndjson").write_bytes(b"\n".join([*lines, b"{"]))
    job = json.loads(run("records", "import", "doses.ndjson", "--source", "registry", "--json"))
    assert (job["rows"], job["received"], job["attached"], job["failed"]) == (3, 2, 2, 1)
    assert (tmp_path / "doses.ndjson.errors.csv").read_text().splitlines() == [
        "row,column,severity,code",
        "3,,error,records.json",
    ]

    shown = json.loads(run("records", "show", qid, "--json"))
    assert [one["what"]["on"] for one in shown] == ["2025-09-01", "2025-09-02"]
    assert shown[0]["provenance"]["source"] == "registry"
    rows = list(csv.DictReader(run("records", "show", qid, "--as", "csv").splitlines()))
    assert [row["product"] for row in rows] == ["EU/1/20/1528"] * 2
    record_id = shown[0]["record_id"]
    run("records", "retract", record_id, "--reason", "never given")
    bundle = json.loads(run("records", "show", qid, "--as", "fhir"))
    days = [entry["resource"]["occurrenceDateTime"] for entry in bundle["entry"]]
    assert days == ["2025-09-02"]
    run("records", "retract", record_id, "--undo")
    facts = json.loads(run("records", "facts", qid, "--json"))
    assert len(facts["doses"]) == 2
    earlier = json.loads(run("records", "facts", qid, "--known-at", "2020-01-01", "--json"))
    assert earlier == {}
    assert "never given" in run("records", "history", record_id)

    assert "2 records" in run("records", "undo-import", job["job_id"])
    assert run("records", "show", qid).strip() == "no records"
    assert "undone" in run("records", "jobs")


def test_a_template_imports_as_it_stands(database: str, tmp_path: Path) -> None:
    header = motma(database, tmp_path, "records", "import", "--template").stdout
    assert header.strip().split(",") == list(plain.COLUMNS)
    (tmp_path / "t.csv").write_text(header)
    done = motma(database, tmp_path, "records", "import", "t.csv", "--source", "s", "--json")
    assert json.loads(done.stdout)["rows"] == 0


def test_official_value_sets_are_used_at_once(database: str, tmp_path: Path, corpora: Path) -> None:
    folder = str(corpora / "valuesets")
    done = motma(database, tmp_path, "valuesets", "import", folder, "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["new"] == told["value_sets"] >= 8
    again = motma(database, tmp_path, "valuesets", "import", folder, "--json")
    assert json.loads(again.stdout)["new"] == 0
    listed = json.loads(motma(database, tmp_path, "valuesets", "list", "--json").stdout)
    assert listed["country-2-codes"] > 200
    shown = motma(database, tmp_path, "valuesets", "show", "disease-agent-targeted").stdout
    assert "U07.1" in shown

    novel = dose(product="EU/1/21/1618")  # in the official file, not in ours
    (tmp_path / "n.ndjson").write_bytes(msgspec.json.encode(novel))
    job = motma(database, tmp_path, "records", "import", "n.ndjson", "--source", "s", "--json")
    assert json.loads(job.stdout)["failed"] == 0, job.stderr


def test_what_is_no_value_set_is_refused_with_its_code(database: str, tmp_path: Path) -> None:
    (tmp_path / "x.json").write_text("{}")
    done = motma(database, tmp_path, "valuesets", "import", "x.json")
    assert done.returncode == 3
    assert "valuesets.not-a-value-set" in done.stderr
