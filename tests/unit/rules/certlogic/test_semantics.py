"""What the suites leave open: errors, truth, equality, dates, and bounds."""

from datetime import UTC, datetime
from typing import Any

import pytest

from motma.kernel.errors import Malformed
from motma.rules.certlogic.program import Watch, compile_expression

DAY = {"plusTime": ["2021-06-01", 0, "day"]}


def value(expression: object, data: object = None) -> object:
    return compile_expression(expression).evaluate(data)


def reason(expression: object, data: object = None) -> str:
    with pytest.raises(Malformed) as declined:
        value(expression, data)
    return declined.value.reason


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        (None, "rules.not-an-expression"),
        (1.5, "rules.not-an-integer"),
        (2**60, "rules.number-too-large"),
        ({}, "rules.not-one-operator"),
        ({"or": [True, True]}, "rules.unknown-operator"),
        ({"!": True}, "rules.operands-not-a-list"),
        ({"and": [True]}, "rules.number-of-operands"),
        ({"<": [1, 2, 3, 4]}, "rules.number-of-operands"),
        ({"var": "a..b"}, "rules.path"),
        ({"plusTime": ["2021-06-01", 1, "week"]}, "rules.unknown-unit"),
        ({"plusTime": ["2021-06-01", True, "day"]}, "rules.not-an-integer"),
    ],
)
def test_what_is_no_expression_does_not_compile(expression: object, why: str) -> None:
    with pytest.raises(Malformed) as declined:
        compile_expression(expression)
    assert declined.value.reason == why


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ({"if": [DAY, 1, 2]}, "rules.neither-true-nor-false"),
        ({"!": [DAY]}, "rules.neither-true-nor-false"),
        ({"and": [DAY, True]}, "rules.neither-true-nor-false"),
        ({"in": ["a", {"var": "missing"}]}, "rules.not-an-array"),
        ({"reduce": ["text", 1, 1]}, "rules.not-an-array"),
        ({"<": [1, "2"]}, "rules.not-an-integer"),
        ({"<": [True, 2]}, "rules.not-an-integer"),
        ({"<": [1, 2, 2.5]}, "rules.not-an-integer"),
        ({"+": [2**53 - 1, 1]}, "rules.number-too-large"),
        ({"after": ["2021-06-01", DAY]}, "rules.not-a-date-time"),
        ({"after": [DAY, DAY, 1]}, "rules.not-a-date-time"),
        ({"plusTime": [DAY, 0, "day"]}, "rules.not-a-text"),
        ({"plusTime": ["2021-02-30", 0, "day"]}, "rules.not-a-date"),
        ({"plusTime": ["2021-W01-1", 0, "day"]}, "rules.not-a-date"),
        ({"plusTime": ["9999-12-31", 1, "day"]}, "rules.date-out-of-range"),
        ({"plusTime": ["2021-06-01", 2**53 - 1, "hour"]}, "rules.date-out-of-range"),
        ({"dccDateOfBirth": ["2021-06-01T00:00:00Z"]}, "rules.not-a-date"),
        ({"extractFromUVCI": [1, 0]}, "rules.not-a-text"),
    ],
)
def test_an_error_of_the_specification_is_malformed(expression: Any, why: str) -> None:
    if expression.get("<") == [1, 2, 2.5]:
        expression = {"<": [1, 2, {"var": ""}]}
        assert reason(expression, 2.5) == why
    else:
        assert reason(expression) == why


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ("1", 1, False),
        (None, False, False),
        (None, None, True),
        ([1, {"a": [True]}], [1, {"a": [True]}], True),
        ([1, {"a": [True]}], [1, {"a": [1]}], False),
        ([1], [1, 1], False),
    ],
)
def test_equality_is_of_value_and_type(left: object, right: object, equal: object) -> None:
    data = {"left": left, "right": right}
    assert value({"===": [{"var": "left"}, {"var": "right"}]}, data) is equal
    assert value({"in": [{"var": "left"}, [{"var": "right"}]]}, data) is equal


def test_an_operand_after_a_falsy_one_is_not_evaluated() -> None:
    assert value({"and": [0, {"<": ["no number", 1]}]}) == 0


