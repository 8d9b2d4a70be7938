"""The living code of a phone."""

from datetime import UTC, datetime, timedelta

import pytest

from motma.codec import living

SECRET = bytes(range(32))
TEXT = "******|A|1989-**-**|0|1|<<<<<v=1"
NOON = datetime(2021, 10, 6, 5, 0, 0, tzinfo=UTC)


@pytest.fixture
def alive() -> str:
    return living.attach(TEXT, name=42, secret=SECRET, at=NOON)


def test_it_names_the_secret_of_its_installation(alive: str) -> None:
    assert alive.startswith(TEXT + "<t=00000042")
    assert living.secret_name(alive) == 42
    assert living.secret_name(TEXT) is None


@pytest.mark.parametrize(
    ("seconds", "good"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)]
)
def test_it_is_good_for_its_step_and_one_around(alive: str, seconds: int, good: bool) -> None:  # noqa: FBT001
    moment = NOON + timedelta(seconds=seconds)
    assert living.check(alive, secret=SECRET, at=moment) is good


def test_another_secret_does_not_make_it(alive: str) -> None:
    assert not living.check(alive, secret=bytes(32), at=NOON)


def test_it_can_not_be_moved_to_another_text(alive: str) -> None:
    moved = alive.replace("|A|", "|B|")
    assert not living.check(moved, secret=SECRET, at=NOON)


def test_a_text_without_one_is_no_living_text() -> None:
    assert not living.check(TEXT, secret=SECRET, at=NOON)


def test_a_new_code_takes_the_place_of_the_old(alive: str) -> None:
    later = living.attach(alive, name=42, secret=SECRET, at=NOON + timedelta(minutes=5))
    assert living.strip_living(later) == TEXT
    assert later != alive
