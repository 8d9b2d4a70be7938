"""Records over HTTP: sources deliver, registrars attach and retract, a person reads their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.model import Session
from motma.identity import service as identity
from motma.kernel.errors import Malformed
from motma.records import service, valuesets
from motma.records.errors import RecordUnknown
from motma.records.fhir import reading, writing
from motma.records.model import Delivery, What
from motma.records.service import Received
from motma.records.showing import Shown, Step
from motma.storage.pool import Connection
from motma.web.calls import organisation_of, platform_of, reader_of, require_person, require_role
from motma.web.operations import Handler, Operation, post

#: Largest delivery, bytes: 500 records of some kB.
MOST_BYTES: Final = 2 << 20

#: Who may deliver and decide.
DELIVERERS: Final = ("medical", "registrar")


class Deliveries(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """At most 500 deliveries; sending them again changes nothing."""

    items: list[Delivery]


class Retraction(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which record, and why; the person reads it."""

    record_id: UUID
    reason: str


class ByRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A record."""

    record_id: UUID


class Attachment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose a record is, and how the registrar knows."""

    record_id: UUID
    qid: str
    reason: str


class OwnStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What happened to a record of mine; not whose else it was, nor who decided."""

    at: datetime
    kind: str
    version: int | None = None
    state: str | None = None
    what: What | None = None
    how: str | None = None
    reason: str | None = None


async def deliver_records(request: Request, body: Deliveries) -> list[Received]:
    """Take records in, each judged alone; the answer comes after they are kept."""
    source = source_of(await require_role(request, *DELIVERERS))
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await service.receive(db, platform.means, source, body.items)


async def deliver_fhir(request: Request, body: dict[str, Any]) -> list[Received]:
    """The same as a FHIR R4B resource or Bundle: Immunization, Observation, Condition."""
    source = source_of(await require_role(request, *DELIVERERS))
    platform = platform_of(request)
    read = list(reading.read_value(body))
    good = [one for one in read if isinstance(one, Delivery)]
    async with platform.transaction() as db:
        received = iter(await service.receive(db, platform.means, source, good))
    return [next(received) if isinstance(one, Delivery) else _refused(one) for one in read]


async def waiting_records(request: Request, _body: None) -> list[Shown]:
    """The oldest records that are nobody's, with whom each speaks of."""
    await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        found = await service.waiting(db, platform.means)
        await platform.means.log(db, "records.waiting-read", {"count": len(found)})
    return found


async def attach_record(request: Request, body: Attachment) -> None:
    """Say whose a record is; evidence does not move it afterwards."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        person = await identity.find(db, platform.means, body.qid)
        await service.attach(
            db,
            platform.means,
            body.record_id,
            person.person_id,
            how="registrar",
            by=reader_of(session),
            reason=body.reason,
        )


async def detach_record(request: Request, body: Retraction) -> None:
    """Undo an attachment: the record waits again, and evidence never says the same again."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        await service.detach(
            db, platform.means, body.record_id, by=reader_of(session), reason=body.reason
        )


async def retract_record(request: Request, body: Retraction) -> None:
    """Take a record back here: it counts for nothing until its source answers."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        await service.retract(
            db, platform.means, body.record_id, by=reader_of(session), reason=body.reason
        )


async def undo_record_retraction(request: Request, body: ByRecord) -> None:
    """Let a retracted record count again."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        await service.undo_retraction(db, platform.means, body.record_id, by=reader_of(session))


async def my_records(request: Request, _body: None) -> list[Shown]:
    """My records, each with where it came from and how it found me."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        return [_own(one) for one in await service.records_of(db, platform.means, person_id)]


async def my_records_as_fhir(request: Request, _body: None) -> dict[str, Any]:
    """My records that count, as a FHIR R4B Bundle."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        found = await service.records_of(db, platform.means, person_id)
        codes = await valuesets.codes_of(db)
    return writing.bundle((one.delivery for one in found if one.state == "active"), codes)


async def my_record_history(request: Request, body: ByRecord) -> list[OwnStep]:
    """What happened to a record of mine: versions, how it found me, retractions with the reason."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        await _insist_own(db, request, person_id, body.record_id)
        selves = await _selves(db, request, person_id)
        steps = await service.history_of(db, platform.means, body.record_id, people=selves)
    return own_steps(steps)


def own_steps(steps: Sequence[Step]) -> list[OwnStep]:
    """A record's history for whom it is about: not whose else it was, nor who decided."""
    return [_told(step) for step in steps]


def source_of(session: Session) -> str:
    """Under whose name deliveries are kept: the organisation for which the reader works."""
    return f"organisation {organisation_of(session)}"


async def _insist_own(db: Connection, request: Request, person_id: UUID, record_id: UUID) -> None:
    """RecordUnknown for a record of somebody else, as for one that is not there."""
    own = await service.records_of(db, platform_of(request).means, person_id)
    if record_id not in {one.record_id for one in own}:
        raise RecordUnknown


async def _selves(db: Connection, request: Request, person_id: UUID) -> set[UUID]:
    person = await identity.resolve(db, platform_of(request).means, person_id)
    return {person.person_id, *await identity.aliases_of(db, person.person_id)}


def _own(one: Shown) -> Shown:
    """Without ids of people, which nobody outside needs."""
    return msgspec.structs.replace(one, person_id=None, about=None)


def _told(step: Step) -> OwnStep:
    return OwnStep(
        at=step.at,
        kind=step.kind,
        version=step.version,
        state=step.state,
        what=step.what,
        how=step.how,
        reason=step.reason,
    )


def _refused(bad: Malformed) -> Received:
    return Received(id="", status="refused", problem=bad.reason, field=bad.field)


def _desk(path: str, handler: Handler, body: object, summary: str) -> Operation:
    return post(path, handler, body, None, summary, status=204)


OPERATIONS: Final[Sequence[Operation]] = [
    Operation(method="POST", path="/v1/records", handler=deliver_records, body=Deliveries,
              answer=list[Received], auth="reader", most_bytes=MOST_BYTES,
              summary="Deliver records", tag="records"),
    Operation(method="POST", path="/v1/records:fhir", handler=deliver_fhir,
              body=dict[str, Any], answer=list[Received], auth="reader", most_bytes=MOST_BYTES,
              summary="Deliver FHIR R4B", tag="records"),
    Operation(method="GET", path="/v1/records/waiting", handler=waiting_records,
              answer=list[Shown], auth="reader", summary="Records that wait", tag="records"),
    _desk("/v1/records:attach", attach_record, Attachment, "Attach a record"),
    _desk("/v1/records:detach", detach_record, Retraction, "Detach a record"),
    _desk("/v1/records:retract", retract_record, Retraction, "Retract a record"),
    _desk("/v1/records:undo-retraction", undo_record_retraction, ByRecord, "Undo a retraction"),
    Operation(method="POST", path="/v1/me/records", handler=my_records,
              answer=list[Shown], auth="person", summary="My records", tag="me"),
    Operation(method="POST", path="/v1/me/records:fhir", handler=my_records_as_fhir,
              answer=dict[str, Any], auth="person",
              summary="My records as FHIR", tag="me"),
    Operation(method="POST", path="/v1/me/records:history", handler=my_record_history,
              body=ByRecord, answer=list[OwnStep], auth="person",
              summary="What happened to a record of mine", tag="me"),
]  # fmt: skip
