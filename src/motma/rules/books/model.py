"""The format of a rule book, as read from JSON; what it all means: docs/rules.md."""

from datetime import date, datetime
from typing import Annotated, Final, Literal

import msgspec

from motma.kernel.errors import Malformed
from motma.rules.facts import Code, Facts

#: Where no rule says anything; never one of a book's own colours. Source: domain.md §5.
NEUTRAL: Final = "neutral"

#: More than this is no book that people could read, and evaluation must stay bounded.
MOST_PARTS: Final = 64

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_-]{0,47}$")]
UnitCode = Annotated[str, msgspec.Meta(pattern=r"^\d{2}(\d{3})?$")]
Sentence = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every part of a book has in common: an unknown member is an error."""


class Text(Part, frozen=True, kw_only=True):
    """One sentence in both languages; `{…}` takes terms, `{from}` and `{until}`."""

    vi: Sentence
    en: Sentence


class Area(Part, frozen=True, kw_only=True):
    """A province (two digits) or commune (five), in the world of units of that day."""

    code: UnitCode
    as_of: date


class Scope(Part, frozen=True, kw_only=True):
    """Where and for whom a book speaks; an empty list does not restrict."""

    country: Literal["VN"] = "VN"
    areas: tuple[Area, ...] = ()
    place_kinds: tuple[Name, ...] = ()
    activities: tuple[Name, ...] = ()


class Validity(Part, frozen=True, kw_only=True):
    """First and last civil day on which a book is in force."""

    from_: date | None = msgspec.field(default=None, name="from")
    until: date | None = None


class Source(Part, frozen=True, kw_only=True):
    """Where the rules come from and what we had to read into them."""

    title: Sentence
    day: date | None = None
    url: Sentence | None = None
    note: Text | None = None


class Colour(Part, frozen=True, kw_only=True):
    """A colour of the card; `favourable` ones may stand in a QR."""

    id: Name
    favourable: bool
    label: Text


class Term(Part, frozen=True, kw_only=True):
    """A value worked out from the facts alone, once, before any rule: CertLogic without a clock."""

    id: Name
    logic: object


class Condition(Part, frozen=True, kw_only=True):
    """One question, in CertLogic, and what to say of either answer."""

    id: Name
    logic: object
    holds: Text
    lacks: Text
    later: Text | None = None  # does not hold yet, and will with nothing new
    over: Text | None = None  # held once, and holds no longer


class Rule(Part, frozen=True, kw_only=True):
    """All of these conditions give a colour; the first rule that holds decides."""

    id: Name
    colour: Name
    needs: tuple[Name, ...]
    text: Text


class Case(Part, frozen=True, kw_only=True):
    """An example that the book must answer as it says; times are RFC 3339 with offset."""

    name: Sentence
    facts: Facts
    at: datetime
    colour: Name
    valid_until: datetime | None
    why: Sentence


class Book(Part, frozen=True, kw_only=True):
    """A rule book as it was written."""

    format: Literal[1]
    id: Name
    number: Annotated[int, msgspec.Meta(ge=0, le=9999)]  # the scheme in a QR's card slot
    version: Annotated[int, msgspec.Meta(ge=1)]
    title: Text
    source: Source
    scope: Scope
    valid: Validity
    disease: Code
    colours: tuple[Colour, ...]  # the best first
    terms: tuple[Term, ...]
    conditions: tuple[Condition, ...]
    rules: tuple[Rule, ...]
    otherwise: Name
    otherwise_text: Text
    value_sets: dict[Name, tuple[Code, ...]] = {}
    cases: tuple[Case, ...]


_DECODER: Final = msgspec.json.Decoder(Book)


def parse(text: bytes | str) -> Book:
    """The book's shape alone; `compiling.read` also checks what it says."""
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        raise Malformed("rules.book-shape") from None
