"""A registrar's desk: register, find, correct, link. QIDs travel in bodies, never in URLs."""

from datetime import datetime
from typing import Any, Final, Literal

import msgspec
from starlette.requests import Request

from motma.access import service as access
from motma.access.limits import Limit, insist
from motma.access.model import Session
from motma.bootstrap import Platform
from motma.cards import service as cards
from motma.codec.issued import Form
from motma.codec.symbols import draw_svg
from motma.identity import model, searching, service
from motma.identity.model import Assurance, Claim, PersonRow, ShownDocument
from motma.identity.searching import Wanted
from motma.identity.service import ConflictOpened
from motma.records import following
from motma.storage.pool import Connection
from motma.web import cases, endings
from motma.web.calls import gate_of, network_of, platform_of, reader_of, require_role
from motma.web.operations import ByQid, post
from motma.web.reads import log_read, reads_of

__all__ = ["OPERATIONS", "QrText", "reads_of"]

#: Self-declarations of a network that may be a whole school's.
DECLARATIONS: Final = Limit(name="declarations", count=300, window_s=3600)


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """Whom the registration made or found."""

    qid: str
    created: bool
    warnings: list[str]


class Linked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One more document that the registrar saw."""

    qid: str
    document: ShownDocument


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What documents say of a person."""

    qid: str
    claim: Claim


class CodeWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which form of the QR."""

    qid: str
    form: Literal["paper", "phone"] = "paper"
    full: bool = False


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
        if not isinstance(done, ConflictOpened):
            await following.follow(db, platform.means, done.qid)
    if isinstance(done, ConflictOpened):
        raise done.error()
    return Registration(qid=done.qid, created=done.created, warnings=list(done.warnings))


async def declare_person(request: Request, body: Claim) -> dict[str, str]:
    """A self-declared registration, kept for a registrar; the answer is always the same."""
    platform = platform_of(request)
    at_s = platform.clock.now().timestamp()
    insist(platform.counters.take(DECLARATIONS, network_of(request), at_s=at_s))
    async with platform.transaction() as db:
        await service.declare(db, platform.means, body)
    return {"status": "received"}


async def find_person(request: Request, body: ByQid) -> Person:
    """Everything known of a person; the person sees that it was read."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        await log_read(db, platform, session, person.person_id)
        return await _shown(db, platform, person)


async def search_people(request: Request, body: Wanted) -> list[dict[str, Any]]:
    """Who fits name and birth date, with a commune, a phone or a guardian to find them by."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        found = await searching.search(db, platform.means, body)
        for person in found:
            await log_read(db, platform, session, person.person_id)
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
        found = await service.find(db, platform.means, body.qid)
        # the answer shows the person, whether or not something is changed
        await log_read(db, platform, session, found.person_id)
        person = await service.correct(
            db, platform.means, found.person_id, body.claim, source=_source(session)
        )
        if not isinstance(person, ConflictOpened):
            await following.follow(db, platform.means, body.qid)
        shown = None if isinstance(person, ConflictOpened) else await _shown(db, platform, person)
    if isinstance(person, ConflictOpened):
        raise person.error()
    assert shown is not None  # noqa: S101 - it was no conflict
    return shown


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
        if not isinstance(done, ConflictOpened):
            await following.follow(db, platform.means, body.qid)
    if isinstance(done, ConflictOpened):
        raise done.error()
    return Registration(qid=done.qid, created=False, warnings=list(done.warnings))


async def make_activation_code(request: Request, body: ByQid) -> dict[str, Any]:
    """An activation code to print for the person, who proved in person who they are."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        code, expires = await access.new_code(db, platform.means, person_id=person.person_id)
        await log_read(db, platform, session, person.person_id)
    return {"code": code, "expires_at": expires}


async def print_code(request: Request, body: CodeWanted) -> QrText:
    """The QR to print for a person."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    form = Form.PHONE if body.form == "phone" else Form.PAPER
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        await log_read(db, platform, session, person.person_id)
        shelf = gate_of(request).shelf
        text = await cards.issue(db, platform.means, shelf, person, form=form, full=body.full)
    return QrText(text=text, svg=draw_svg(text))


async def list_reads(request: Request, body: ByQid) -> list[dict[str, Any]]:
    """Who read a person, for the person at the desk."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await service.find(db, platform.means, body.qid)
        await log_read(db, platform, session, person.person_id)
    async with platform.pool.acquire() as db:
        return await reads_of(db, platform, person.person_id)


async def _shown(db: Connection, platform: Platform, person: PersonRow) -> Person:
    """The person with every QID that leads to them, also of who was merged into them."""
    selves = [person.person_id, *await service.aliases_of(db, person.person_id)]
    qids = [each for one in selves for each in await service.qids_of(db, platform.means, one)]
    return Person(
        qid=person.qid,
        profile=person.profile,
        version=person.version,
        updated_at=person.updated_at,
        qids=qids,
    )


def _source(session: Session) -> str:
    return f"registrar:{reader_of(session)}"


OPERATIONS = [
    post("/v1/people", register_person, Claim, Registration, "Register a person"),
    post("/v1/registrations", declare_person, Claim, dict[str, str], "Declare oneself",
         auth="none", status=202),
    post("/v1/people:find", find_person, ByQid, Person, "Find a person by QID"),
    post("/v1/people:search", search_people, Wanted, list[dict[str, Any]],
         "Search without documents"),
    post("/v1/people:correct", correct_person, Correction, Person, "Correct identity data"),
    post("/v1/people:link", link_document, Linked, Registration, "Link a document"),
    post("/v1/people:activate", make_activation_code, ByQid, dict[str, Any],
         "Make an activation code"),
    post("/v1/people:code", print_code, CodeWanted, QrText, "Print a person's QR"),
    post("/v1/people:reads", list_reads, ByQid, list[dict[str, Any]], "Who read a person"),
    *endings.OPERATIONS,
    *cases.OPERATIONS,
]  # fmt: skip
