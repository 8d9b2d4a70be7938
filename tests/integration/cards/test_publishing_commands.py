"""`motma rules draft … rollback`: two log-ins, and exit codes by kind."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from tests.integration.cards.conftest import BOOK, book
from tests.staging import PIN
from typer.testing import CliRunner, Result

from motma.cli.main import app
from motma.storage import server

WITH_PIN: Final = ("--pin", PIN)
FIRST: Final = ("--by", "first@health", *WITH_PIN)
SECOND: Final = ("--by", "second@health", *WITH_PIN)


@pytest.fixture(scope="module")
def home(open_directory: Path) -> Iterator[Path]:
    """An installation with two people of the authority and one who is not."""
    directory = open_directory / uuid4().hex
    directory.mkdir(mode=0o711)
    server.ensure_running(directory / "postgres")
    made = motma(directory, "readers", "add-organisation", "Health", "--json").stdout
    organisation = json.loads(made)["organisation_id"]
    for login, role in (("first", "authority"), ("second", "authority"), ("op", "operator")):
        done = motma(
            directory, "readers", "add", organisation, f"{login}@health", role, *WITH_PIN
        )  # fmt: skip
        assert done.exit_code == 0, done.stderr
    yield directory
    server.stop(directory / "postgres", force=True)


def motma(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, env={"MOTMA_HOME": str(home), "NO_COLOR": "1"})


def rules(home: Path, *arguments: str) -> Any:
    done = motma(home, "rules", *arguments, "--json")
    assert done.exit_code == 0, done.stderr
    return json.loads(done.stdout)


def test_a_book_is_published_from_the_command_line_and_taken_back(home: Path) -> None:
    for version in (1, 2):
        file = home / f"book-{version}.json"
        file.write_text(json.dumps(book(version)))
        rules(home, "draft", str(file), *FIRST)
        rules(home, "propose", BOOK, str(version), *FIRST)
        ran = rules(home, "dry-run", BOOK, str(version), *FIRST)
        assert ran["dry_run"]["people"] == 0
        own = motma(home, "rules", "publish", BOOK, str(version), *FIRST)
        assert (own.exit_code, "cards.second-person-needed" in own.stderr) == (5, True)
        rules(home, "publish", BOOK, str(version), *SECOND)
    assert rules(home, "rollback", BOOK, *SECOND)["version"] == 1
    rules(home, "dry-run", BOOK, "1", *SECOND)
    rules(home, "publish", BOOK, "1", *FIRST)
    states = [(one["version"], one["state"]) for one in rules(home, "list")]
    assert states == [(1, "published"), (2, "superseded")]


def test_a_shipped_book_is_drafted_by_its_id_and_another_word_is_no_book(home: Path) -> None:
    shipped = rules(home, "draft", "khanh-hoa-2021-10-07", *FIRST)
    assert (shipped["book_id"], shipped["state"]) == ("khanh-hoa-2021-10-07", "draft")
    assert motma(home, "rules", "draft", "no-such-book", *FIRST).exit_code == 2


@pytest.mark.parametrize(
    ("by", "pin", "code"),
    [("op@health", PIN, 6), ("first@health", "135790", 7), ("nobody@health", PIN, 7)],
)
def test_who_is_not_of_the_authority_gets_nowhere(home: Path, by: str, pin: str, code: int) -> None:
    done = motma(home, "rules", "propose", BOOK, "1", "--by", by, "--pin", pin)
    assert done.exit_code == code
