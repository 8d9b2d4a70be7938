"""A registrar's desk: register, find, correct, link, end. QIDs travel in bodies, never in URLs."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access import service as access
from motma.access.model import Session
from motma.audit import service as audit
from motma.bootstrap import Platform
from motma.codec.issued import Form
from motma.codec.symbols import draw_svg
from motma.identity import ending, issuing, model, service
from motma.identity.errors import Conflict
from motma.identity.model import Assurance, Claim, PersonRow, ShownDocument
from motma.identity.service import ConflictOpened
from motma.storage.pool import Connection
from motma.web.calls import platform_of, require_role
from motma.web.operations import Operation


#: Events by which somebody learned something of a person.
READS: Final = ("scan.read", "identity.read")


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the registration made or found."""

    qid: str
    created: bool
    warnings: list[str]


class ByQid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person by QID."""

    qid: str


class WithReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A QID, and why it ends; the person reads the reason."""

    qid: str
    reason: str


class Merge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Two QIDs of one person: `qid` becomes an alias of `into`."""

    qid: str
    into: str
    reason: str


class Linked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One more document that the registrar saw."""

    qid: str
    document: ShownDocument


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What documents say of a person."""

    qid: str
    claim: Claim


class Search(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Somebody without documents at hand."""

    full_name: str
    birth: str
    commune: str | None = None
    phone: str | None = None


class CodeWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which form of the QR."""

    qid: str
    form: str = "paper"
    full: bool = False


class Guardian(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who guards whom, by which evidence."""

    dependant: str
    guardian: str
    evidence: str


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """What a registrar sees: every attribute with its assurance and since when."""

    qid: str
    profile: model.Profile
    version: int
    updated_at: datetime
    qids: list[dict[str, Any]]


class QrText(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a QR and its picture."""

    text: str
    svg: str


async def register_person(request: Request, body: Claim) -> Registration:
    """Register a person, or find whose proven document this is."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        done = await service.register(
            db, platform.means, body, source=_source(session), assurance=Assurance.SEEN
        )
    if isinstance(done, ConflictOpened):
        raise done.error()
    return Registration(qid=done.qid, created=done.created, warnings=list(done.warnings))


async def declare_person(request: Request, body: Claim) -> dict[str, str]:
    """A self-declared registration, kept for a registrar; the answer is always the same."""
    platform = platform_of(request)
    declared = msgspec.structs.replace(
        body, documents=tuple(msgspec.structs.replace(d, seen=False) for d in body.documents)
    )
    async with platform.transaction() as db:
        await service.register(
            db, platform.means, declared, source="self", assurance=Assurance.DECLARED
        )
    return {"status": "received"}


async def find_person(request: Request, body: ByQid) -> Person:
    """Everything known of a person; the person sees that it was read."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        await _log_read(db, platform, session, person.person_id)
        return await _shown(db, person)


async def search_people(request: Request, body: Search) -> list[dict[str, Any]]:
    """Who fits name, birth date and commune or phone: enough to pick the right one."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        found = await service.search(
            db,
            platform.means,
            full_name=body.full_name,
            birth=body.birth,
            commune=body.commune,
            phone=body.phone,
        )
        for person in found:
            await _log_read(db, platform, session, person.person_id)
    return [
        {
            "qid": person.qid,
            "full_name": person.profile.full_name.value,
            "birth": person.profile.birth.value,
            "commune": person.profile.commune and person.profile.commune.value,
        }
        for person in found
    ]


async def correct_person(request: Request, body: Correction) -> Person:
    """Correct identity data from documents; what a national source confirmed stays."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        person = await service.correct(
            db, platform.means, person.person_id, body.claim, source=_source(session)
        )
        return await _shown(db, person)


async def link_document(request: Request, body: Linked) -> Registration:
    """Link one more document; somebody else's opens a case."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        seen = msgspec.structs.replace(body.document, seen=True)
        done = await service.add_document(
            db, platform.means, person.person_id, seen, source=_source(session)
        )
    if isinstance(done, ConflictOpened):
        raise Conflict(case_id=str(done.case_id))
    return Registration(qid=done.qid, created=False, warnings=list(done.warnings))


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
        merge_id = await ending.merge(
            db,
            platform.means,
            qid=body.qid,
            into=body.into,
            reason=body.reason,
            by=_reader(session),
        )
    return {"merge_id": str(merge_id)}


async def undo_merge(request: Request, body: ByQid) -> list[dict[str, Any]]:
    """Undo a merge; the answer lists what arrived at the other person since."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await ending.undo_merge(db, platform.means, body.qid, by=_reader(session))


async def make_activation_code(request: Request, body: ByQid) -> dict[str, Any]:
    """An activation code to print for the person, who proved in person who they are."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        await _log_read(db, platform, session, person.person_id)
        code, expires = await access.new_code(db, platform.means, person_id=person.person_id)
    return {"code": code, "expires_at": expires}


