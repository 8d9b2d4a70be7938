"""Matching on Spark says what matching in columns says; skipped where Spark or Java is missing."""

import json
import os
import shutil
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import pytest
from tests.matching_stage import written
from typer.testing import CliRunner

from motma.cli import simulate_records
from motma.cli.main import app

#: Spark's Python side leaves its sockets to the collector.
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)

#: Records of the comparison, and people from whom there are that many.
RECORDS = 20_000
PEOPLE = 13_500
SEED = 23

needs_spark = pytest.mark.skipif(
    any(find_spec(name) is None for name in ("pyspark", "pandas", "pyarrow")),
    reason="Spark is not installed: pip install 'motma[spark]' (make test-spark)",
)
needs_java = pytest.mark.skipif(
    not (shutil.which("java") or "JAVA_HOME" in os.environ),
    reason="there is no Java: apt-get install openjdk-17-jre-headless",
)


def run(folder: Path, out: str, *more: str) -> tuple[int, str, str]:
    """Exit code, and what was printed and told."""
    paths = [str(folder / name) for name in ("P.csv", "R.csv", out)]
    asked = ["match", "--people", paths[0], "--records", paths[1], "-o", paths[2], "--json"]
    done = CliRunner().invoke(app, [*asked, *more])
    return done.exit_code, done.stdout, done.stderr


def spark(folder: Path, *more: str) -> tuple[int, str, str]:
    """The same on Spark."""
    return run(folder, "spark.csv", "--backend", "spark", "--spark-master", "local[2]", *more)


@needs_spark
@needs_java
def test_both_backends_give_the_same_links_of_twenty_thousand_records(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    simulate_records.records(preset="strangers-2021", people=PEOPLE, seed=SEED, output=tmp_path)
    lines = (tmp_path / "R.csv").read_text("utf-8").splitlines(keepends=True)
    assert len(lines) > RECORDS
    (tmp_path / "R.csv").write_text("".join(islice(lines, RECORDS + 1)), "utf-8")
    documents = ("--documents", str(tmp_path / "documents.csv"))

    _, here, _ = run(tmp_path, "here.csv", *documents)
    code, there, told = spark(tmp_path, *documents)

    assert code == 0, told
    assert (tmp_path / "spark.csv").read_bytes() == (tmp_path / "here.csv").read_bytes()
    summaries = [json.loads(one) | {"out": ""} for one in (here, there)]
    assert summaries[0] == summaries[1]
    assert summaries[0]["records"] == RECORDS
    assert all(summaries[0][decision] for decision in ("link", "review", "none"))
    assert list(scratch.iterdir()) == [], "Spark left something behind"


HAN = "Nguyễn Lê Kha Hân,1987-01-18,female,001187912345,,0591234567,00001,2021-10-01"


@needs_spark
@needs_java
def test_spark_refuses_an_id_that_comes_twice(tmp_path: Path) -> None:
    written(tmp_path, [f"P1,{HAN}"], [f"R1,{HAN}", f"R2,{HAN}", f"R1,{HAN}"])
    code, _, told = spark(tmp_path)
    assert code == 3
    assert "match.id" in told
    assert "(4,)" in told


def test_a_line_that_cannot_be_read_is_refused_before_spark_is_started(
    tmp_path: Path,
) -> None:
    written(tmp_path, [f"P1,{HAN}"], [f"R1,{HAN}", "R2,,18/01/1987,,,,,,"])
    code, _, told = spark(tmp_path)
    assert code == 3
    assert "match.birth-date" in told
    assert "(3,)" in told


def test_without_spark_or_java_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, [f"P1,{HAN}"], [f"R1,{HAN}"])
    monkeypatch.setattr("motma.identity.matching.batch.spark.session.find_spec", lambda _: None)
    code, _, told = spark(tmp_path)
    assert code == 9
    assert "match.spark-missing" in told
    assert "pip install 'motma[spark]'" in told
    monkeypatch.setattr("motma.identity.matching.batch.spark.session.find_spec", find_spec)
    monkeypatch.setattr("motma.identity.matching.batch.spark.session._PARTS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    code, _, told = spark(tmp_path)
    assert code == 9
    assert "openjdk" in told


def test_only_the_first_backend_explains(tmp_path: Path) -> None:
    written(tmp_path, [f"P1,{HAN}"], [f"R1,{HAN}"])
    code, _, told = spark(tmp_path, "--explain", "R1")
    assert code == 2
    assert "--backend numpy" in told
