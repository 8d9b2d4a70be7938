"""`motma recodes`: three log-ins from proposal to the decided appeal, and exit codes by kind."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from tests.staging import PIN
from typer.testing import CliRunner, Result

from motma.cli.main import app
from motma.kernel.clock import CIVIL_ZONE
from motma.storage import server

WITH_PIN: Final = ("--pin", PIN)
FIRST, SECOND, THIRD = [("--by", f"{who}@desk", *WITH_PIN) for who in ("an", "binh", "chi")]
REASON: Final = ("--reason", "a positive test not yet delivered")
UNTIL: Final = (datetime.now(UTC) + timedelta(days=3)).astimezone(CIVIL_ZONE).strftime("%Y-%m-%d")


@pytest.fixture(scope="module")
def home(open_directory: Path) -> Iterator[Path]:
    """An installation with three registrars and one who is not."""
    directory = open_directory / uuid4().hex
    directory.mkdir(mode=0o711)
    server.ensure_running(directory / "postgres")
    made = motma(directory, "readers", "add-organisation", "Desk", "--json").stdout
    organisation = json.loads(made)["organisation_id"]
    for who in ("an", "binh", "chi", "op"):
        role = "operator" if who == "op" else "registrar"
        done = motma(directory, "readers", "add", organisation, f"{who}@desk", role, *WITH_PIN)
        assert done.exit_code == 0, done.stderr
    yield directory
    server.stop(directory / "postgres", force=True)


@pytest.fixture(scope="module")
def qid(home: Path) -> str:
    """Somebody registered."""
    added = motma(
        home, "people", "register", "Thử Thị Nghiệm", "1990-02-03",
        "--document", "cccd:001190000001", "--json",
    )  # fmt: skip
    assert added.exit_code == 0, added.stderr
    return str(json.loads(added.stdout)["qid"])


def motma(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"MOTMA_HOME": str(home), "NO_COLOR": "1"})


def recodes(home: Path, *arguments: str) -> Any:
    done = motma(home, "recodes", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_a_colour_is_set_appealed_and_decided_from_the_command_line(home: Path, qid: str) -> None:
    made = recodes(home, "propose", qid, "red", *REASON, "--until", UNTIL, *FIRST)
    key = (made["person_id"], made["recode_id"])
    assert [one["recode_id"] for one in recodes(home, "list")] == [made["recode_id"]]
    own = motma(home, "recodes", "confirm", *key, *FIRST)
    assert (own.exit_code, "recodes.second-person-needed" in own.stderr) == (5, True)
    assert recodes(home, "confirm", *key, *SECOND)["state"] == "in-force"
    assert recodes(home, "list") == []
    assert len(recodes(home, "list", "--in-force")) == 1
    card = json.loads(motma(home, "cards", "show", qid, "--json").stdout)
    assert (card["colour"], card["recoded"]) == ("red", True)
    recodes(home, "appeal", qid, "I was never tested", *FIRST)
    assert len(recodes(home, "appeals")) == 1
    why = ("--reason", "it was a namesake's test")
    involved = motma(home, "recodes", "decide", *key, "ended", *why, *SECOND)
    assert (involved.exit_code, "recodes.third-person-needed" in involved.stderr) == (5, True)
    assert recodes(home, "decide", *key, "ended", *why, *THIRD)["state"] == "ended"
    shown = motma(home, "recodes", "show", *key, *THIRD).stdout
    assert "appeal (ended): I was never tested" in shown
    assert "answer: it was a namesake's test" in shown
    card = json.loads(motma(home, "cards", "show", qid, "--json").stdout)
    assert "recoded" not in card


def test_a_proposal_is_withdrawn_and_another_word_is_no_colour(home: Path, qid: str) -> None:
    until = ("--until", UNTIL, *FIRST)
    made = recodes(home, "propose", qid, "yellow", *REASON, *until)
    why = ("--reason", "it was about somebody else")
    ended = recodes(home, "end", made["person_id"], made["recode_id"], *why, *SECOND)
    assert ended["state"] == "withdrawn"
    assert motma(home, "recodes", "propose", qid, "blue", *REASON, *until).exit_code == 2


@pytest.mark.parametrize(
    ("by", "pin", "code"),
    [("op@desk", PIN, 6), ("an@desk", "135790", 7), ("nobody@desk", PIN, 7)],
)
def test_who_is_no_registrar_gets_nowhere(
    home: Path, qid: str, by: str, pin: str, code: int
) -> None:
    done = motma(
        home, "recodes", "propose", qid, "red", *REASON, "--until", UNTIL, "--by", by, "--pin", pin
    )
    assert done.exit_code == code
