"""Whose many records are, asked at once: of each what `finding.find` says of it alone.

A backlog spends most of its time on the way to the database and back. Here a page asks for all its
documents in one statement, and only what no document decides is weighed, some at a time.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from motma.access.means import Means
from motma.identity import model
from motma.identity.matching import blocks, finding, queries
from motma.identity.matching.blocks import Asked, Key
from motma.identity.matching.deciding import Decision, Match
from motma.identity.matching.evidence import Evidence
from motma.identity.matching.finding import LEAST_PEOPLE, MOST_CANDIDATES, Person
from motma.identity.matching.weights import shipped
from motma.storage.pool import Connection

#: Records weighed together: each may bring `MOST_CANDIDATES` opened profiles into memory.
_TOGETHER: Final = 25

_NOBODY: Final[Match[UUID]] = Match(Decision.NONE, None, 0.0, (), ())


async def find_all(db: Connection, means: Means, evidence: Sequence[Evidence]) -> list[Match[UUID]]:
    """The match of each, in their order."""
    found = await _exactly(db, means, evidence)
    left = [place for place in range(len(evidence)) if place not in found]
    for start in range(0, len(left), _TOGETHER):
        places = left[start : start + _TOGETHER]
        weighed = await _likeliest(db, means, [evidence[place] for place in places])
        found |= zip(places, weighed, strict=True)
    return [found[place] for place in range(len(evidence))]


async def _exactly(
    db: Connection, means: Means, evidence: Sequence[Evidence]
) -> dict[int, Match[UUID]]:
    """Those whose proven documents name one person, by their place."""
    keys = [[("document", key) for key in blocks.documents_of(one)] for one in evidence]
    rows = await db.fetch(queries.PROVEN_EACH, *_asked(means, keys))
    people = await _people(db, means, (row["person_id"] for row in rows))
    owners: dict[int, list[Person]] = {}
    for row in rows:
        owners.setdefault(row["place"], []).append(people[row["person_id"]])
    found = {place: finding.owner_among(them, evidence[place]) for place, them in owners.items()}
    return {place: match for place, match in found.items() if match is not None}


async def _likeliest(
    db: Connection, means: Means, evidence: Sequence[Evidence]
) -> list[Match[UUID]]:
    """Each weighed among everybody who may be meant."""
    asked = [blocks.asked_of(one) for one in evidence]
    documents = [[("document", key) for key in (*a.documents, *a.slipped)] for a in asked]
    columns = (*_asked(means, documents), *_asked(means, [one.people for one in asked]))
    rows = await db.fetch(queries.CANDIDATES_EACH, *columns, MOST_CANDIDATES)
    people = await _people(db, means, (row["person_id"] for row in rows))
    met: dict[int, list[Person]] = {}
    for row in rows:
        met.setdefault(row["place"], []).append(people[row["person_id"]])
    holders = await _holders(db, means, asked)
    known = max(await db.fetchval(queries.ABOUT_PEOPLE), LEAST_PEOPLE)
    return [
        finding.choose(met[place], one, shipped().terms(known, holders[place]))
        if place in met
        else _NOBODY
        for place, one in enumerate(evidence)
    ]


async def _holders(db: Connection, means: Means, asked: Sequence[Asked]) -> list[dict[str, int]]:
    """How many share the phone of each, itself at least."""
    keys = [[("phone", phone) for phone in one.phones] for one in asked]
    rows = await db.fetch(queries.HOLDERS_EACH, *_asked(means, keys))
    people = {row["place"]: row["people"] for row in rows}
    return [dict.fromkeys(one.phones, people.get(place, 1)) for place, one in enumerate(asked)]


async def _people(db: Connection, means: Means, person_ids: Iterable[UUID]) -> dict[UUID, Person]:
    """Profiles opened, each once, by whose row it is."""
    rows = await queries.people(db, set(person_ids))
    return {
        row["person_id"]: Person(
            person_id=row["kept_id"],
            profile=model.read(
                means.vault.open(model.PROFILE_COLUMN, row["person_id"], row["profile"])
            ),
        )
        for row in rows
    }


def _asked(means: Means, keys: Sequence[Iterable[Key]]) -> tuple[list[int], list[bytes]]:
    """Places and keyed indexes as two columns; a key that comes twice at a place counts once."""
    places: list[int] = []
    blinds: list[bytes] = []
    for place, those in enumerate(keys):
        for kind, value in dict.fromkeys(those):
            found = means.vault.blinds(kind, value)
            places += [place] * len(found)
            blinds += found
    return places, blinds
