"""What a desk is shown, a card's QR or a typed number, turned into whom to look for."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from motma.codec.bhyt import Bhyt
from motma.codec.cccd import Cccd
from motma.codec.issued import Issued
from motma.codec.personal import Personal
from motma.codec.reading import read
from motma.identity.model import Claim, ShownDocument
from motma.kernel import documents
from motma.kernel.documents import DocumentKind
from motma.kernel.errors import Malformed

#: What a number that somebody types may be, by its length.
_TYPED: Final = {
    9: DocumentKind.CMND,
    10: DocumentKind.BHYT,
    12: DocumentKind.CCCD,
    15: DocumentKind.BHYT,
}
_QID_DIGITS: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """A QID or a claim to look for, or neither; what the text was, and what is odd about it."""

    family: str
    qid: str | None = None
    claim: Claim | None = None
    number: ShownDocument | None = None  # a number alone: there is no claim yet
    findings: tuple[str, ...] = ()


def sought(text: str, *, today: date) -> Sought:
    """What to look for; never raises.

    >>> sought("001 093 029 317", today=date(2026, 1, 1)).family
    'cccd'
    """
    typed = _typed("".join(text.split()).upper())
    if typed is not None:
        return typed
    reading = read(text, today=today)
    findings = tuple(each.code for each in (*reading.problems, *reading.warnings))
    qid, claim = None, None
    match reading.fields:
        case Issued() as code:
            qid = code.issue.qid
        case Personal() as code:
            qid = code.qid
        case Cccd() as card:
            claim = _of_cccd(card)
        case Bhyt() as card:
            claim = _of_bhyt(card)
    return Sought(family=reading.family, qid=qid, claim=claim, findings=findings)


def _typed(number: str) -> Sought | None:
    """A number that somebody typed; None for the text of a QR."""
    if len(number) == _QID_DIGITS and number.isascii() and number.isdigit():
        return Sought(family="qid", qid=number)
    kind = _TYPED.get(len(number))
    if kind is None:
        return None
    try:
        document = documents.normalise(kind, number)
    except Malformed:
        return None
    shown = ShownDocument(kind=kind.value, number=document.number, seen=True)
    return Sought(family=kind.value, number=shown)


def _of_cccd(card: Cccd) -> Claim:
    """The claim of a CCCD card; the old number on it is proved by the same card."""
    shown = [ShownDocument(kind="cccd", number=card.number, seen=True)]
    if card.old_number is not None and len(card.old_number) != len(card.number):
        shown.append(ShownDocument(kind="cmnd", number=card.old_number, seen=True))
    return Claim(
        full_name=card.name,
        birth=str(card.birth),
        sex=card.sex,
        nationality="VNM",
        documents=tuple(shown),
        address=card.address or None,
        declared_by="registrar",
    )


def _of_bhyt(card: Bhyt) -> Claim:
    """The claim of an insurance card."""
    return Claim(
        full_name=card.name,
        birth=str(card.birth),
        sex=card.sex,
        documents=(ShownDocument(kind="bhyt", number=card.number, seen=True),),
        address=card.address,
        declared_by="registrar",
    )
