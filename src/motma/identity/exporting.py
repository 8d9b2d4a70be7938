"""What the register keeps of a person, as that person may take it away."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record

from motma.access.means import Means
from motma.identity import model, queries
from motma.identity.service import qids_of, resolve
from motma.storage.pool import Connection

#: Sections of an export; each row is one thing that is kept.
Sections = dict[str, list[dict[str, Any]]]


async def held(db: Connection, means: Means, selves: Sequence[UUID]) -> Sections:
    """Profile, earlier versions, codes, documents, guardianships, merges and cases.

    Of a case only that it was: what stands in it may be somebody else's word.
    """
    person = await resolve(db, means, selves[0])
    return {
        "register": [
            {"qid": person.qid, "profile": person.profile, "updated_at": person.updated_at}
        ],
        "register_versions": [
            _version(means, row) for row in await db.fetch(queries.VERSIONS_OF, selves)
        ],
        "codes": [
            _code(row) for person_id in selves for row in await qids_of(db, means, person_id)
        ],
        "documents": [
            _document(means, row) for row in await db.fetch(queries.DOCUMENTS_OF, selves)
        ],
        "guardianships": [
            _guardianship(means, row) for row in await db.fetch(queries.GUARDIANSHIPS_OF, selves)
        ],
        "merges": [_merge(means, row) for row in await db.fetch(queries.MERGES_OF, selves)],
        "cases": [dict(row) for row in await db.fetch(queries.CASES_OF, selves)],
    }


def _version(means: Means, row: Record) -> dict[str, Any]:
    plain = means.vault.open(model.PROFILE_COLUMN, row["person_id"], row["profile"])
    return {
        "version": row["version"],
        "known_at": row["known_at"],
        "source": row["source"],
        "profile": model.read(plain),
    }


def _code(row: dict[str, object]) -> dict[str, Any]:
    names = ("qid", "state", "issue_no", "issued_at", "ended_at", "reason")
    return {name: row[name] for name in names}


def _document(means: Means, row: Record) -> dict[str, Any]:
    number = means.vault.open(model.DOCUMENT_COLUMN, row["person_id"], row["sealed"]).decode()
    names = ("kind", "assurance", "true_from", "known_at", "ended_at")
    return {"number": number} | {name: row[name] for name in names}


def _guardianship(means: Means, row: Record) -> dict[str, Any]:
    """Who the other one is stays with them; the paper that was shown names what must be known."""
    evidence = means.vault.open(model.EVIDENCE_COLUMN, row["dependant_id"], row["evidence"])
    names = ("since", "until", "confirmed_at", "ended_at")
    role = "guardian" if row["as_guardian"] else "dependant"
    return {"i_am": role, "evidence": evidence.decode()} | {name: row[name] for name in names}


def _merge(means: Means, row: Record) -> dict[str, Any]:
    reason = means.vault.open(model.MERGE_COLUMN, row["person_id"], row["reason"]).decode()
    return {"reason": reason, "merged_at": row["merged_at"], "undone_at": row["undone_at"]}
