"""What is read is written back, and the other way round."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from motma.codec import issued, living, personal, place
from motma.codec.issued import Assurance, Card, Colour, FindKey, Form, Issue, Sign, Signature
from motma.codec.reading import read

TODAY = date(2021, 10, 6)
KID = "987654"

DIGITS = st.text("0123456789", min_size=1, max_size=20)
WORDS = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1, max_size=9)
NAMES = st.lists(WORDS, min_size=1, max_size=9).map(" ".join)
DAYS = st.dates(date(1900, 1, 1), TODAY)
FREE = st.text(st.characters(exclude_characters="|<", exclude_categories=["C", "Z"]), max_size=9)
TOKENS = st.tuples(
    st.just("") | DIGITS,
    st.sampled_from(["", "0", "1", "2"]),
    st.sampled_from(["", "HS4010120878821", "0120878821"]),
    st.sampled_from(["", "0944713700"]),
    FREE,
    FREE,
    FREE,
)


@st.composite
def personal_texts(draw: st.DrawFn) -> str:
    """v1.1 texts with any number of tokens."""
    tokens = draw(TOKENS)[: draw(st.integers(1, 7))]
    document = draw(st.sampled_from(["001093029317", "012345678", "C1234567", ""]))
    name = draw(NAMES | st.sampled_from(["Nguyễn Văn Mẫu", "NGUYEN  MAU", "O'MAU"]))
    body = [document, name, draw(DAYS).isoformat(), draw(st.sampled_from("01")), draw(DIGITS)]
    return "|".join([*body, "<".join(tokens)])


@given(personal_texts())
def test_an_accepted_text_is_written_back_byte_for_byte(text: str) -> None:
    reading = personal.read(text, today=TODAY)
    assert reading.problems == ()
    assert isinstance(reading.fields, personal.Personal)
    assert personal.serialise(reading.fields) == text


@given(st.text("|<019A*-v=\n ", max_size=60) | personal_texts(), st.data())
def test_the_short_way_of_reading_agrees_with_the_long_one(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    changed = text[:at] + data.draw(st.text(max_size=1)) + text[at + data.draw(st.integers(0, 1)) :]
    short = personal.read_plain(changed, today=TODAY)
    assert short is None or short == personal.examine(changed, today=TODAY)


MOMENTS = st.integers(0, 10**9).map(
    lambda seconds: datetime(2021, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)
CARDS = st.builds(
    Card,
    scheme=st.integers(0, 9999),
    colour=st.sampled_from(Colour),
    until=MOMENTS.map(lambda moment: moment.replace(second=0, microsecond=0)),
)
ISSUES = st.builds(
    Issue,
    name=NAMES.map(issued.fitted_name),
    born=st.integers(1900, 2021).map(issued.masked_birth),
    qid=st.integers(10**17, 10**18 - 1).map(str),
    form=st.just(Form.PHONE),
    number=st.integers(1, 99_999),
    assurance=st.sampled_from(Assurance),
    issued_on=st.dates(date(2021, 1, 1), date(2030, 1, 1)),
    expires_on=st.dates(date(2030, 1, 1), date(2099, 1, 1)),
    identity_kind=st.sampled_from("01"),
    installation=st.none() | st.integers(1, 99_999_999),
    card=st.none() | CARDS,
)


@given(ISSUES)
def test_what_is_issued_is_valid_and_read_back_by_both_grammars(
    sign: Sign, find: FindKey, issue: Issue
) -> None:
    text = issued.compose(issue, kid=KID, sign=sign)
    assert issued.parse(text).issue == issue
    assert issued.verify(text, find) is Signature.VALID
    assert read(text, today=TODAY).problems == ()
    assert personal.serialise(personal.parse(text, today=TODAY)) == text


@given(ISSUES, st.data())
def test_a_text_with_any_character_changed_is_not_valid(
    sign: Sign, find: FindKey, issue: Issue, data: st.DataObject
) -> None:
    text = issued.compose(issue, kid=KID, sign=sign)
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.characters().filter(lambda character: character != text[at]))
    for changed in (text[:at] + other + text[at + 1 :], text[:at] + text[at + 1 :]):
        assert issued.verify(changed, find) is not Signature.VALID
    assert issued.verify(text[:at] + other + text[at:], find) is not Signature.VALID


@given(
    st.binary(min_size=16, max_size=64),
    st.integers(1, 99_999_999),
    MOMENTS,
    st.integers(-300, 300),
)
def test_a_living_code_is_good_within_a_minute_and_never_after_ninety_seconds(
    secret: bytes, name: int, at: datetime, seconds: int
) -> None:
    alive = living.attach("a|b", name=name, secret=secret, at=at)
    assert living.secret_name(alive) == name
    good = living.check(alive, secret=secret, at=at + timedelta(seconds=seconds))
    if 0 <= seconds <= 30:
        assert good
    if seconds > 90:
        chance = living.check(alive, secret=secret, at=at + timedelta(seconds=seconds + 300))
        assert not (good and chance)  # one in a million each: both is no chance


@given(st.uuids(), st.integers(1, 999_999))
def test_what_is_composed_of_a_place_is_valid(
    sign: Sign, find: FindKey, place_id: UUID, number: int
) -> None:
    text = place.compose(
        origin="https://motma.example", place_id=place_id, number=number, kid=KID, sign=sign
    )
    assert (place.parse(text).place_id, place.parse(text).number) == (place_id, number)
    assert place.verify(text, find) is Signature.VALID
