"""Strategies for deliveries as a source may send them."""

from datetime import UTC, date, datetime, timedelta, timezone

from hypothesis import strategies as st

from motma.records.codes import DISEASES, PRODUCTS, RESULTS, TEST_TYPES, shipped
from motma.records.model import About, Delivery, Dose, Recovery, Test

NOW = datetime(2026, 1, 5, 5, 0, tzinfo=UTC)
CODES = shipped()

words = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P"), max_codepoint=0x1EFF), max_size=12
)
optional = st.none() | words.filter(bool)
days = st.dates(date(1950, 1, 1), date(2026, 1, 5)).map(date.isoformat)
zones = st.integers(-12, 14).map(lambda hours: timezone(timedelta(hours=hours)))
#: Naive, because their zone is drawn beside.
_FIRST, _LAST = (datetime.fromisoformat(day) for day in ("1950-01-02", "2026-01-04"))
moments = st.datetimes(_FIRST, _LAST, timezones=zones).map(datetime.isoformat)
diseases = st.sampled_from(sorted(CODES.sets[DISEASES]))
counts = st.none() | st.integers(1, 9)
births = st.sampled_from(["", "1950", "1987-01", "1987-01-18", "18/1/1987"])
abouts = st.just(About()) | st.builds(
    About,
    full_name=words,
    birth=births,
    sex=st.sampled_from(["", "male", "Nữ", "2", "other"]),
    document_number=st.sampled_from(["", "001190000001", "900000001", "B1234567"]),
    bhyt=st.sampled_from(["", "HS4010120878821"]),
    phone=st.sampled_from(["", "0912345678"]),
    commune_code=st.sampled_from(["", "00004"]),
    commune_as_of=st.sampled_from(["", "2025-07-01"]),
)
doses = st.builds(
    Dose, disease=diseases, product=st.sampled_from(sorted(CODES.sets[PRODUCTS])), on=days,
    lot=optional, number=counts, of=counts, place=optional, performer=optional,
)  # fmt: skip
tests = st.builds(
    Test, disease=diseases, kind=st.sampled_from(sorted(CODES.short[TEST_TYPES])), at=moments,
    result=st.sampled_from(sorted(CODES.short[RESULTS])), reported_at=st.none() | moments,
    device=optional, lab=optional,
)  # fmt: skip


@st.composite
def recoveries(draw: st.DrawFn) -> Recovery:
    """With at least one day, and no end before its beginning."""
    drawn = sorted(draw(st.lists(days, min_size=3, max_size=3)))
    kept = draw(st.sets(st.integers(0, 2), min_size=1))
    first, ended, certified = (day if at in kept else None for at, day in enumerate(drawn))
    return Recovery(
        disease=draw(diseases), first_positive=first, ended=ended, certified=certified,
        certificate=draw(optional), issuer=draw(optional),
    )  # fmt: skip


@st.composite
def deliveries(draw: st.DrawFn) -> Delivery:
    """Any delivery that may be accepted."""
    what = draw(doses | tests | recoveries())
    statuses = ["final", "entered-in-error", *(["not-done"] if isinstance(what, Dose) else [])]
    return Delivery(
        id=draw(words.filter(bool)),
        version=draw(st.integers(0, 2**63 - 1)),
        about=draw(abouts),
        what=what,
        status=draw(st.sampled_from(statuses)),
    )
