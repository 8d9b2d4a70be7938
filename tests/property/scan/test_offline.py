"""Whatever is held before a gate without network, only an untouched signed code is known."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.snapshotting import NOW, body, code, snapshot

from motma.codec.issued import Card, Colour
from motma.kernel.clock import civil_day
from motma.scan.model import Outcome
from motma.scan.offline import Place, decide

GATE = snapshot(body())
CODE = code(card=Card(scheme=5601, colour=Colour.GREEN, until=NOW + timedelta(hours=5)))
HERE = Place(province="56")


@given(text=st.text(max_size=300))
def test_no_text_raises_and_none_without_a_signature_is_known(text: str) -> None:
    heard = decide(GATE, text, HERE, at=NOW)
    assert heard.outcome is not Outcome.KNOWN
    assert (heard.who, heard.card) == (None, None)


@settings(max_examples=300)
@given(place=st.integers(0, len(CODE) - 1), put=st.characters(codec="utf-8") | st.just(""))
def test_a_code_with_one_character_changed_is_not_known(place: int, put: str) -> None:
    text = CODE[:place] + put + CODE[place + 1 :]
    outcome = decide(GATE, text, HERE, at=NOW).outcome
    assert (outcome is Outcome.KNOWN) == (text.strip() == CODE or text == CODE)


@given(hours=st.integers(-24 * 60, 24 * 60))
def test_a_colour_is_never_shown_after_its_end_nor_a_code_after_its_own(hours: int) -> None:
    at = NOW + timedelta(hours=hours)
    heard = decide(GATE, CODE, HERE, at=at)
    shown = heard.card is not None and heard.card["colour"] == "green"
    assert not (shown and at >= NOW + timedelta(hours=5))
    over = civil_day(at) > civil_day(NOW) + timedelta(days=30)
    assert heard.outcome is (Outcome.EXPIRED if over else Outcome.KNOWN)
