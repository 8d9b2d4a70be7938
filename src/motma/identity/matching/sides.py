"""A record's evidence beside each candidate: what each feature says on both sides, and adds."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.identity import service
from motma.identity.matching import blocks, finding
from motma.identity.matching.deciding import Candidate
from motma.identity.matching.evidence import Evidence, features_of
from motma.identity.matching.finding import Person
from motma.identity.matching.queueing import Open
from motma.identity.model import Assurance, Profile
from motma.kernel.documents import DocumentKind
from motma.storage.pool import Connection

_OF_A_NAME = ("given", "middle", "family", "marks", "order")


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One feature: what the record says, what is known, how far they agree, what that adds."""

    feature: str
    level: str
    bits: float  # above 0 speaks for the candidate
    said: str
    known: str


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate, with the differences; `probability` is this pair's alone."""

    person_id: UUID
    qid: str
    probability: float
    vouched: bool  # whether anybody but themselves spoke for them
    differences: tuple[Difference, ...]


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """What a registrar looks at: one evidence, how many records wait for it, and who may be meant.

    `probability` is the first candidate's against all others and against nobody.
    """

    review_id: UUID
    probability: float
    unlocks: int
    opened_at: datetime
    evidence: Evidence
    candidates: tuple[Side, ...]


async def beside(db: Connection, means: Means, review: Open) -> Review:
    """The review with its candidates as they are known today, the likeliest first."""
    people = await finding.load(db, means, review.file.candidates)
    return Review(
        review_id=review.review_id,
        probability=review.probability,
        unlocks=review.unlocks,
        opened_at=review.opened_at,
        evidence=review.file.evidence,
        candidates=await compare(db, means, review.file.evidence, people),
    )


async def compare(
    db: Connection, means: Means, evidence: Evidence, people: Sequence[Person]
) -> tuple[Side, ...]:
    """Each person beside the evidence, the likeliest first."""
    terms = await finding.terms_of(db, means, blocks.asked_of(evidence))
    found = finding.weighed(people, features_of(evidence), terms)
    return tuple([await _side(db, means, evidence, one) for one in found])


async def _side(db: Connection, means: Means, evidence: Evidence, found: Candidate[Person]) -> Side:
    person = found.person
    now = await service.resolve(db, means, person.person_id)
    said, known = _said(evidence), _known(person.profile)
    return Side(
        person_id=person.person_id,
        qid=now.qid,
        probability=found.weighed.probability,
        vouched=person.profile.vouched,
        differences=tuple(
            Difference(
                feature=part.feature,
                level=part.level,
                bits=round(part.bits, 2),
                said=said[part.feature],
                known=known[part.feature],
            )
            for part in found.weighed.parts
        ),
    )


def _said(evidence: Evidence) -> dict[str, str]:
    """Feature → what the record says."""
    return {
        **dict.fromkeys(_OF_A_NAME, evidence.full_name),
        "birth": evidence.birth,
        "sex": evidence.sex,
        "document": evidence.document_number,
        "bhyt": evidence.bhyt,
        "phone": evidence.phone,
        "commune": _commune(evidence.commune_code, evidence.commune_as_of),
    }


def _known(profile: Profile) -> dict[str, str]:
    """Feature → what is known; of documents those that somebody saw, which are compared."""
    seen = [held for held in profile.documents if held.assurance > Assurance.DECLARED]
    numbers = [held.number for held in seen if held.kind != DocumentKind.BHYT]
    insured = [held.number for held in seen if held.kind == DocumentKind.BHYT]
    code, _, as_of = (profile.commune.value if profile.commune else "").partition("@")
    return {
        **dict.fromkeys(_OF_A_NAME, profile.full_name.value),
        "birth": profile.birth.value,
        "sex": profile.sex.value if profile.sex else "",
        "document": ", ".join(numbers),
        "bhyt": ", ".join(insured),
        "phone": ", ".join(phone.value for phone in profile.phones),
        "commune": _commune(code, as_of),
    }


def _commune(code: str, as_of: str) -> str:
    return f"{code}@{as_of}" if code and as_of else code
