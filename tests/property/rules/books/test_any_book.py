"""Whatever is offered as a book is one, or is `Malformed`."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from motma.kernel.errors import Malformed
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.reading import read
from motma.rules.books.shipped import shipped

#: Values that someone may write by mistake or on purpose.
odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.text(max_size=12),
    st.sampled_from(
        (
            [],
            {},
            {"var": "payload"},
            {"var": "external.validationClock"},
            {"plusTime": [{"var": "external.validationClock"}, 9_000, "year"]},
            {"reduce": [{"var": "payload.doses"}, {"var": "current"}, []]},
            "green",
            "neutral",
            "9999-12-31",
            "0001-01-01",
            "2021-10-07T00:00:00+07:00",
            "{first_dose}",
        )
    ),
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of each member and item."""
    if isinstance(value, dict):
        inner: list[tuple[Any, Any]] = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    else:
        return [path]
    return [path, *(p for name, part in inner for p in places(part, (*path, name)))]


BOOK = json.loads(shipped()[-1].write())
PLACES = [path for path in places(BOOK) if path]


@settings(max_examples=300, deadline=None)
@given(changes=st.lists(st.tuples(st.sampled_from(PLACES), odd), min_size=1, max_size=2))
def test_a_book_with_anything_changed_is_a_book_or_malformed(
    changes: list[tuple[tuple[str | int, ...], object]],
) -> None:
    book = json.loads(json.dumps(BOOK))
    for path, value in changes:
        part: Any = book
        try:
            for step in path[:-1]:
                part = part[step]
            part[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # the first change took the second one's place away
    try:
        found = read(json.dumps(book))
    except Malformed:
        return
    assert isinstance(found, CompiledBook)
