"""A registrar ends QIDs: revoke, replace, re-issue, merge, undo a merge."""

from typing import Any

import msgspec
from starlette.requests import Request

from motma.identity import ending
from motma.records import following
from motma.web.calls import platform_of, reader_of, require_role
from motma.web.operations import ByQid, post


class WithReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A QID, and why it ends; the person reads the reason."""

    qid: str
    reason: str


class Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two QIDs of one person: `qid` becomes an alias of `into`."""

    qid: str
    into: str
    reason: str


async def revoke_qid(request: Request, body: WithReason) -> None:
    """Revoke a QID: never valid again."""
    await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        await ending.revoke(db, platform.means, body.qid, reason=body.reason)
    await platform.carry_endings()


async def replace_qid(request: Request, body: WithReason) -> ByQid:
    """Replace a leaked QID by a new one."""
    await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        fresh = await ending.replace(db, platform.means, body.qid, reason=body.reason)
    await platform.carry_endings()
    return ByQid(fresh)


async def reissue_card(request: Request, body: ByQid) -> dict[str, int]:
    """A lost card: the next issue number; earlier prints say “replaced”."""
    await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        issue_no = await ending.reissue(db, platform.means, body.qid)
    await platform.carry_endings()
    return {"issue_no": issue_no}


async def merge_people(request: Request, body: Merge) -> dict[str, str]:
    """Say that two QIDs are one person; it can be undone."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        merge_id = await following.merge(
            db,
            platform.means,
            qid=body.qid,
            into=body.into,
            reason=body.reason,
            by=reader_of(session),
        )
    return {"merge_id": str(merge_id)}


async def undo_merge(request: Request, body: ByQid) -> list[dict[str, Any]]:
    """Undo a merge; the answer lists what arrived at the other person since."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await following.undo_merge(db, platform.means, body.qid, by=reader_of(session))


OPERATIONS = [
    post("/v1/people:revoke", revoke_qid, WithReason, None, "Revoke a QID", status=204),
    post("/v1/people:replace", replace_qid, WithReason, ByQid, "Replace a leaked QID"),
    post("/v1/people:reissue", reissue_card, ByQid, dict[str, int], "Re-issue a lost card"),
    post("/v1/people:merge", merge_people, Merge, dict[str, str], "Merge two QIDs"),
    post("/v1/people:undo-merge", undo_merge, ByQid, list[dict[str, Any]], "Undo a merge"),
]  # fmt: skip
