"""Recodes as values: what is proposed, where it stands, what the person and registrars read."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec

from motma.access.model import line
from motma.kernel.clock import civil_day
from motma.kernel.errors import Malformed
from motma.kernel.working_days import after_working_days
from motma.rules.books.model import Text

REASON_COLUMN: Final = "recode.reason"
ENDING_COLUMN: Final = "recode.ending"
APPEAL_COLUMN: Final = "recode.appeal"
ANSWER_COLUMN: Final = "recode.answer"

#: The longest recode, as long as quarantine of 2021. Source: decision 0105.
LONGEST: Final = timedelta(days=21)
#: How long one is kept after its end; as `queries.FORGET` and the table's comment say.
KEPT: Final = timedelta(days=31)
#: Working days until an appeal is due; as of claims. Source: decision 0105.
DUE_AFTER: Final = 2
#: A reason that the person, and a third registrar, can follow.
_LEAST_REASON: Final = 10
_MOST_APPEAL: Final = 1000

Colour = Literal["green", "yellow", "red", "neutral"]
Decision = Literal["upheld", "ended"]
State = Literal["proposed", "in-force", "withdrawn", "ended", "expired"]

#: What a colour by hand is called; a book's own words would claim its rules.
TEXTS: Final[Mapping[str, Text]] = {
    "green": Text(vi="Xanh (cán bộ xác định)", en="Green (set by hand)"),
    "yellow": Text(vi="Vàng (cán bộ xác định)", en="Yellow (set by hand)"),
    "red": Text(vi="Đỏ (cán bộ xác định)", en="Red (set by hand)"),
    "neutral": Text(vi="Không màu (cán bộ xác định)", en="No colour (set by hand)"),
}
HOW_TO_APPEAL: Final = Text(
    vi="Bạn có thể khiếu nại trong ứng dụng hoặc tại quầy; một cán bộ khác sẽ trả lời trong 2 ngày"
    " làm việc.",
    en="You may appeal in the app or at a desk; another registrar answers within 2 working days.",
)


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A colour that a registrar proposes, why, and until when; it holds at every place."""

    colour: Colour
    reason: str
    until: datetime


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """The recode that counts now; its reason is still sealed.

    `person_id`: about whom it was set, who may be merged into somebody since.
    """

    person_id: UUID
    recode_id: UUID
    colour: Colour
    since: datetime
    until: datetime
    reason: bytes


class Appeal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the person says against it, and what was answered."""

    text: str
    filed_at: datetime
    due_on: date
    state: Literal["open", "upheld", "ended"]
    answer: str | None = None
    answered_at: datetime | None = None


class Told(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the person, and a view with reasons, reads of a recode."""

    colour: str
    state: State
    since: datetime
    until: datetime
    reason: str
    by_rules: str  # the colour without it
    ended_at: datetime | None = None
    ended_because: str | None = None
    appeal: Appeal | None = None
    how_to_appeal: Text | None = None


class Recode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A recode as registrars read it."""

    person_id: UUID
    recode_id: UUID
    colour: Colour
    state: State
    reason: str
    until: datetime
    proposed_by: UUID
    proposed_at: datetime
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = None
    ended_by: UUID | None = None
    ended_at: datetime | None = None
    ended_because: str | None = None
    appeal: Appeal | None = None


class Listed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A recode in a list: whose, and where it stands; neither reason nor name."""

    person_id: UUID
    recode_id: UUID
    colour: Colour
    state: State
    until: datetime
    proposed_at: datetime
    appealed_at: datetime | None = None
    due_on: date | None = None


def judge(wanted: Wanted, *, now: datetime) -> Wanted:
    """The proposal as it is kept; Malformed names the field."""
    reason = explained(wanted.reason)
    if wanted.until.tzinfo is None:
        raise Malformed("recodes.until-without-offset", "until")
    if not now < wanted.until <= now + LONGEST:
        raise Malformed("recodes.until-out-of-range", "until")
    return msgspec.structs.replace(wanted, reason=reason)


def explained(reason: str) -> str:
    """A reason that says something, in one line."""
    return line(reason, field="reason", least=_LEAST_REASON)


def complaint(text: str) -> str:
    """What a person appeals with, in one line."""
    return line(text, field="text", least=1, most=_MOST_APPEAL)


def due_on(appealed_at: datetime) -> date:
    """The civil day by whose end an appeal is to be decided."""
    return after_working_days(civil_day(appealed_at), DUE_AFTER)


def state(*, until: datetime, confirmed: bool, ended_by_hand: bool, now: datetime) -> State:
    """Where a recode stands; time alone ends it, whether anything was written or not.

    >>> first, second = datetime(2026, 3, 1), datetime(2026, 3, 2)
    >>> state(until=second, confirmed=True, ended_by_hand=False, now=first)
    'in-force'
    >>> state(until=second, confirmed=True, ended_by_hand=False, now=second)
    'expired'
    """
    if ended_by_hand:
        return "ended" if confirmed else "withdrawn"
    if until <= now:
        return "expired"
    return "in-force" if confirmed else "proposed"
