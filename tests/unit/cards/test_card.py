"""The card as it is answered, and what of it may stand in a code."""

from datetime import UTC, datetime, timedelta

import pytest

from motma.cards.card import Card, short, slot, under, whole
from motma.codec.issued import Colour
from motma.rules.books.choosing import Speaking
from motma.rules.books.compiling import compiled
from motma.rules.books.model import Text
from motma.rules.books.shipped import shipped
from motma.rules.facts import COVID_19, Dose, Facts

NOW = datetime(2021, 11, 1, tzinfo=UTC)
KHANH_HOA = next(book for book in shipped() if book.id.startswith("khanh-hoa"))
VACCINATED = Facts(doses=(Dose(disease=COVID_19, product="EU/1/20/1525", on="2021-09-03"),))


def test_a_card_is_the_same_with_and_without_its_reasons() -> None:
    brief, full = (card(Speaking(KHANH_HOA), VACCINATED, NOW) for card in (short, whole))
    assert brief.colour == full.colour == "green"
    assert brief.valid_until == full.valid_until
    assert brief.reasons is None
    assert full.reasons is not None


def test_a_book_that_fails_on_some_facts_is_neutral_and_locks_nobody_out() -> None:
    broken = compiled(KHANH_HOA.write().replace(b",14,", b",99999999,"))
    assert broken.write() != KHANH_HOA.write()
    assert [card(Speaking(broken), VACCINATED, NOW).colour for card in (short, whole)] == [
        "neutral"
    ] * 2


@pytest.mark.parametrize("colour", ["red", "neutral", "orange"])
def test_only_favourable_colours_stand_in_a_code(colour: str) -> None:
    assert slot(_card(colour, None), expires_at=NOW) is None


def test_the_end_in_a_code_is_the_earlier_one_rounded_down_to_the_minute() -> None:
    later = NOW + timedelta(days=30)
    ends = slot(_card("green", NOW + timedelta(days=2, seconds=59)), expires_at=later)
    assert ends is not None
    assert (ends.colour, ends.until) == (Colour.GREEN, NOW + timedelta(days=2))
    never = slot(_card("yellow", None), expires_at=later)
    assert never is not None
    assert (never.colour, never.until) == (Colour.YELLOW, later)


def _card(colour: str, until: datetime | None) -> Card:
    text = Text(vi=colour, en=colour)
    return Card(colour=colour, text=text, valid_until=until, book=under(KHANH_HOA))
