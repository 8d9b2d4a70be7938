"""`motma match --documents`: old documents are keys and evidence like the one in the row."""

import csv
import json
from pathlib import Path

import pytest
from tests.matching_stage import written
from typer.testing import CliRunner

from motma.cli.main import app

#: Synthetic; serials begin with 9. P2 is P1's namesake, born the same day in the same commune.
PEOPLE = [
    "P1,Nguyễn Lê Kha Hân,1987-01-18,female,001187912345,,,00001,2021-10-01",
    "P2,Nguyễn Lê Kha Hân,1987-01-18,female,001187954321,,,00001,2021-10-01",
    "P3,Trần Văn Bình,1950,male,,,,00004,2021-10-01",
]
DOCUMENTS = ["P1,912345678", "P1,N9123456", "P3,912999999", "P3,"]
RECORDS = [
    "R1,Nguyễn Lê Kha Hân,1987-01-18,female,912345678,,,00001,",
    "R2,NGUYEN KHA HAN,1987-01-18,female,912345687,,,00001,",
    "R3,Trần Văn Bình,1950,male,912999999,,,,",
    "R4,Lê Thị Xa,1999-09-09,female,912999999,,,00007,",
]


def run(folder: Path, *more: str) -> tuple[int, dict[str, list[str]], str, str]:
    """Exit code, the links by record, and what was printed and told."""
    paths = [str(folder / name) for name in ("P.csv", "R.csv", "links.csv")]
    asked = ["match", "--people", paths[0], "--records", paths[1], "-o", paths[2], "--json", *more]
    done = CliRunner().invoke(app, asked)
    found: dict[str, list[str]] = {}
    if done.exit_code == 0:
        with (folder / "links.csv").open(encoding="utf-8", newline="") as file:
            found = {row[0]: row[1:3] for row in csv.reader(file)}
    return done.exit_code, found, done.stdout, done.stderr


def documents(folder: Path, lines: list[str], header: str = "person_id,document_number") -> str:
    path = folder / "D.csv"
    path.write_text("\n".join([header, *lines, ""]), encoding="utf-8")
    return str(path)


def test_an_old_document_tells_namesakes_apart(tmp_path: Path) -> None:
    written(tmp_path, PEOPLE, RECORDS)
    _, without, _, _ = run(tmp_path)
    _, found, out, _ = run(tmp_path, "--documents", documents(tmp_path, DOCUMENTS))
    assert without["R1"] == ["review", ""]
    assert found["R1"] == ["link", "P1"]
    assert json.loads(out)["by_exact_keys"] == 1
    assert found["R3"] == ["link", "P3"]


def test_a_slip_in_an_old_document_is_seen_and_a_strangers_name_is_not_linked(
    tmp_path: Path,
) -> None:
    written(tmp_path, PEOPLE, RECORDS)
    path = documents(tmp_path, DOCUMENTS)
    _, found, out, _ = run(tmp_path, "--documents", path, "--explain", "R2")
    assert found["R2"] == ["link", "P1"]
    levels = {part["feature"]: part["level"] for part in json.loads(out)["explained"]["parts"]}
    assert levels["document"] == "digit"
    assert found["R4"][0] != "link"


def test_a_document_that_two_people_have_is_no_exact_key(tmp_path: Path) -> None:
    written(tmp_path, PEOPLE, RECORDS)
    path = documents(tmp_path, ["P1,912345678", "P2,912345678", "P1,912345678"])
    _, found, out, _ = run(tmp_path, "--documents", path)
    assert found["R1"] == ["review", ""]
    assert json.loads(out)["by_exact_keys"] == 0


@pytest.mark.parametrize(
    ("header", "lines", "code", "line"),
    [
        ("person_id,number", [], "match.header", 1),
        ("person_id,document_number", ["P1,912345678", "P9,1"], "match.unknown-person", 3),
        ("person_id,document_number", [f"P1,{n}" for n in range(20)], "match.many-documents", 18),
    ],
)
def test_a_file_of_documents_that_is_not_right_is_refused_with_code_and_line(
    tmp_path: Path, header: str, lines: list[str], code: str, line: int
) -> None:
    written(tmp_path, PEOPLE, RECORDS)
    exit_code, _, _, told = run(tmp_path, "--documents", documents(tmp_path, lines, header))
    assert exit_code == 3
    assert code in told
    assert f"({line}," in told
