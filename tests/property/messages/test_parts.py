"""Any text comes out of its short messages as it went in."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from motma.messages import pdu

_LETTERS = {code: letter for letter, code in pdu._SEPTETS.items()}
_TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=400),
    st.text(st.sampled_from(sorted(pdu._SEPTETS)), max_size=400),
)


def read(part: pdu.Part, data: bytes) -> str:
    """What a phone shows of it."""
    if part.coding == 8:
        return data.decode("utf-16-be")
    shown, at = "", 0
    while at < len(data):
        step = 2 if data[at] == 0x1B else 1
        shown += _LETTERS[data[at : at + step]]
        at += step
    return shown


@given(_TEXTS)
def test_a_text_comes_out_as_it_went_in_and_no_part_is_too_long(text: str) -> None:
    cut = pdu.parts(text, reference=300)
    shown = ""
    for number, part in enumerate(cut, 1):
        assert len(part.data) <= (140 if part.coding == 8 else 160)
        assert part.concatenated == (len(cut) > 1)
        if part.concatenated:
            assert part.data[:6] == bytes([5, 0, 3, 300 & 0xFF, len(cut), number])
        shown += read(part, part.data[6:] if part.concatenated else part.data)
    assert shown == unicodedata.normalize("NFC", text)


def test_the_alphabet_has_each_code_once() -> None:
    assert len(pdu._GSM) == 128
    assert len(pdu._SEPTETS) == 127 + 10 == len(_LETTERS)
