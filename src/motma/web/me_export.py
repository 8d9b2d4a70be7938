"""Everything the platform holds about a person, put together for that person.

Each context tells what it keeps; here it becomes one mapping of sections to plain rows, which is
answered as JSON and printed as a document.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.accounts import devices
from motma.access.accounts import exporting as accounts
from motma.access.inbox import service as inbox
from motma.access.limits import Limit, insist
from motma.access.reports import service as reports
from motma.audit import service as audit
from motma.audit.model import Entry
from motma.bootstrap import Platform
from motma.cards import service as cards
from motma.cards.recodes import showing as recodes
from motma.cards.recodes.model import Recode
from motma.cards.shelf import Shelf
from motma.identity import exporting as register
from motma.identity import service as identity
from motma.identity.matching import exporting as matching
from motma.identity.selves import selves_of
from motma.interop import consents
from motma.records import service as records
from motma.records.claims import service as claims
from motma.storage.pool import Connection
from motma.web.calls import gate_of, platform_of, require_person, tell_limit
from motma.web.operations import Operation
from motma.web.reads import NOTICES, READS, notice_row, read_row
from motma.web.records import own_steps

#: Copies of everything, whatever device asks: each is a long reading.
EXPORTS: Final = Limit(name="exports", count=10, window_s=86_400)
#: Events read at a time.
_PAGE: Final = 500

#: Table → the section in which its rows of a person stand. A test walks the schema and asks.
SECTIONS: Final = {
    "person": "register",
    "person_version": "register_versions",
    "qid": "codes",
    "document": "documents",
    "guardian": "guardianships",
    "merge": "merges",
    "review_case": "cases",
    "local.match_review": "record_reviews",
    "device": "devices",
    "session": "sessions",
    "enrolment_code": "activation_codes",
    "account_phone": "phones",
    "sign_in": "phone_codes",
    "passkey": "passkeys",
    "passkey_challenge": "passkeys_begun",
    "health_record": "records",
    "health_attachment": "records",
    "health_record_version": "records",
    "person_facts": "facts",
    "record_claim": "claims",
    "recode": "colours_by_hand",
    "consent": "apps",
    "event": "reads",
    "inbox_mark": "notices",
    "read_report": "read_reports",
}
#: Tables with somebody's id in them of which nothing is told, and why.
LEFT_OUT: Final = {
    "document_index": "finds a document again; what it finds stands in `documents`",
    "person_index": "finds a person again by what stands in `register`",
    "push_subscription": "an address at the maker of a browser, and keys: `devices` names it",
    "card_watch": "when the card is looked at again: `card` says until when it holds",
    "local.watched_person": "says that an app may hear of the person: `apps`",
    "local.push_knock": "on its way to a browser, for seconds",
    "local.person_change": "on its way to those apps, for seconds",
}


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is held about me, by section; docs/flows/account.md says what each is."""

    made_at: str
    sections: dict[str, list[dict[str, Any]]]


async def export_me(request: Request, _body: None) -> Export:
    """Everything the platform holds about me, as it is now; no keys and no codes.

    Ten times a day; a device that came a short while ago by phone or a new passkey waits first.
    """
    platform = platform_of(request)
    sections = await export_for(request)
    return Export(made_at=platform.clock.now().isoformat(), sections=sections)


async def export_for(request: Request) -> dict[str, list[dict[str, Any]]]:
    """The sections for the person who asks, counted and logged: for JSON as for print."""
    session, person_id = await require_person(request)
    platform = platform_of(request)
    at_s = platform.clock.now().timestamp()
    device_id = session.device.device_id
    async with platform.transaction() as db:
        await devices.insist_settled(db, platform.means, device_id)
        own = await selves_of(db, platform.means, person_id)
        tell_limit(request, insist(platform.counters.take(EXPORTS, own[0].bytes, at_s=at_s)))
        await platform.means.log(db, "access.exported", {}, person_id=own[0], device_id=device_id)
        return await gather(db, platform, gate_of(request).shelf, own)


async def gather(
    db: Connection, platform: Platform, shelf: Shelf, selves: Sequence[UUID]
) -> dict[str, list[dict[str, Any]]]:
    """Section → plain rows: texts, numbers, truth values, lists and mappings of these."""
    means, self_id = platform.means, selves[0]
    person = await identity.resolve(db, means, self_id)
    found: dict[str, Sequence[Any]] = {
        **await register.held(db, means, selves),
        "record_reviews": await matching.reviews_of(db, selves),
        "records": await _records(db, platform, selves),
        "facts": [await records.facts(db, means, self_id)],
        "card": [await cards.at_home(db, means, shelf, person, means.clock.now())],
        "claims": await claims.claims_of(db, means, self_id),
        "colours_by_hand": [
            _without_staff(one) for one in await recodes.of_person(db, means, selves)
        ],
        **await accounts.held(db, means, selves),
        "read_reports": await reports.states_of(db, means, selves),
        "apps": await consents.every(db, selves),
        **await _log(db, platform, selves),
    }
    plain: dict[str, list[dict[str, Any]]] = msgspec.to_builtins(found)
    return plain


async def _records(
    db: Connection, platform: Platform, selves: Sequence[UUID]
) -> list[dict[str, Any]]:
    """Each record with its provenance and everything that happened to it while it was theirs."""
    rows = []
    for one in await records.records_of(db, platform.means, selves[0]):
        steps = await records.history_of(db, platform.means, one.record_id, people=set(selves))
        shown: dict[str, Any] = msgspec.to_builtins(one)
        for name in ("person_id", "about"):
            shown.pop(name, None)
        rows.append(shown | {"history": own_steps(steps)})
    return rows


async def _log(
    db: Connection, platform: Platform, selves: Sequence[UUID]
) -> dict[str, list[dict[str, Any]]]:
    """The log of the kept days: who read me, what was changed, and the rest by its kind."""
    sections: dict[str, list[dict[str, Any]]] = {"reads": [], "notices": [], "other_events": []}
    async for entry in _entries(db, platform, selves):
        event = entry.event
        if event.kind in READS:
            sections["reads"].append(read_row(entry))
        elif event.kind in NOTICES:
            sections["notices"].append(notice_row(entry))
        else:
            row = {"event_id": str(event.event_id), "kind": event.kind, "at": event.at}
            sections["other_events"].append(row)
    ids = [UUID(row["event_id"]) for row in sections["notices"]]
    marked = await inbox.marked(db, selves, ids)
    for row, event_id in zip(sections["notices"], ids, strict=True):
        row["read"] = event_id in marked
    return sections


async def _entries(
    db: Connection, platform: Platform, selves: Sequence[UUID]
) -> AsyncIterator[Entry]:
    after, more = None, True
    while more:
        page = await audit.reads_of(
            db, platform.vault, platform.clock, selves, after=after, limit=_PAGE
        )
        for entry in page.entries:
            yield entry
        after, more = page.after, page.after is not None


def _without_staff(one: Recode) -> dict[str, Any]:
    """Ids of people who work here say nothing to anybody but the log."""
    row: dict[str, Any] = msgspec.to_builtins(one)
    for name in ("person_id", "proposed_by", "confirmed_by", "ended_by"):
        row.pop(name, None)
    return row


OPERATIONS = [
    Operation(method="GET", path="/v1/me/export", handler=export_me, answer=Export,
              auth="person", summary="Everything that is held about me", tag="me"),
]  # fmt: skip
