"""Whatever JSON comes: an expression compiles or is malformed, and evaluation ends."""

import contextlib
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from motma.kernel.errors import Malformed
from motma.rules.certlogic.dates import RESOLUTION, write_moment
from motma.rules.certlogic.program import Watch, compile_expression

OPERATORS = (
    *("!", "+", "===", "and", "dccDateOfBirth", "extractFromUVCI", "if", "in", "plusTime"),
    *("reduce", "<", ">", "<=", ">=", "after", "before", "not-after", "not-before", "var", "or"),
)
PATHS = st.sampled_from(
    ["", "a", "a.0", "b", "current", "accumulator", "external.validationClock", "external", "."]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.sampled_from(["2021", "2021-06", "2021-06-01", "2021-06-01T10:00:00+07:00", "day", "hour"]),
    st.text(max_size=5),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
    ),
    max_leaves=10,
)
#: JSON that is often an expression.
NEARLY = st.recursive(
    st.one_of(SCALARS, PATHS.map(lambda path: {"var": path})),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.builds(
            lambda operator, operands: {operator: operands},
            st.sampled_from(OPERATORS),
            st.lists(inner, min_size=1, max_size=3),
        ),
        st.builds(
            lambda operand, amount, unit: {"plusTime": [operand, amount, unit]},
            inner,
            st.integers(-1000, 1000),
            st.sampled_from(["year", "month", "day", "hour"]),
        ),
    ),
    max_leaves=25,
)


@given(JSON)
def test_any_json_compiles_or_is_malformed(expression: object) -> None:
    with contextlib.suppress(Malformed):
        compile_expression(expression)


@given(NEARLY, JSON)
def test_evaluation_gives_json_or_is_malformed_and_watching_changes_nothing(
    expression: object, data: object
) -> None:
    try:
        program = compile_expression(expression)
    except Malformed:
        return
    assert outcome(program.evaluate, data) == outcome(
        lambda asked: program.evaluate_with(asked, Watch()), data
    )


DAYS = st.dates(date(2021, 1, 1), date(2021, 12, 31))
SHIFTED = st.builds(
    lambda amount, unit: {"plusTime": [{"var": "external.validationClock"}, amount, unit]},
    st.integers(-100, 100),
    st.sampled_from(["day", "hour"]),
)
FIXED = st.builds(
    lambda day, amount, unit: {"plusTime": [day.isoformat(), amount, unit]},
    *(DAYS, st.integers(-30, 30), st.sampled_from(["year", "month", "day", "hour"])),
)
ORDERS = st.sampled_from(["after", "before", "not-after", "not-before"])
COMPARISONS = st.builds(
    lambda order, operands: {order: operands},
    ORDERS,
    st.lists(st.one_of(SHIFTED, FIXED), min_size=2, max_size=3),
)
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.builds(lambda one, other: {"and": [one, other]}, inner, inner),
        st.builds(lambda one: {"!": [one]}, inner),
        st.builds(lambda *three: {"if": list(three)}, inner, inner, inner),
        st.builds(
            lambda order, guard, one, other, clock: {order: [{"if": [guard, one, other]}, clock]},
            *(ORDERS, inner, FIXED, FIXED, SHIFTED),
        ),
    ),
    max_leaves=8,
)


@given(COMPARISONS.filter(lambda expression: len(next(iter(expression.values()))) == 2), DAYS)
def test_one_comparison_flips_exactly_at_its_breakpoint(expression: Any, day: Any) -> None:
    program = compile_expression(expression)
    watch = Watch()
    program.evaluate_with(at(datetime(day.year, day.month, day.day, tzinfo=UTC)), watch)
    for flip in watch.breakpoints:
        before = program.evaluate(at(flip - RESOLUTION))
        assert program.evaluate(at(flip)) is not before
        assert program.evaluate(at(flip - timedelta(days=900))) is before
        assert program.evaluate(at(flip + timedelta(days=900))) is not before


@given(CONDITIONS, DAYS, st.data())
def test_between_breakpoints_nothing_changes(expression: Any, day: Any, data: Any) -> None:
    program = compile_expression(expression)
    assert program.clock_problems == ()
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    watch = Watch()
    result = program.evaluate_with(at(moment), watch)
    ahead = [flip for flip in watch.breakpoints if flip > moment]
    end = min(ahead, default=moment + timedelta(days=2000))
    between = data.draw(st.integers(0, (end - moment) // RESOLUTION - 1)) * RESOLUTION
    assert program.evaluate(at(moment + between)) is result
    assert program.evaluate(at(end - RESOLUTION)) is result


def at(moment: datetime) -> dict[str, object]:
    """Data in which nothing is but the clock."""
    return {"external": {"validationClock": write_moment(moment)}}


def outcome(evaluate: Any, data: object) -> str:
    """The result as JSON, or the reason of its decline."""
    try:
        return json.dumps(evaluate(data))
    except Malformed as why:
        return why.reason
