"""A person's inbox: what happened to them in words, and what of it they have read."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.inbox import model, service
from motma.audit import service as audit
from motma.audit.model import Entry
from motma.identity.selves import selves_of
from motma.web.calls import platform_of, require_person
from motma.web.operations import Operation
from motma.web.reads import NOTICES, link_to

#: Kinds of events in the inbox that are no change of anything: vi, en.
_READ: Final = {
    "identity.read": (
        "Có người xem toàn bộ thông tin của bạn, không phải ở cửa ra vào.",
        "Somebody saw all your data, and not at a gate.",
    ),
    "scan.person-alarm": (
        "Mã của bạn được quét nhiều bất thường.",
        "Your code was scanned unusually often.",
    ),
}
#: What an item may tell of its details; the rest is for the log.
_SHOWN: Final = (
    "reason", "until", "decision", "form", "issue_no",
    "role", "purpose", "organisation_name", "saw",
)  # fmt: skip


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One item; `read` is the person's mark, whichever device set it."""

    event_id: UUID
    kind: str
    heading: str  # card, record, identity, code, family, account or read
    at: datetime
    text: dict[str, str]  # vi, en
    details: dict[str, Any]
    read: bool
    intact: bool


class Inbox(msgspec.Struct, frozen=True, kw_only=True):
    """A page of it, newest first."""

    items: list[Item]
    unread: int  # of this page


class Marks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which items, and whether they are read."""

    event_ids: list[UUID]
    read: bool = True


async def my_inbox(request: Request, _body: None) -> Inbox:
    """What happened to me, newest first, and what of it I have read; `Link` leads to earlier."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        own = await selves_of(db, platform.means, person_id)
        page = await audit.reads_of(
            db, platform.vault, platform.clock, own,
            kinds=tuple(model.KINDS), after=request.query_params.get("after"),
        )  # fmt: skip
        shown = [entry for entry in page.entries if model.heading(*_of(entry)) is not None]
        marked = await service.marked(db, own, [entry.event.event_id for entry in shown])
    link_to(request, page)
    items = [_item(entry, read=entry.event.event_id in marked) for entry in shown]
    return Inbox(items=items, unread=sum(not item.read for item in items))


async def mark_my_inbox(request: Request, body: Marks) -> None:
    """Mark up to a hundred items read, or unread again, on every device of mine."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        own = await selves_of(db, platform.means, person_id)
        await service.mark(db, platform.means, own, body.event_ids, read=body.read)


def _of(entry: Entry) -> tuple[str, Any]:
    return entry.event.kind, entry.details


def _item(entry: Entry, *, read: bool) -> Item:
    kind = entry.event.kind
    words = _READ.get(kind) or NOTICES[kind]
    return Item(
        event_id=entry.event.event_id,
        kind=kind,
        heading=model.KINDS[kind],
        at=entry.event.at,
        text=dict(zip(("vi", "en"), words, strict=True)),
        details={name: entry.details[name] for name in _SHOWN if name in entry.details},
        read=read,
        intact=entry.intact,
    )


OPERATIONS: Final = [
    Operation(method="GET", path="/v1/me/inbox", handler=my_inbox, answer=Inbox, auth="person",
              query=("after",), summary="My inbox", tag="me"),
    Operation(method="POST", path="/v1/me/inbox:mark", handler=mark_my_inbox, body=Marks,
              status=204, auth="person", summary="Mark items of my inbox read", tag="me"),
]  # fmt: skip
