"""The commands `motma simulate population` and `motma people import`, as a person types them."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg

COMMAND = "from motma.cli.main import main; main()"


def _motma(database: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    settings = {"MOTMA_DATABASE_URL": database, "MOTMA_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        env=os.environ | settings,
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
    )


def test_simulated_people_are_imported_and_counted(database: str, tmp_path: Path) -> None:
    made = _motma(database, tmp_path, "simulate", "population", "--count", "40", "-o", "p.csv")
    assert made.returncode == 0, made.stderr
    first = _motma(database, tmp_path, "people", "import", "p.csv", "--json")
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout) == {
        "rows": 40, "created": 40, "known": 0, "refused": 0, "report": "p.csv.errors.csv",
    }  # fmt: skip
    assert "40/40" in first.stderr
    again = _motma(database, tmp_path, "people", "import", "p.csv")
    assert again.stdout.startswith("40 rows: 40 new")


def test_the_template_is_printed_and_checked_without_writing(database: str, tmp_path: Path) -> None:
    template = _motma(database, tmp_path, "people", "import", "--template")
    (tmp_path / "t.csv").write_text(template.stdout, encoding="utf-8")
    checked = _motma(database, tmp_path, "people", "import", "t.csv", "--dry-run")
    assert checked.stdout.startswith("3 rows checked: 0 would be refused; nothing was written")


def test_a_file_that_is_none_of_people_is_declined_with_its_code(
    database: str, tmp_path: Path
) -> None:
    (tmp_path / "shoes.csv").write_text("shoes\n42\n", encoding="utf-8")
    done = _motma(database, tmp_path, "people", "import", "shoes.csv")
    assert done.returncode == 3
    assert "import.columns-missing" in done.stderr
    mapped = _motma(database, tmp_path, "people", "import", "shoes.csv", "--map", "nothing")
    assert mapped.returncode == 3
    assert "import.map" in mapped.stderr


def test_ctrl_c_stops_between_chunks_and_the_same_command_goes_on(
    database: str, tmp_path: Path
) -> None:
    _motma(database, tmp_path, "simulate", "population", "--count", "60000", "-o", "p.csv")
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "people", "import", "p.csv"],
        env=os.environ | {"MOTMA_DATABASE_URL": database, "MOTMA_HOME": str(tmp_path)},
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        _wait_for_rows(database)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "go on" in said
    done = _motma(database, tmp_path, "people", "import", "p.csv")
    assert done.stdout.startswith("60000 rows: 60000 new")


def _wait_for_rows(database: str) -> None:
    """Until a chunk is committed."""
    with psycopg.connect(database, autocommit=True) as db:
        for _ in range(1200):
            row = db.execute("SELECT max(rows_done) FROM local.import_job").fetchone()
            if row and row[0]:
                return
            time.sleep(0.05)
    raise AssertionError("no chunk was committed within a minute")