async def print_code(request: Request, body: CodeWanted) -> QrText:
    """The QR to print for a person."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    form = Form.PHONE if body.form == "phone" else Form.PAPER
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        await _log_read(db, platform, session, person.person_id)
        text = await issuing.issue(db, platform.means, person, form=form, full=body.full)
    return QrText(text=text, svg=draw_svg(text))


async def add_guardian(request: Request, body: Guardian) -> dict[str, datetime]:
    """Make somebody guardian of a minor until the dated coming of age."""
    await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        dependant = await service.find(db, platform.means, body.dependant)
        guardian = await service.find(db, platform.means, body.guardian)
        until = await service.add_guardian(
            db,
            platform.means,
            dependant_id=dependant.person_id,
            guardian_id=guardian.person_id,
            evidence=body.evidence,
        )
    return {"until": until}


async def list_reads(request: Request, body: ByQid) -> list[dict[str, Any]]:
    """Who read a person, for the person at the desk."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        await _log_read(db, platform, session, person.person_id)
    async with platform.pool.acquire() as db:
        return await reads_of(db, platform, person.person_id)


async def reads_of(db: Connection, platform: Platform, person_id: UUID) -> list[dict[str, Any]]:
    """A person's reads, newest first, aliases included."""
    people = [person_id, *await service.aliases_of(db, person_id)]
    page = await audit.reads_of(db, platform.vault, platform.clock, people, kinds=READS)
    return [
        {
            "event_id": str(entry.event.event_id),
            "kind": entry.event.kind,
            "at": entry.event.at,
            "outcome": entry.event.outcome,
            "place": entry.details.get("place_name"),
            "organisation": entry.details.get("organisation_name"),
            "role": entry.details.get("role"),
            "purpose": entry.details.get("purpose"),
            "saw": entry.details.get("saw", []),
            "intact": entry.intact,
        }
        for entry in page.entries
    ]


async def _log_read(db: Connection, platform: Platform, session: Session, person_id: UUID) -> None:
    """Every read of a person is an event that the person can see."""
    reader = session.reader
    details = {
        "reader": str(_reader(session)),
        "organisation": str(session.device.organisation_id),
        "role": reader.role if reader else None,
        "purpose": "registration",
    }
    await platform.means.log(
        db, "identity.read", details, person_id=person_id, device_id=session.device.device_id
    )


async def _shown(db: Connection, person: PersonRow) -> Person:
    return Person(
        qid=person.qid,
        profile=person.profile,
        version=person.version,
        updated_at=person.updated_at,
        qids=await service.qids_of(db, person.person_id),
    )


def _source(session: Session) -> str:
    return f"registrar:{_reader(session)}"


def _reader(session: Session) -> UUID:
    if session.reader is None:
        raise RuntimeError("a registrar's session has a reader")
    return session.reader.reader_id


def _post(path: str, handler: Any, body: Any, answer: Any, summary: str, **more: Any) -> Operation:
    return Operation(
        method="POST", path=path, handler=handler, body=body, answer=answer, summary=summary,
        tag="people", **{"auth": "reader", **more},
    )  # fmt: skip


OPERATIONS = [
    _post("/v1/people", register_person, Claim, Registration, "Register a person"),
    _post("/v1/registrations", declare_person, Claim, dict[str, str], "Declare oneself",
          auth="none", status=202),
    _post("/v1/people:find", find_person, ByQid, Person, "Find a person by QID"),
    _post("/v1/people:search", search_people, Search, list[dict[str, Any]], "Search without documents"),
    _post("/v1/people:correct", correct_person, Correction, Person, "Correct identity data"),
    _post("/v1/people:link", link_document, Linked, Registration, "Link a document"),
    _post("/v1/people:revoke", revoke_qid, WithReason, None, "Revoke a QID", status=204),
    _post("/v1/people:replace", replace_qid, WithReason, ByQid, "Replace a leaked QID"),
    _post("/v1/people:reissue", reissue_card, ByQid, dict[str, int], "Re-issue a lost card"),
    _post("/v1/people:merge", merge_people, Merge, dict[str, str], "Merge two QIDs"),
    _post("/v1/people:undo-merge", undo_merge, ByQid, list[dict[str, Any]], "Undo a merge"),
    _post("/v1/people:activate", make_activation_code, ByQid, dict[str, Any], "Make an activation code"),
    _post("/v1/people:code", print_code, CodeWanted, QrText, "Print a person's QR"),
    _post("/v1/people:guardian", add_guardian, Guardian, dict[str, datetime], "Add a guardian"),
    _post("/v1/people:reads", list_reads, ByQid, list[dict[str, Any]], "Who read a person"),
]  # fmt: skip
