"""No input of any bytes raises anything but `Malformed`."""

import contextlib
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from motma.codec import bhyt, cccd, issued, jwks, living, personal, place, symbols
from motma.codec.model import Family
from motma.codec.reading import read, recognise
from motma.kernel.errors import Malformed

TODAY = date(2021, 10, 6)

#: Pieces of real codes, so that chance gets past the first gate of every family.
PIECES = st.sampled_from(
    [
        "|", "<", "001093029317", "******", "NGUYEN VAN MAU", "1993-01-18", "1993-**-**", "0", "1",
        "162979388586171100", "HS4010120878821", "0120878821", "0944713700", "v=1", "v=2", "m=",
        "c=", "t=", "9" * 155, "9" * 37, "18011993", "00001993", "Nam", "Nữ", "4e", "18/01/1993",
        "-", "$", "https://", "/p/1.", ".", "HC1:", "shc:/", "NZCP:/1/", '{"hdr":"icao.', "}", "[",
        "P<", "\r\n", "\ufeff", "\u202e", "Ná»¯", "٣", "\ud800", "A" * 44,
    ]
)  # fmt: skip
TEXTS = st.one_of(
    st.text(),
    st.text(st.characters()),
    st.lists(PIECES | st.text(max_size=3), max_size=30).map("".join),
    st.lists(PIECES, min_size=5, max_size=20).map("|".join),
)


@given(st.one_of(TEXTS, st.binary()))
def test_reading_never_raises_and_a_malformed_text_has_no_value(text: str | bytes) -> None:
    reading = read(text, today=TODAY)
    assert reading.family in Family
    assert not (reading.problems and reading.fields is not None)


@given(TEXTS)
def test_recognising_never_raises_and_agrees_with_reading(text: str) -> None:
    assert read(text, today=TODAY).family is recognise(text)


@given(TEXTS)
def test_no_family_raises_on_the_text_of_another(text: str) -> None:
    for reader in (personal.read, cccd.read, bhyt.read):
        reader(text, today=TODAY)
    place.read(text)
    issued.is_issued(text)
    living.strip_living(text)
    living.secret_name(text)


@given(TEXTS)
def test_parsers_raise_malformed_and_nothing_else(text: str) -> None:
    for parse in (issued.parse, place.parse):
        with contextlib.suppress(Malformed):
            parse(text)
    with contextlib.suppress(Malformed):
        personal.parse(text, today=TODAY)


@given(TEXTS)
def test_only_a_signature_is_ever_valid(text: str) -> None:
    def no_key(_kid: str) -> None:
        return None

    assert issued.verify(text, no_key) is not issued.Signature.VALID
    assert place.verify(text, no_key) is not issued.Signature.VALID


@given(TEXTS)
def test_drawing_raises_malformed_and_nothing_else(text: str) -> None:
    with contextlib.suppress(Malformed):
        assert symbols.draw_svg(text).startswith("<svg ")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["keys", "kty", "crv", "x", "y", "kid", "state"]), inner, max_size=7
        )
    ),
)


@given(JSON)
def test_key_sets_raise_malformed_and_nothing_else(document: object) -> None:
    with contextlib.suppress(Malformed):
        jwks.parse(document)
