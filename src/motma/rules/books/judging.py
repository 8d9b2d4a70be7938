"""The verdict of a book: colour, the reasons as a tree, until when, and what would improve it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from motma.rules.books import wording
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.improving import Improvement, improvements
from motma.rules.books.model import Text
from motma.rules.books.payload import moment_of
from motma.rules.books.reasoning import Reason, reasons
from motma.rules.books.searching import Inquiry, Turn, change_of, wall_of
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


def judge(book: CompiledBook, facts: Facts, at: datetime, then: Sequence[Turn] = ()) -> Verdict:
    """The verdict on these facts as of `at`; the same arguments give the same verdict.

    `then`: the books that speak after this one, as in `quick`.
    """
    inquiry, wall = Inquiry(book, facts), wall_of(at)
    found = inquiry.find(wall)
    here = reasons(inquiry, wall, found)
    change = change_of(inquiry, inquiry.stages(wall), facts, then, colour=found.colour)
    next_wall = None if change is None else change.wall
    until = None if next_wall is None else moment_of(next_wall)
    after = None if change is None else wording.conclusion(change.book, change.found)
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
