"""The rim: any bytes are a value or Malformed, any header has a language."""

import json
from contextlib import suppress

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from motma.identity.model import Claim
from motma.kernel.errors import Malformed
from motma.web.operations import parse
from motma.web.problems import prefers_english

DECODER = msgspec.json.Decoder(Claim)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)
NAMES = st.sampled_from(["full_name", "birth", "documents", "phones", "sex", "mark\u00ef"])


def refusal(data: bytes) -> Malformed | None:
    """Why the bytes are no claim."""
    try:
        parse(data, DECODER)
    except Malformed as declined:
        return declined
    return None


@given(st.binary())
def test_any_bytes_are_a_value_or_malformed(data: bytes) -> None:
    with suppress(Malformed):
        parse(data, DECODER)


@given(st.dictionaries(NAMES, VALUES, max_size=6))
def test_any_json_is_a_value_or_malformed_and_the_field_is_no_content(
    value: dict[str, object],
) -> None:
    declined = refusal(json.dumps(value).encode())
    if declined is not None:
        assert declined.reason in {"request.json", "request.doubled-name"}
        assert declined.field is None or declined.field.startswith("$")


@given(st.text("aefn-;=,.0189viq* \x00", max_size=60) | st.text())
def test_any_header_has_a_language(accepted: str) -> None:
    assert prefers_english(accepted) in {True, False}
    assert not prefers_english(f"{accepted},vi")


@given(st.text(st.characters(codec="ascii", categories=["L"]), min_size=1), st.integers(0, 9))
def test_a_name_given_twice_is_never_taken(name: str, value: int) -> None:
    twice = f'{{"full_name":"A","birth":"1990","address":"{name}","address":"{value}"}}'
    declined = refusal(twice.encode())
    assert declined is not None
    assert declined.reason == "request.doubled-name"