def test_only_the_picked_branch_is_evaluated() -> None:
    assert value({"if": [True, "yes", {"<": ["no number", 1]}]}) == "yes"


def test_the_step_of_a_reduction_sees_neither_data_nor_clock() -> None:
    step = {"+": [{"var": "accumulator"}, {"if": [{"var": "external.validationClock"}, 1, 0]}]}
    data = {"external": {"validationClock": "2021-06-01T00:00:00Z"}}
    assert value({"reduce": [[1, 2], step, 0]}, data) == 0


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("2021", "2021-12-31T00:00:00.000Z"),
        ("2024-02", "2024-02-29T00:00:00.000Z"),
        ("2021-06-01T01:02:03", "2021-06-01T01:02:03.000Z"),
        ("2021-06-01T01:02:03.98765Z", "2021-06-01T01:02:03.987Z"),
        ("2021-06-01T01:02:03+7", "2021-05-31T18:02:03.000Z"),
        ("2021-06-01T01:02:03-0730", "2021-06-01T08:32:03.000Z"),
        ("2021-06-01T01:02:03.5+7:30", "2021-05-31T17:32:03.500Z"),
    ],
)
def test_every_form_of_date_is_read(text: str, written: str) -> None:
    assert value({"plusTime": [text, 0, "hour"]}) == written


@pytest.mark.parametrize(
    ("amount", "unit", "written"),
    [
        (1, "day", "2020-03-01"),
        (1, "month", "2020-03-29"),
        (1, "year", "2021-03-01"),
        (-12, "month", "2019-03-01"),
        (24, "hour", "2020-03-01"),
    ],
)
def test_leap_days_run_over_as_the_specification_has_it(
    amount: int, unit: str, written: str
) -> None:
    assert value({"plusTime": ["2020-02-29", amount, unit]}) == f"{written}T00:00:00.000Z"


def test_a_doubling_reduction_runs_out_of_work_instead_of_memory() -> None:
    doubling = {"reduce": [{"var": ""}, [{"var": "accumulator"}, {"var": "accumulator"}], [1]]}
    assert reason(doubling, [0] * 64) == "rules.too-much-work"
    assert reason({"===": [doubling, doubling]}, [0] * 64) == "rules.too-much-work"


def test_nested_reductions_run_out_of_work() -> None:
    inner: object = {"var": "accumulator"}
    for _ in range(4):
        inner = {"reduce": [{"var": "current"}, inner, 0]}
    wide: object = 1
    for _ in range(5):
        wide = [wide] * 64
    assert reason({"reduce": [{"var": ""}, inner, 0]}, wide) == "rules.too-much-work"


@pytest.mark.parametrize(
    "step",
    [
        {"===": [{"var": "accumulator.0"}, {"var": "accumulator.1"}]},
        {"in": [{"var": "accumulator.0"}, {"var": "accumulator"}]},
        {"extractFromUVCI": [{"var": "accumulator.0"}, 0]},
    ],
)
def test_long_texts_are_work(step: object) -> None:
    kept = {"if": [step, {"var": "accumulator"}, {"var": "accumulator"}]}
    expression = {"reduce": [{"var": "items"}, kept, [{"var": "one"}, {"var": "other"}]]}
    data = {"items": [0] * 1000, "one": "x" * 1_000_000, "other": "x" * 999_999 + "y"}
    assert reason(expression, data) == "rules.too-much-work"


def test_an_expression_holds_no_long_text() -> None:
    assert reason("x" * 1001) == "rules.text-too-long"
    assert reason({"var": "x." * 501 + "x"}) == "rules.text-too-long"


def test_a_deep_result_of_reductions_is_declined() -> None:
    nesting = {"reduce": [{"var": ""}, [{"var": "accumulator"}], 1]}
    assert reason(nesting, [0] * 1000) == "rules.too-deep"


def test_an_expression_may_be_neither_large_nor_deep() -> None:
    deep: object = 1
    for _ in range(101):
        deep = [deep]
    assert reason(deep) == "rules.too-deep"
    assert reason([1] * 10_000) == "rules.too-large"


