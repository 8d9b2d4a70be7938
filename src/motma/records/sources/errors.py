"""What sources decline; codes are permanent."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class SourceUnknown(Declined):
    """No source of this name is read here."""

    code = "sources.unknown"
    kind = Kind.UNKNOWN


@dataclass
class LetterUnknown(Declined):
    """No such dead letter, or it was ended before."""

    code = "sources.letter-unknown"
    kind = Kind.UNKNOWN


@dataclass
class OtherItem(Declined):
    """A correction must be of the letter's own item, under the same id."""

    code = "sources.other-item"
    kind = Kind.REFUSED


@dataclass
class TooManyLetters(Declined):
    """So many letters of this source are dead that no more of them are kept: nothing was taken."""

    code = "sources.too-many-letters"
    kind = Kind.BUSY
    most: int


@dataclass
class StillDead(Declined):
    """The replayed letter can't be taken either; its code says why."""

    code = "sources.still-dead"
    kind = Kind.REFUSED
    letter_code: str
    letter_field: str | None


@dataclass
class AnswerUnreadable(Declined):
    """The source answered with something that is no page of items."""

    code = "sources.answer-unreadable"
    kind = Kind.UNAVAILABLE


@dataclass
class ProofRefused(Declined):
    """The source does not accept who we say we are: its key, client id or secret is another."""

    code = "sources.proof-refused"
    kind = Kind.UNAVAILABLE


@dataclass
class SecretUnreadable(Declined):
    """The file with our secret for a source is missing, empty, no text, or open to others."""

    code = "sources.secret-unreadable"
    kind = Kind.UNAVAILABLE


@dataclass
class TurnLost(Declined):
    """Another process read on from this cursor meanwhile: nothing was taken twice."""

    code = "sources.turn-lost"
    kind = Kind.BUSY


@dataclass
class CircuitOpen(Declined):
    """The source failed again and again and is left alone until `retry_after_s` have passed."""

    code = "sources.circuit-open"
    kind = Kind.BUSY
    retry_after_s: float
