"""Whatever one slip did to a record, it asks under a key that its person stands under."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import assume, example, given
from hypothesis import strategies as st

from motma.identity.matching import blocks
from motma.identity.matching.blocks import Asked, asked_of
from motma.identity.matching.evidence import Evidence
from motma.identity.model import Assurance, Claim, Profile, ShownDocument, judge

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SYLLABLES = ("Nguyễn", "Trần", "Lê", "Văn", "Thị", "Bảo", "Hùng", "Đức", "Nghĩa", "An", "Xuân")
NAMES = st.lists(st.sampled_from(SYLLABLES), min_size=2, max_size=5)
DATES = st.dates(min_value=date(1920, 1, 1), max_value=date(2025, 12, 31))
NUMBERS = st.from_regex(r"0[0-9]{11}", fullmatch=True)


def person(words: list[str], born: date, number: str, commune: str = "00001") -> Profile:
    claim = Claim(
        full_name=" ".join(words),
        birth=born.isoformat(),
        documents=(ShownDocument(kind="cccd", number=number, seen=True),),
        phones=("0912345678",),
        commune_code=commune,
    )
    return judge(claim, source="test", assurance=Assurance.SEEN, now=NOW)


def said(words: list[str], born: date, number: str) -> Evidence:
    return Evidence(full_name=" ".join(words), birth=born.isoformat(), document_number=number)


def meets(asked: Asked, profile: Profile) -> bool:
    return not set(asked.people).isdisjoint(blocks.keys_of(profile))


@given(NAMES, DATES, NUMBERS, st.integers(0, 11), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_a_document_still_asks_for_its_owner(
    words: list[str], born: date, number: str, at: int, digit: str
) -> None:
    slipped = number[:at] + digit + number[at + 1 :]
    asked = asked_of(said(words, born, slipped))
    assert f"cccd:{number}" in {*asked.documents, *asked.slipped}


@given(NUMBERS, st.integers(0, 10))
def test_two_swapped_digits_of_a_document_still_ask_for_its_owner(number: str, at: int) -> None:
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    asked = asked_of(Evidence(document_number=swapped))
    assert f"cccd:{number}" in {*asked.documents, *asked.slipped}


@given(NAMES, DATES, st.data())
def test_a_name_with_one_wrong_middle_or_none_still_meets_its_person(
    words: list[str], born: date, data: st.DataObject
) -> None:
    profile = person(words, born, "001190000001")
    middle = data.draw(st.lists(st.sampled_from(SYLLABLES), max_size=3))
    damaged = said([words[0], *middle, words[-1]], born, "")
    assert meets(asked_of(damaged), profile)


@given(NAMES, DATES, st.sampled_from(["given first", "given before", "family last"]))
def test_a_name_in_another_order_still_meets_its_person(
    words: list[str], born: date, order: str
) -> None:
    family, *middle, name = words
    orders = {
        "given first": [name, *reversed(middle), family],
        "given before": [name, family, *middle],
        "family last": [*middle, name, family],
    }
    asked = asked_of(said(orders[order], born, ""))
    assert meets(asked, person(words, born, "001190000001"))


@given(NAMES, DATES, st.integers(0, 7), st.sampled_from("0123456789"))
def test_one_wrong_digit_of_the_birth_date_still_meets_a_person_of_that_name(
    words: list[str], born: date, at: int, digit: str
) -> None:
    digits = born.strftime("%Y%m%d")
    wrong = digits[:at] + digit + digits[at + 1 :]
    year, month, day = int(wrong[:4]), int(wrong[4:6]), int(wrong[6:])
    assume(month and day and abs(year - born.year) < 100)  # 00 says that it isn't known
    evidence = replace(said(words, born, ""), birth=f"{year:04d}-{month:02d}-{day:02d}")
    assert meets(asked_of(evidence), person(words, born, "001190000001"))


@given(NAMES, DATES)
def test_swapped_day_and_month_still_meet_a_person_of_those_initials(
    words: list[str], born: date
) -> None:
    swapped = f"{born.year}-{born.day:02d}-{born.month:02d}"
    damaged = [words[0], words[-1] + "g"]
    evidence = Evidence(full_name=" ".join(damaged), birth=swapped)
    assert meets(asked_of(evidence), person(words, born, "001190000001"))


@given(NAMES, DATES)
def test_a_year_alone_meets_a_person_of_the_commune_in_either_world(
    words: list[str], born: date
) -> None:
    for commune in ("00001", "00097"):  # the old one, and the new one that it went into
        evidence = Evidence(full_name=" ".join(words), birth=str(born.year), commune_code=commune)
        assert meets(asked_of(evidence), person(words, born, "001190000001", "00001"))


@given(st.builds(Evidence, *[], **{f: st.text(max_size=30) for f in Evidence.__slots__}))
@example(Evidence(full_name="'", birth="99999999999999999999-1-1", bhyt="٣", phone="+"))
def test_any_texts_can_be_asked_with(evidence: Evidence) -> None:
    asked = asked_of(evidence)
    assert len(asked.people) + len(asked.slipped) < 1000


@given(NAMES, DATES)
def test_a_name_alone_a_birth_alone_and_a_commune_alone_ask_for_nobody(
    words: list[str], born: date
) -> None:
    for evidence in (
        Evidence(full_name=" ".join(words)),
        Evidence(birth=born.isoformat()),
        Evidence(commune_code="00001", birth=str(born.year)),
    ):
        asked = asked_of(evidence)
        assert (asked.people, asked.documents, asked.slipped) == ((), (), ())
