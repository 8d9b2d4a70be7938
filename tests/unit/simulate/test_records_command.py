"""`motma simulate records`, as a person types it."""

import csv
from pathlib import Path

from typer.testing import CliRunner

from motma.cli.main import app

run = CliRunner().invoke


def _made(folder: Path, *more: str) -> dict[str, list[list[str]]]:
    done = run(app, ["simulate", "records", "--people", "300", "-o", str(folder), *more])
    assert done.exit_code == 0, done.output
    found = {}
    for file in sorted(folder.glob("*.csv")):
        with file.open(encoding="utf-8", newline="") as text:
            found[file.name] = list(csv.reader(text))
    return found


def test_the_files_have_the_columns_of_motma_match_and_say_the_same_each_time(
    tmp_path: Path,
) -> None:
    made = _made(tmp_path / "one")
    about = "full_name,birth_date,sex,document_number,bhyt,phone,commune_code,commune_as_of"
    assert ",".join(made["P.csv"][0]) == f"person_id,{about}"
    assert ",".join(made["R.csv"][0]) == f"record_id,{about}"
    assert made["truth.csv"][0] == ["record_id", "person_id", "damages"]
    assert made["documents.csv"][0] == ["person_id", "document_number"]
    assert len(made["P.csv"]) == 301
    assert [row[0] for row in made["R.csv"][1:]] == [row[0] for row in made["truth.csv"][1:]]
    assert _made(tmp_path / "two", "--preset", "national-2021", "--seed", "2021") == made
    assert _made(tmp_path / "three", "--seed", "7") != made


def test_every_person_of_the_truth_is_in_the_register(tmp_path: Path) -> None:
    made = _made(tmp_path)
    people = {row[0] for row in made["P.csv"]}
    assert {row[1] for row in made["truth.csv"][1:] if row[1]} <= people
    assert {row[0] for row in made["documents.csv"][1:]} <= people


def test_an_unknown_preset_is_a_wrong_call(tmp_path: Path) -> None:
    done = run(app, ["simulate", "records", "--preset", "x", "-o", str(tmp_path)])
    assert done.exit_code == 2
