"""The verdict of a book: colour, the reasons as a tree, until when, and what would improve it."""

from dataclasses import dataclass
from datetime import datetime

from motma.rules.books import wording
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.improving import Improvement, improvements
from motma.rules.books.model import Text
from motma.rules.books.payload import moment_of
from motma.rules.books.reasoning import Reason, reasons
from motma.rules.books.searching import Found, Inquiry, wall_of
from motma.rules.facts import Facts

__all__ = ["Improvement", "Reason", "Verdict", "judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a book says of somebody at a moment."""

    book_id: str
    version: int
    number: int  # the scheme in a QR's card slot
    at: datetime
    colour: str
    label: Text
    favourable: bool  # may stand in a QR
    valid_until: datetime | None  # UTC, the first moment of another colour; None: never
    reasons: Reason
    improvements: tuple[Improvement, ...]


def judge(book: CompiledBook, facts: Facts, at: datetime) -> Verdict:
    """The verdict on these facts as of `at`; the same arguments give the same verdict."""
    inquiry, wall = Inquiry(book, facts), wall_of(at)
    found = inquiry.find(wall)
    here = reasons(inquiry, wall, found)
    next_wall, next_found = _change(inquiry, wall, found.colour)
    until = None if next_wall is None else moment_of(next_wall)
    after = None if next_found is None else wording.conclusion(book, next_found)
    return Verdict(
        book_id=book.id,
        version=book.book.version,
        number=book.number,
        at=at,
        colour=found.colour,
        label=book.label(found.colour),
        favourable=book.is_favourable(found.colour),
        valid_until=until,
        reasons=Reason(
            text=wording.headline(book, found, until=next_wall, after=after),
            holds=True,
            until=until,
            parts=here,
        ),
        improvements=improvements(book, facts, at),
    )


def _change(inquiry: Inquiry, wall: datetime, colour: str) -> tuple[datetime | None, Found | None]:
    """When the colour becomes another one, and what is found then."""
    for later, found in inquiry.stages(wall):
        if found.colour != colour:
            return later, found
    return None, None
