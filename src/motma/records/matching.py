"""Whose a record is, asked of identity with evidence; and the keys under which a record waits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from msgspec.structs import asdict

from motma.access.means import Means
from motma.identity.matching import blocks, page, queueing
from motma.identity.matching.deciding import Decision, Match
from motma.identity.matching.evidence import Evidence
from motma.identity.matching.queueing import Subject
from motma.identity.model import Assurance, Attribute, Profile
from motma.kernel.clock import Clock
from motma.records.model import About
from motma.storage.pool import Connection

BY_DOCUMENT: Final = "document"
BY_WEIGHT: Final = "model"
#: Kind of what stands in the review queue.
SUBJECT: Final = "record"

Part = tuple[str, str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Who a record is about, how that was found and how surely; nobody without `person_id`."""

    person_id: UUID | None
    how: str = BY_DOCUMENT
    probability: float = 0.0
    parts: tuple[Part, ...] = ()
    review: Match[UUID] | None = None  # for a registrar, when evidence alone can't decide


NOBODY: Final = Found(person_id=None)


async def find_all(db: Connection, means: Means, about: Sequence[About]) -> list[Found]:
    """Whom each evidence names, if it can name only one person."""
    matches = await page.find_all(db, means, [evidence_of(one) for one in about])
    return [_found(match) for match in matches]


def _found(match: Match[UUID]) -> Found:
    parts = tuple((part.feature, part.level, round(part.bits, 3)) for part in match.parts)
    linked = match.decision is Decision.LINK
    return Found(
        person_id=match.person if linked else None,
        how=BY_DOCUMENT if match.probability == 1 else BY_WEIGHT,
        probability=match.probability,
        parts=parts,
        review=match if match.decision is Decision.REVIEW else None,
    )


async def ask_all(db: Connection, means: Means, asked: Sequence[tuple[UUID, About, Found]]) -> None:
    """Put before a registrar what only a person can decide, and take the other records from there.

    Given are records, whom they speak of, and what was found.
    """
    done = []
    for record_id, about, found in asked:
        if found.review is None:
            done.append(record_id)
        else:
            subject = Subject(SUBJECT, record_id)
            await queueing.offer(db, means, subject, evidence_of(about), found.review)
    await queueing.withdraw_all(db, means, SUBJECT, done)


def evidence_of(about: About) -> Evidence:
    """The same fields, as matching takes them."""
    return Evidence(**asdict(about))


def waiting_keys(about: About, clock: Clock) -> list[tuple[str, str]]:
    """(kind, value) pairs under which a record waits: few, as for a person; slips are the asker's.

    Made as those of a person who has what the record says, so that both sides meet.
    """
    asked = blocks.asked_of(evidence_of(about))
    keys = [("document", key) for key in asked.documents]
    if not about.full_name or not about.birth:
        return keys + [("phone", phone) for phone in asked.phones]

    def said(value: str) -> Attribute:
        return Attribute(value, Assurance.DECLARED, clock.now(), "")

    person = Profile(
        full_name=said(about.full_name),
        birth=said(about.birth),
        commune=said(f"{about.commune_code}@") if about.commune_code else None,
        phones=tuple(said(phone) for phone in asked.phones),
    )
    return keys + blocks.keys_of(person)


def keys_of(profile: Profile) -> list[tuple[str, str]]:
    """Under which keys a person finds records that wait, one slip away from what is known too."""
    code, _, as_of = (profile.commune.value if profile.commune else "").partition("@")
    shown = [("", ""), *((held.kind, held.number) for held in profile.documents)]
    phones = [""] + [phone.value for phone in profile.phones]
    keys: dict[tuple[str, str], None] = {}
    for at in range(max(len(shown), len(phones))):
        kind, number = shown[at] if at < len(shown) else ("", "")
        asked = blocks.asked_of(
            Evidence(
                full_name=profile.full_name.value,
                birth=profile.birth.value,
                document_number="" if kind == "bhyt" else number,
                bhyt=number if kind == "bhyt" else "",
                phone=phones[at] if at < len(phones) else "",
                commune_code=code,
                commune_as_of=as_of,
            )
        )
        keys |= dict.fromkeys(("document", key) for key in (*asked.documents, *asked.slipped))
        keys |= dict.fromkeys(asked.people)
    return list(keys)
