"""What is known of one person's health: the input of rule books, sealed as JSON in one row.

Facts are what remains of the records once they have found their person: no places, no lots, no
sources. Codes are those of the EU value sets; days are civil days, moments RFC 3339 with offset.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Final, Literal

import msgspec

from motma.kernel.errors import Malformed

#: SNOMED CT: COVID-19. Source: EU value set disease-agent-targeted.
COVID_19: Final = "840539006"

#: More is no person's history, and evaluation must stay bounded.
LONGEST_LIST: Final = 64

#: Years of anybody's facts; beyond them adding a period could leave the calendar.
FIRST_YEAR: Final = 1880
LAST_YEAR: Final = 2199

Code = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Day = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}$")]
#: RFC 3339 with an offset.
Moment = Annotated[
    str,
    msgspec.Meta(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$"),
]
Birth = Annotated[str, msgspec.Meta(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")]
Count = Annotated[int, msgspec.Meta(ge=1, le=20)]


class Dose(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One vaccination, as its record says it."""

    disease: Code
    product: Code
    on: Day
    number: Count | None = None
    of: Count | None = None


class Test(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One test; `at` is when the sample was taken, not when the result came."""

    __test__ = False  # no test case of pytest

    disease: Code
    kind: Literal["naat", "rapid", "antibody"]
    at: Moment
    result: Literal["negative", "positive"]


class Recovery(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One illness that is over."""

    disease: Code
    first_positive: Day | None = None
    ended: Day | None = None  # end of isolation
    certified: Day | None = None  # day of the certificate


Doses = Annotated[tuple[Dose, ...], msgspec.Meta(max_length=LONGEST_LIST)]
Tests = Annotated[tuple[Test, ...], msgspec.Meta(max_length=LONGEST_LIST)]
Recoveries = Annotated[tuple[Recovery, ...], msgspec.Meta(max_length=LONGEST_LIST)]


class Facts(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Everything a rule book may ask about; nothing in it names the person."""

    doses: Doses = ()
    tests: Tests = ()
    recoveries: Recoveries = ()
    born: Birth | None = None


NOTHING: Final = Facts()

_DECODER: Final = msgspec.json.Decoder(Facts)
_ENCODER: Final = msgspec.json.Encoder()


def read(text: bytes | str) -> Facts:
    """Facts from JSON, every date checked; unknown members are left out.

    >>> read('{"doses": [{"disease": "840539006", "product": "EU/1/20/1528",'
    ...      ' "on": "2021-09-03"}]}').doses[0].on
    '2021-09-03'
    >>> read('{"born": "1989-13"}')
    Traceback (most recent call last):
    motma.kernel.errors.Malformed: facts.date
    """
    return checked(decode(text))


def decode(text: bytes | str) -> Facts:
    """Facts from JSON that `write` wrote: shape and types, but no second look at the dates."""
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Malformed("facts.shape") from None


def write(facts: Facts) -> bytes:
    """The JSON that `read` reads back to an equal value."""
    return _ENCODER.encode(facts)


def checked(facts: Facts) -> Facts:
    """The same facts, once every date in them exists and lies in a year that can be."""
    try:
        days = [date.fromisoformat(day) for day in _days(facts)]
        days += [datetime.fromisoformat(test.at).date() for test in facts.tests]
    except ValueError:
        raise Malformed("facts.date") from None
    if not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in days):
        raise Malformed("facts.date")
    return facts


def _days(facts: Facts) -> Iterator[str]:
    """Each civil day named; of a partial birth date its first day."""
    yield from (dose.on for dose in facts.doses)
    for past in facts.recoveries:
        yield from filter(None, (past.first_positive, past.ended, past.certified))
    if facts.born is not None:
        yield facts.born + "-01-01"[len(facts.born) - 4 :]