def test_work_of_a_shared_watch_adds_up() -> None:
    program = compile_expression({"reduce": [{"var": ""}, {"var": "current"}, 0]})
    watch = Watch()
    program.evaluate_with([1] * 999_000, watch)
    with pytest.raises(Malformed):
        program.evaluate_with([1] * 999_000, watch)


CLOCK = {"var": "external.validationClock"}
NOW = {"plusTime": [CLOCK, 0, "day"]}


@pytest.mark.parametrize(
    ("comparison", "flips"),
    [
        ({"after": [NOW, DAY]}, ["2021-06-01T00:00:00.001"]),
        ({"not-before": [NOW, DAY]}, ["2021-06-01T00:00:00"]),
        ({"before": [NOW, DAY]}, ["2021-06-01T00:00:00"]),
        ({"not-after": [NOW, DAY]}, ["2021-06-01T00:00:00.001"]),
        ({"after": [DAY, NOW]}, ["2021-06-01T00:00:00"]),
        ({"not-after": [DAY, NOW]}, ["2021-06-01T00:00:00"]),
        ({"before": [{"plusTime": [CLOCK, 3, "day"]}, DAY]}, ["2021-05-29T00:00:00"]),
        ({"before": [{"plusTime": [CLOCK, -3, "hour"]}, DAY]}, ["2021-06-01T03:00:00"]),
        (
            {"not-after": [DAY, NOW, {"plusTime": ["2021-06-01", 365, "day"]}]},
            ["2021-06-01T00:00:00", "2022-06-01T00:00:00.001"],
        ),
        ({"before": [NOW, {"plusTime": [CLOCK, 1, "day"]}]}, []),
        ({"before": [{"plusTime": [CLOCK, 1, "day"]}, {"plusTime": ["0001-01-01", 0, "day"]}]}, []),
    ],
)
def test_a_comparison_with_the_clock_leaves_the_first_moment_of_its_other_result(
    comparison: object, flips: list[str]
) -> None:
    watch = Watch()
    data = {"external": {"validationClock": "2021-03-01T00:00:00Z"}}
    compile_expression(comparison).evaluate_with(data, watch)
    assert watch.breakpoints == [datetime.fromisoformat(f).replace(tzinfo=UTC) for f in flips]


def test_a_comparison_that_was_not_reached_leaves_nothing() -> None:
    watch = Watch()
    data = {"external": {"validationClock": "2021-03-01T00:00:00Z"}}
    compile_expression({"if": [True, 1, {"after": [NOW, DAY]}]}).evaluate_with(data, watch)
    assert watch.breakpoints == []


@pytest.mark.parametrize(
    ("expression", "problems"),
    [
        ({"after": [NOW, DAY]}, ()),
        ({"if": [{"after": [NOW, DAY]}, DAY, 1]}, ()),
        ({"after": [{"if": [{"after": [NOW, DAY]}, DAY, DAY]}, NOW]}, ()),
        ({"var": "external.valueSets"}, ()),
        ({"reduce": [[1], CLOCK, 1]}, ()),
        (
            {"after": [DAY, {"plusTime": [CLOCK, -18, "year"]}]},
            ("rules.clock-moved-by-months",),
        ),
        (CLOCK, ("rules.clock-outside-comparison",)),
        (NOW, ("rules.clock-outside-comparison",)),
        ({"var": ""}, ("rules.clock-outside-comparison",)),
        ({"===": [CLOCK, "2021"]}, ("rules.clock-outside-comparison",)),
        ({"if": [True, NOW, DAY]}, ("rules.clock-outside-comparison",)),
        ({"after": [{"if": [True, NOW, DAY]}, DAY]}, ("rules.clock-outside-comparison",)),
        ({"reduce": [[{"var": "external"}], 1, 1]}, ("rules.clock-outside-comparison",)),
        (
            {"plusTime": [{"if": [True, CLOCK, CLOCK]}, 1, "day"]},
            ("rules.clock-outside-comparison",),
        ),
    ],
)
def test_uses_of_the_clock_whose_moments_cannot_be_listed_are_named(
    expression: object, problems: tuple[str, ...]
) -> None:
    assert compile_expression(expression).clock_problems == problems
