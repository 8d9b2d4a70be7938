"""Is this card still good? Answered to anybody who holds it, and nothing more.

Only a text that we signed is looked up: a number alone, a QID or another family's code is no card,
and the answer to it is the same whether or not somebody stands behind it.
"""

from datetime import date
from enum import StrEnum

from motma.access.means import Means
from motma.codec.issued import FindKey, Signature
from motma.codec.model import Family
from motma.identity import service as identity
from motma.identity.errors import PersonUnknown
from motma.scan import codes
from motma.scan.model import Code
from motma.storage.pool import Connection


class Verdict(StrEnum):
    """What a card is worth."""

    VALID = "valid"
    REPLACED = "replaced"  # or revoked: it is not for a stranger to know which
    EXPIRED = "expired"
    FORGED = "forged"
    NOT_SIGNED = "not-signed"
    NOT_PAPER = "not-paper"  # a phone's code: only a reader tells it from a copy


async def check(
    db: Connection, means: Means, text: str, find_key: FindKey, *, today: date
) -> Verdict:
    """The verdict on a scanned text; never raises for what stands in it."""
    code = codes.read(text, find_key, today=today)
    if code.signature is Signature.FORGED:
        return Verdict.FORGED
    if code.family is not Family.PERSONAL or code.signature is not Signature.VALID:
        return Verdict.NOT_SIGNED
    if code.on_phone:
        return Verdict.NOT_PAPER
    if code.expires_on is not None and code.expires_on < today:
        return Verdict.EXPIRED
    return Verdict.VALID if await _stands(db, means, code) else Verdict.REPLACED


async def _stands(db: Connection, means: Means, code: Code) -> bool:
    """Whether the code is the one of now; a merged one only while its person's own is."""
    try:
        row = await identity.find_qid(db, code.qid or "")
        if row["state"] not in {"active", "alias", "merged"} or row["issue_no"] != code.issue_no:
            return False
        person = await identity.resolve(db, means, row["person_id"])
        own = await identity.find_qid(db, person.qid)
    except PersonUnknown:  # erased
        return False
    return bool(row["state"] != "merged" or own["state"] == "active")
