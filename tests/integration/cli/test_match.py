"""`motma match` on files as people have them: answers, explanations and refusals with lines."""

import csv
import json
from pathlib import Path

import pytest
from tests.matching_stage import COLUMNS, written
from typer.testing import CliRunner

from motma.cli.main import app

PEOPLE = [
    "P1,Nguyễn Lê Kha Hân,1987-01-18,female,001187912345,,0591234567,00001,2021-10-01",
    "P2,Trần Văn Bình,1950,male,912345678,,,00004,2021-10-01",
]
RECORDS = [
    "R1,NGUYEN LE KHA HAN,1987-01-18,female,001187912345,,,00001,",
    "R2,Trần Bình,1950,male,912345687,,,00004,",
    "R3,Lê Thị Xa,1999-09-09,female,,,,00007,",
]


def run(tmp_path: Path, *more: str) -> tuple[int, str, str]:
    paths = [str(tmp_path / name) for name in ("P.csv", "R.csv", "links.csv")]
    done = CliRunner().invoke(
        app, ["match", "--people", paths[0], "--records", paths[1], "--out", paths[2], *more]
    )
    return done.exit_code, done.stdout, done.stderr


def test_each_record_gets_a_line_and_the_summary_counts_them(tmp_path: Path) -> None:
    written(tmp_path, PEOPLE, RECORDS)
    code, out, _ = run(tmp_path, "--json")
    assert code == 0
    with (tmp_path / "links.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["record_id", "decision", "person_id", "probability", "candidates"]
    assert [row[:3] for row in rows[1:]] == [
        ["R1", "link", "P1"], ["R2", "link", "P2"], ["R3", "none", ""],
    ]  # fmt: skip
    assert rows[1][4].split(";")[0] == "P1"
    told = json.loads(out)
    assert (told["link"], told["review"], told["none"], told["records"]) == (2, 0, 1, 3)


def test_a_decision_is_explained_feature_by_feature(tmp_path: Path) -> None:
    written(tmp_path, PEOPLE, RECORDS)
    _, out, _ = run(tmp_path, "--json", "--explain", "R2")
    said = json.loads(out)["explained"]
    levels = {part["feature"]: part["level"] for part in said["parts"]}
    assert said["candidates"] == ["P2"]
    assert levels["middle"] == "missing"
    assert levels["document"] == "digit"
    assert sum(part["bits"] for part in said["parts"]) > 10


def test_columns_may_come_in_any_order_and_without_the_last(tmp_path: Path) -> None:
    names = COLUMNS.removesuffix(",commune_as_of").split(",")
    for name, key in (("P.csv", "person_id"), ("R.csv", "record_id")):
        header = [*reversed(names), key]
        row = {
            "full_name": "Nguyễn Lê Kha Hân",
            "birth_date": "1987-01-18",
            "document_number": "001187912345",
            key: "X1",
        }
        with (tmp_path / name).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerow(row)
    code, out, _ = run(tmp_path, "--json")
    assert code == 0
    assert json.loads(out)["link"] == 1


GOOD = f"record_id,{COLUMNS}\nR1,,1987-01-18,,,,,,\n"


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (b"record_id,name\nR1,x\n", "match.header", "1"),
        (b"", "match.header", "1"),
        (GOOD.encode() + b"R2,,18/01/1987,,,,,,\n", "match.birth-date", "3"),
        (GOOD.encode() + b"R2,,1987-02-30,,,,,,\n", "match.birth-date", "3"),
        (GOOD.encode() + b"R2,,,w,,,,,\n", "match.sex", "3"),
        (GOOD.encode() + b"R2,,,,,,,,1.7.2025\n", "match.commune-as-of", "3"),
        (GOOD.encode() + b"R2,Nguy\xea\n", "match.not-utf8", "3"),
        (GOOD.encode() + b"R2,,\n", "match.columns", "3"),
        (GOOD.encode() + b"R1,,,,,,,,\n", "match.id", "3"),
        (GOOD.encode() + b",,,,,,,,\n", "match.id", "3"),
        (GOOD.encode() + b'R2,"a\nb",,,,,,,\n', "match.line-break", "3"),
        (GOOD.encode() + b'R2,"a"b,,,,,,,\n', "match.not-csv", "3"),
    ],
)
def test_a_file_that_is_not_right_is_refused_with_code_and_line(
    tmp_path: Path, text: bytes, code: str, line: str
) -> None:
    written(tmp_path, PEOPLE, RECORDS)
    (tmp_path / "R.csv").write_bytes(text)
    exit_code, _, told = run(tmp_path)
    assert exit_code == 3
    assert code in told
    assert f"({line}," in told
    assert not (tmp_path / "links.csv").exists()


def test_unreadable_dates_may_be_taken_as_unknown(tmp_path: Path) -> None:
    written(tmp_path, PEOPLE, [*RECORDS, "R4,Trần Văn Bình,31/12/1950,male,912345678,,,,"])
    code, out, _ = run(tmp_path, "--lenient", "--json")
    assert code == 0
    assert json.loads(out)["unreadable_values"] == 1


def test_an_empty_file_of_people_links_nobody(tmp_path: Path) -> None:
    written(tmp_path, [], RECORDS)
    code, out, _ = run(tmp_path, "--json")
    assert code == 0
    assert json.loads(out)["none"] == 3
