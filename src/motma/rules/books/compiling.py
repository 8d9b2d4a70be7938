"""A book made ready to be asked: every name resolved, every expression compiled."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from string import Formatter
from typing import Final, NamedTuple

import msgspec

from motma.kernel.errors import Malformed
from motma.rules import facts
from motma.rules.books import model
from motma.rules.books.model import NEUTRAL, Book, Condition, Rule, Text
from motma.rules.books.payload import midnight
from motma.rules.certlogic.program import Program, compile_expression
from motma.rules.facts import FIRST_YEAR, LAST_YEAR

#: What a text may take besides the book's terms.
MOMENTS: Final = frozenset({"from", "until", "last"})

_ENCODER: Final = msgspec.json.Encoder(order="sorted")


class Asked(NamedTuple):
    """A condition and its program; a tuple, because the hot path unpacks it."""

    condition: Condition
    program: Program


class CompiledBook:
    """A book that can be asked; made by `read` alone, never changed, shared by everybody."""

    __slots__ = ("book", "conditions", "ends", "rank", "rules", "starts", "terms", "value_sets")

    def __init__(self, book: Book) -> None:
        self.book = book
        self.terms = tuple((t.id, compile_expression(t.logic)) for t in book.terms)
        self.conditions = {c.id: Asked(c, _watchable(c)) for c in book.conditions}
        #: Each rule with what it needs, in the order in which they decide.
        self.rules = tuple((rule, self._needs(rule)) for rule in book.rules)
        #: 0 is the best colour; neutral is behind all of them.
        self.rank = {colour.id: place for place, colour in enumerate(book.colours)}
        self.rank[NEUTRAL] = len(book.colours)
        self.value_sets = {name: list(codes) for name, codes in book.value_sets.items()}
        first, last = book.valid.from_, book.valid.until
        #: Wall clocks at which the book comes into force, and at which it is no longer.
        self.starts = None if first is None else midnight(first)
        self.ends = None if last is None else midnight(last) + timedelta(days=1)

    def _needs(self, rule: Rule) -> tuple[Asked, ...]:
        """The conditions of a rule."""
        try:
            return tuple(self.conditions[name] for name in rule.needs)
        except KeyError:
            raise Malformed("rules.book-name-unknown", rule.id) from None

    @property
    def id(self) -> str:
        """The name under which the book is published."""
        return self.book.id

    @property
    def number(self) -> int:
        """The scheme in a QR's card slot."""
        return self.book.number

    def in_force(self, wall: datetime) -> bool:
        """Whether the wall clock stands inside the validity period."""
        after_start = self.starts is None or wall >= self.starts
        return after_start and (self.ends is None or wall < self.ends)

    def label(self, colour: str) -> Text:
        """What the colour is called."""
        if colour == NEUTRAL:
            return NEUTRAL_LABEL
        return self.book.colours[self.rank[colour]].label

    def is_favourable(self, colour: str) -> bool:
        """Whether the colour may stand in a QR."""
        return colour != NEUTRAL and self.book.colours[self.rank[colour]].favourable

    def write(self) -> bytes:
        """The book's JSON, always the same bytes: what is published, signed and read again."""
        return _ENCODER.encode(self.book)


NEUTRAL_LABEL: Final = Text(vi="Trung tính", en="Neutral")


def compiled(text: bytes | str) -> CompiledBook:
    """A book from JSON, its names and expressions checked but not yet its cases.

    `reading.read` is what everybody else wants.
    """
    book = model.parse(text)
    _check_colours(book)
    _check_names(book)
    _check_texts(book)
    _check_cases(book)
    return CompiledBook(book)


def _watchable(condition: Condition) -> Program:
    """The program of a condition, whose moments of change must be enumerable."""
    program = compile_expression(condition.logic)
    if program.clock_problems:
        raise Malformed(program.clock_problems[0], condition.id)
    return program


def _check_colours(book: Book) -> None:
    """Colours are told apart, rules go from the best down, and the rest gets the last or none."""
    places = {colour.id: place for place, colour in enumerate(book.colours)}
    if NEUTRAL in places or len(places) < len(book.colours):
        raise Malformed("rules.book-colours")
    try:
        order = [places[rule.colour] for rule in book.rules]
    except KeyError:
        raise Malformed("rules.book-colours") from None
    if order != sorted(order):
        raise Malformed("rules.book-order")
    lowest = len(places) - 1
    if book.otherwise != NEUTRAL and places.get(book.otherwise) != lowest:
        raise Malformed("rules.book-otherwise")
    days = [day for day in (book.valid.from_, book.valid.until) if day is not None]
    if days != sorted(days) or not all(FIRST_YEAR <= day.year <= LAST_YEAR for day in days):
        raise Malformed("rules.book-period")


def _check_names(book: Book) -> None:
    """No part has the name of another of its kind, and there are not too many."""
    for parts in (book.terms, book.conditions, book.rules):
        names = [part.id for part in parts]
        if len(set(names)) < len(names):
            raise Malformed("rules.book-name-twice")
        if len(names) > model.MOST_PARTS:
            raise Malformed("rules.book-too-large")


def _check_texts(book: Book) -> None:
    """Texts take only what there is: a typing error must not reach a person."""
    known = MOMENTS | {term.id for term in book.terms}
    for condition in book.conditions:
        for text in (condition.holds, condition.lacks, condition.later, condition.over):
            _check_text(text, known)
    for text in (book.otherwise_text, *(rule.text for rule in book.rules)):
        _check_text(text, frozenset())


def _check_text(text: Text | None, known: frozenset[str]) -> None:
    """Both sentences take nothing but known names."""
    if text is not None and not _takes(text.vi) | _takes(text.en) <= known:
        raise Malformed("rules.book-text")


def _takes(sentence: str) -> set[str]:
    """The names in braces; anything else in braces is an error of the book."""
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError:
        raise Malformed("rules.book-text") from None
    if any(spec or conversion for _text, _name, spec, conversion in parts):
        raise Malformed("rules.book-text")
    return {name for _text, name, _spec, _conversion in parts if name is not None}


def _check_cases(book: Book) -> None:
    """Every colour that the book can give has a case; so a book without cases is none."""
    for case in book.cases:
        if case.at.tzinfo is None or not FIRST_YEAR <= case.at.year <= LAST_YEAR:
            raise Malformed("rules.book-case-time", case.name)
        facts.checked(case.facts)
    given = {rule.colour for rule in book.rules} | {book.otherwise}
    if not given <= {case.colour for case in book.cases}:
        raise Malformed("rules.book-without-cases")


def filled(text: Text, values: Mapping[str, str]) -> Text:
    """The sentences with their names replaced; what is not known is a dash."""
    known = {
        name: values.get(name, "–") for sentence in (text.vi, text.en) for name in _takes(sentence)
    }
    return Text(vi=text.vi.format_map(known), en=text.en.format_map(known))
