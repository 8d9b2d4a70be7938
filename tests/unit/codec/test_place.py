"""The signed code of a place."""

from uuid import UUID

import pytest

from motma.codec import place, symbols
from motma.codec.issued import FindKey, Sign, Signature
from motma.kernel.errors import Malformed

PLACE = UUID("017e27890c007000800000000000002a")


@pytest.fixture
def text(sign: Sign) -> str:
    return place.compose(
        origin="https://motma.example", place_id=PLACE, number=3, kid="987654", sign=sign
    )


def test_what_is_composed_is_read_back_and_valid(text: str, find: FindKey) -> None:
    code = place.parse(text)
    assert (code.origin, code.place_id, code.number) == ("https://motma.example", PLACE, 3)
    assert place.verify(text, find) is Signature.VALID


@pytest.mark.parametrize("change", [("motma.", "rnotma."), (".3.", ".4."), ("/p/1.1", "/p/1.2")])
def test_another_site_poster_or_place_is_forged(
    text: str, find: FindKey, change: tuple[str, str]
) -> None:
    assert place.verify(text.replace(*change), find) is Signature.FORGED


def test_without_its_key_it_is_of_an_unknown_key(text: str) -> None:
    assert place.verify(text, lambda _kid: None) is Signature.UNKNOWN_KEY
    assert place.verify("https://motma.example/p/", lambda _kid: None) is Signature.NONE


def test_a_key_that_turned_meanwhile_signs_under_its_own_id(sign: Sign, find: FindKey) -> None:
    text = place.compose(
        origin="https://motma.example", place_id=PLACE, number=3, kid="000001", sign=sign
    )
    assert place.verify(text, find) is Signature.VALID


def test_a_number_that_is_no_uuid_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        place.parse(text.replace(f".{PLACE.int}.", f".{'9' * 39}."))


def test_a_poster_stays_a_coarse_symbol(text: str) -> None:
    assert symbols.version(text) <= 8
