"""`motma matching`, as a person types it: what waits, why, whose it is, and back."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

COMMAND = "from motma.cli.main import main; main()"
SAID = {"full_name": "Nguyễn Văn Hùng", "birth": "1990-02-03"}
DOSE = {
    "id": "1",
    "about": SAID,
    "what": {
        "type": "dose", "disease": "840539006", "product": "EU/1/20/1528", "on": "2021-09-03",
    },
}  # fmt: skip


def motma(
    database: str, home: Path, *arguments: str, given: str = ""
) -> "subprocess.CompletedProcess[str]":
    settings = {"MOTMA_DATABASE_URL": database, "MOTMA_HOME": str(home), "COLUMNS": "200"}
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        env=os.environ | settings,
        cwd=home,
        input=given,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_record_of_one_of_two_namesakes_is_decided_and_taken_back(
    database: str, tmp_path: Path
) -> None:
    def run(*arguments: str, given: str = "") -> str:
        done = motma(database, tmp_path, *arguments, given=given)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def state() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(run("matching", "queue", "--json"))
        return found

    for number in ("001090000001", "001090000002"):
        run("people", "register", *SAID.values(), "--document", f"cccd:{number}")
    (tmp_path / "doses.ndjson").write_text(json.dumps(DOSE))
    run("records", "import", "doses.ndjson", "--source", "registry")
    [review] = state()["waiting"]

    why = json.loads(run("matching", "why", review["review_id"], "--json"))
    assert why["decision"] == "review"
    person, other = (side["person_id"] for side in why["candidates"])
    assert person != other
    text = run("matching", "why", given=json.dumps(SAID))
    assert text.startswith("review ")
    assert {line.split()[0] for line in text.splitlines()} >= {person, other, "given", "birth"}

    linked = run("matching", "decide", review["review_id"], "link", "--person", person, "--json")
    assert json.loads(linked) == {"records": 1}
    assert state()["reviews"] == 0
    assert json.loads(run("matching", "undo", review["review_id"], "--json")) == {"records": 1}
    assert state()["reviews"] == 1


def test_what_cannot_be_done_has_a_code_and_an_exit_status(database: str, tmp_path: Path) -> None:
    nobody = "0197c0de-0000-7000-8000-000000000000"
    unknown = motma(database, tmp_path, "matching", "decide", nobody, "none")
    assert (unknown.returncode, "matching.review-unknown" in unknown.stderr) == (4, True)
    unreadable = motma(database, tmp_path, "matching", "why", given="Canary")
    assert (unreadable.returncode, "matching.evidence" in unreadable.stderr) == (3, True)
    assert "Canary" not in unreadable.stderr
    assert motma(database, tmp_path, "matching", "decide", nobody, "perhaps").returncode == 2
