"""`motma rules eval`: a line in, a line out."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from motma.cli.main import app

CLOCK = {"plusTime": [{"var": "external.validationClock"}, 0, "day"]}


def answers(*lines: bytes) -> list[object]:
    found = CliRunner().invoke(app, ["rules", "eval"], input=b"\n".join(lines))
    assert found.exit_code == 0
    return [json.loads(line) for line in found.stdout.splitlines()]


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ({"logic": {"var": "a"}, "data": {"a": [1, None]}}, {"result": [1, None]}),
        ({"logic": {"var": "a"}}, {"result": None}),
        (
            {"logic": {"in": ["x", {"var": "external.valueSets.s"}]}, "value_sets": {"s": ["x"]}},
            {"result": True},
        ),
        (
            {
                "logic": {"after": [CLOCK, {"plusTime": ["2020", 0, "day"]}]},
                "clock": "2021-01-01T00:00:00Z",
                "data": {"external": {"other": 1}},
            },
            {"result": True},
        ),
        ({"logic": CLOCK, "clock": None}, {"problem": "rules.not-a-text"}),
        (
            {"logic": {"var": "external"}, "data": {"external": None}, "clock": "2021"},
            {"result": {"validationClock": "2021"}},
        ),
        ({"logic": {"or": []}}, {"problem": "rules.unknown-operator"}),
        ({"logic": 1, "data": 3, "clock": "2021-01-01"}, {"problem": "rules.data-not-an-object"}),
        ({"data": {}}, {"problem": "rules.line-not-readable"}),
    ],
)
def test_each_line_is_answered(line: object, answer: object) -> None:
    assert answers(json.dumps(line).encode()) == [answer]


def test_a_line_that_is_no_json_is_a_problem_and_the_next_is_answered() -> None:
    deep = b'{"logic": ' + b"[" * 100_000
    lines = (b"", b"\xff", b'{"logic": 1', deep, b'{"logic": 1}')
    problem = {"problem": "rules.line-not-readable"}
    assert answers(*lines) == [problem] * 4 + [{"result": 1}]


def test_files_are_read_one_after_the_other(tmp_path: Path) -> None:
    for name, logic in (("a", 1), ("b", 2)):
        (tmp_path / name).write_text(json.dumps({"logic": logic}) + "\n")
    given = ["rules", "eval", str(tmp_path / "a"), str(tmp_path / "b")]
    assert CliRunner().invoke(app, given).stdout == '{"result":1}\n{"result":2}\n'
