"""A delivery judged: normal codes, days and moments, or Malformed with code and field."""

from datetime import date, datetime, timedelta
from typing import Final

from msgspec.structs import replace

from motma.kernel import birth as births
from motma.kernel.clock import CIVIL_ZONE, civil_day
from motma.kernel.errors import Malformed
from motma.records.codes import Codes
from motma.records.model import About, Delivery, Dose, Recovery, Test, What

#: Nothing that a certificate of today could rest on happened before. Source: ours.
EARLIEST: Final = date(1900, 1, 1)
#: How far ahead isolation may be told to end: a slip of the century must not last. Source: ours.
FARTHEST: Final = timedelta(days=60)
#: Clocks of laboratories may be this far ahead.
_SKEW: Final = timedelta(minutes=10)

_SEXES: Final = {
    "": "", "unknown": "", "0": "", "male": "male", "m": "male", "nam": "male", "1": "male",
    "female": "female", "f": "female", "nữ": "female", "nu": "female", "2": "female",
    "other": "other", "khác": "other", "khac": "other",
}  # fmt: skip
_LONGEST_ID: Final = 128
_LONGEST_TEXT: Final = 200
_LARGEST_VERSION: Final = (1 << 63) - 1
_MOST_DOSES: Final = 20


def judge(delivery: Delivery, codes: Codes, *, now: datetime) -> Delivery:
    """The delivery as it is kept; the same words always give the same value."""
    if not 0 <= delivery.version <= _LARGEST_VERSION:
        raise Malformed("records.version", "version")
    if delivery.status == "not-done" and not isinstance(delivery.what, Dose):
        raise Malformed("records.status", "status")
    return replace(
        delivery,
        id=_line(delivery.id, "id", most=_LONGEST_ID, least=1),
        about=_about(delivery.about, now=now),
        what=_what(delivery.what, codes, now=now),
    )


def _what(what: What, codes: Codes, *, now: datetime) -> What:
    if isinstance(what, Dose):
        return _dose(what, codes, now=now)
    if isinstance(what, Test):
        return _test(what, codes, now=now)
    return _recovery(what, codes, now=now)


def _dose(dose: Dose, codes: Codes, *, now: datetime) -> Dose:
    number, of = dose.number, dose.of
    if any(count is not None and not 1 <= count <= _MOST_DOSES for count in (number, of)):
        raise Malformed("records.dose-number", "number")
    return replace(
        dose,
        disease=codes.disease(dose.disease, field="disease"),
        product=codes.product(dose.product, field="product"),
        on=_day(dose.on, "on", now=now),
        lot=_text(dose.lot, "lot"),
        place=_text(dose.place, "place"),
        performer=_text(dose.performer, "performer"),
    )


def _test(test: Test, codes: Codes, *, now: datetime) -> Test:
    at = _moment(test.at, "at", now=now)
    reported = test.reported_at and _moment(test.reported_at, "reported_at", now=now)
    return replace(
        test,
        disease=codes.disease(test.disease, field="disease"),
        kind=codes.test_kind(test.kind, field="kind"),
        at=at,
        result=codes.result(test.result, field="result"),
        reported_at=reported or None,
        device=_text(test.device, "device"),
        lab=_text(test.lab, "lab"),
    )


def _recovery(recovery: Recovery, codes: Codes, *, now: datetime) -> Recovery:
    days = {
        field: (value := getattr(recovery, field)) and _day(value, field, now=now, ahead=True)
        for field in ("first_positive", "ended", "certified")
    }
    if not any(days.values()):
        raise Malformed("records.recovery-without-day", "first_positive")
    if days["first_positive"] and days["ended"] and days["first_positive"] > days["ended"]:
        raise Malformed("records.ended-before-it-began", "ended")
    return Recovery(
        disease=codes.disease(recovery.disease, field="disease"),
        certificate=_text(recovery.certificate, "certificate"),
        issuer=_text(recovery.issuer, "issuer"),
        **{field: value or None for field, value in days.items()},
    )


def _about(about: About, *, now: datetime) -> About:
    """Texts trimmed; a birth date in the form of the platform where it can be read."""
    texts = {
        field: _line(getattr(about, field), f"about.{field}", most=_LONGEST_TEXT)
        for field in About.__struct_fields__
    }
    texts["sex"] = _sex(texts["sex"])
    if texts["birth"]:
        try:
            born = births.parse_as_written(texts["birth"], today=civil_day(now))
        except Malformed:
            raise Malformed("records.birth", "about.birth") from None
        texts["birth"] = str(born)
    return About(**texts)


def _sex(text: str) -> str:
    sex = _SEXES.get(text.casefold())
    if sex is None:
        raise Malformed("records.sex", "about.sex")
    return sex


def _day(text: str, field: str, *, now: datetime, ahead: bool = False) -> str:
    """A civil day that was, ISO; `ahead` allows one soon to come (isolation ends tomorrow)."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        raise Malformed("records.day", field) from None
    if not EARLIEST <= day <= civil_day(now + FARTHEST if ahead else now):
        raise Malformed("records.day-out-of-range", field)
    return day.isoformat()


def _moment(text: str, field: str, *, now: datetime) -> str:
    """A moment that was, in the civil zone to the second: equal moments give equal texts.

    A time without an offset is refused: half a day decides whether a test still counts.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        raise Malformed("records.moment", field) from None
    if moment.tzinfo is None:
        raise Malformed("records.moment-without-offset", field)
    try:
        civil = moment.astimezone(CIVIL_ZONE).replace(microsecond=0)
    except OverflowError:
        raise Malformed("records.day-out-of-range", field) from None
    if civil.date() < EARLIEST or moment > now + _SKEW:
        raise Malformed("records.day-out-of-range", field)
    return civil.isoformat()


def _text(text: str | None, field: str) -> str | None:
    return None if text is None else _line(text, field, most=_LONGEST_TEXT) or None


def _line(text: str, field: str, *, most: int, least: int = 0) -> str:
    """One printable line of a length that is somebody's, not a file's."""
    line = " ".join(text.split())
    if not least <= len(line) <= most:
        raise Malformed("records.text-length", field)
    if not line.isprintable():
        raise Malformed("records.text-unprintable", field)
    return line
