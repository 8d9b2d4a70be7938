"""`motma rules explain`, `shipped`, `check` and `motma snapshot`, as people and pipes use them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest

from motma.rules.books.shipped import NAMES, shipped
from motma.storage import server

MOTMA: Final = Path(sys.executable).with_name("motma")
FACTS: Final = json.dumps(
    {
        "doses": [
            {"disease": "840539006", "product": "EU/1/21/1529", "on": "2021-07-01"},
            {"disease": "840539006", "product": "EU/1/21/1529", "on": "2021-09-25"},
        ]
    }
)


def motma(home: Path, *arguments: str, given: str = FACTS) -> "subprocess.CompletedProcess[str]":
    """The command, facts on its standard input."""
    return subprocess.run(
        [str(MOTMA), *arguments],
        env={**os.environ, "MOTMA_HOME": str(home), "NO_COLOR": "1", "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
        input=given,
    )


@pytest.fixture(scope="module")
def home(open_directory: Path) -> Iterator[Path]:
    """An installation with a database that stays up between commands."""
    directory = open_directory / uuid4().hex
    directory.mkdir(mode=0o711)
    server.ensure_running(directory / "postgres")
    yield directory
    server.stop(directory / "postgres", force=True)


def test_explaining_draws_the_tree_that_the_docs_show(tmp_path: Path) -> None:
    where = ("--province", "56", "--at", "2021-10-08", "--lang", "en")
    shown = motma(tmp_path, "rules", "explain", "-", *where)
    assert shown.returncode == 0
    assert shown.stdout in (Path(__file__).parents[3] / "docs" / "rules.md").read_text("utf-8")


def test_explaining_for_pipes_has_both_languages(tmp_path: Path) -> None:
    done = motma(tmp_path, "rules", "explain", "-", "--province", "56",
                 "--at", "2021-10-09T00:00:00+07:00", "--json")  # fmt: skip
    verdict = json.loads(done.stdout)
    assert (verdict["colour"], verdict["scheme"], verdict["valid_until"]) == ("green", 5601, None)
    assert verdict["reasons"]["parts"][0]["text"]["vi"].startswith("Tiêm đủ liều ngày 25/9/2021")


def test_where_no_book_speaks_the_neutral_default_does(tmp_path: Path) -> None:
    done = motma(tmp_path, "rules", "explain", "-", "--province", "01", "--at", "2021-10-09")
    assert "nơi này không có quy tắc về màu thẻ" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "given", "code"),
    [
        (("rules", "explain", "-"), '{"born": "19"}', "facts.shape"),
        (("rules", "explain", "-", "--at", "soon"), FACTS, "rules.moment"),
        (("rules", "explain", "-", "--at", "2021-10-09T00:00:00"), FACTS, "rules.moment"),
        (("rules", "explain", "nowhere.json"), FACTS, "rules.file-not-readable"),
        (("rules", "check", "-"), "{}", "rules.book-shape"),
    ],
)
def test_what_cannot_be_read_is_refused_by_code(
    tmp_path: Path, arguments: tuple[str, ...], given: str, code: str
) -> None:
    done = motma(tmp_path, *arguments, given=given)
    assert (done.returncode, code in done.stderr, done.stdout) == (3, True, "")


def test_the_shipped_books_are_listed_and_pass_their_check(tmp_path: Path) -> None:
    listed = json.loads(motma(tmp_path, "rules", "shipped", "--json").stdout)
    assert [row["id"] for row in listed] == list(NAMES)
    checked = json.loads(motma(tmp_path, "rules", "check", NAMES[-1], "--json").stdout)
    assert (checked["cases"], checked["worse_off"]) == (len(shipped()[-1].book.cases), 0)


def test_a_book_that_punishes_a_booster_is_found_by_the_check(tmp_path: Path) -> None:
    book = json.loads(shipped()[-1].write())
    term = next(term for term in book["terms"] if term["id"] == "complete_dose")
    term["logic"] = {
        "reduce": [
            {"var": "payload.doses"},
            {"if": [
                {">=": [{"var": "current.number"}, {"var": "current.of"}]},
                {"var": "current.on"},
                {"var": "accumulator"},
            ]},
            {"var": "given.nothing"},
        ]
    }  # fmt: skip
    book["cases"] = [case for case in book["cases"] if "booster" not in case["name"]]
    done = motma(tmp_path, "rules", "check", "-", "--json", given=json.dumps(book))
    assert done.returncode == 5
    assert {case["added"] for case in json.loads(done.stdout)["examples"]} == {"dose"}


def test_a_snapshot_is_written_and_decides_offline(home: Path, tmp_path: Path) -> None:
    made = motma(home, "people", "register", "Thử Một", "1990-01-01",
                 "--document", "cccd:001090000009", "--json")  # fmt: skip
    qid = json.loads(made.stdout)["qid"]
    file, card = tmp_path / "gate.snapshot", tmp_path / "card.svg"
    text = motma(home, "qr", "draw", qid, "-o", str(card)).stdout.strip()
    written = motma(home, "snapshot", "write", str(file), "--json")
    assert json.loads(written.stdout)["ended"] == 0
    assert json.loads(motma(home, "snapshot", "keys").stdout)["keys"]
    scanned = motma(home, "scan", text, "--offline", str(file), "--province", "01", "--json")
    answer = json.loads(scanned.stdout)
    assert (answer["outcome"], answer["card"]["colour"]) == ("known", "neutral")
    assert motma(home, "people", "revoke", qid).returncode == 0
    assert motma(home, "snapshot", "write", str(file)).returncode == 0
    scanned = motma(home, "scan", text, "--offline", str(file))
    assert scanned.stdout.startswith("revoked (offline):")


def test_a_province_that_never_was_has_no_snapshot(home: Path, tmp_path: Path) -> None:
    done = motma(home, "snapshot", "write", str(tmp_path / "x"), "--province", "57")
    assert (done.returncode, "snapshot.province" in done.stderr) == (3, True)
    assert list(tmp_path.iterdir()) == []
