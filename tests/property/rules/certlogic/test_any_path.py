"""Paths of every shape fetch what a plain walk along them finds."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from motma.rules.certlogic.program import compile_expression

STEPS = st.sampled_from(["a", "b", "0", "1", "07"])
DATA = st.recursive(
    st.sampled_from([None, 1, "text", True]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(STEPS, inner, max_size=4),
    ),
    max_leaves=25,
)


@given(st.lists(STEPS, max_size=6), DATA)
def test_a_path_fetches_what_a_walk_along_it_finds(path: list[str], data: object) -> None:
    found = compile_expression({"var": ".".join(path)}).evaluate(data)
    assert found is walk(data, path)


def walk(data: Any, path: list[str]) -> object:
    """Step by step, as the specification has it."""
    for step in path:
        if isinstance(data, dict):
            data = data.get(step)
        elif isinstance(data, list | tuple) and step.isdigit() and int(step) < len(data):
            data = data[int(step)]
        else:
            return None
    return data
