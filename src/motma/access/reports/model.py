"""What is reported of a read, and what is answered."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec

from motma.access.limits import Limit
from motma.access.model import line

SAID_COLUMN: Final = "read_report.sealed"
ANSWER_COLUMN: Final = "read_report.answer"
LONGEST_TEXT: Final = 500
#: Reports of one person in a day: a mistake or a grudge, not a flood.
REPORTS: Final = Limit(name="reports", count=20, window_s=86_400)
#: Reports in one answer of the queue.
MOST_LISTED: Final = 100

#: I was not there; nobody needed to read me; they saw more than they needed; something else.
What = Literal["not-there", "not-needed", "too-much", "other"]
Outcome = Literal["wrong", "in-order"]


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why a read is wrong; words may be left out, except for `other`."""

    kind: What
    text: str = ""


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """The read itself, as the log has it: kept with the report, for the log forgets sooner."""

    at: datetime
    reader_id: UUID | None
    place: str | None
    role: str | None
    purpose: str | None
    saw: list[str]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What stands sealed in a report."""

    reason: Reason
    read: Read


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """A report as its person sees it."""

    at: datetime
    kind: What
    text: str


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """What was answered."""

    at: datetime
    outcome: Outcome
    words: str


class State(msgspec.Struct, frozen=True, kw_only=True):
    """Where the report of a read stands."""

    event_id: UUID
    reported: Reported
    decided: Decided | None


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """A report in the queue: the read and the words, not the person."""

    event_id: UUID
    reported_at: datetime
    reason: Reason
    read: Read
    login: str | None  # who read
    organisation: str | None


def judge(reason: Reason) -> Reason:
    """The reason as it is kept, or Malformed.

    >>> judge(Reason(kind="not-there", text="  at home  ")).text
    'at home'
    """
    text = line(reason.text, field="text", least=reason.kind == "other", most=LONGEST_TEXT)
    return msgspec.structs.replace(reason, text=text)
