"""Reports of reads over HTTP: a person says that a read was wrong, an inspector answers."""

from typing import Final
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.limits import insist
from motma.access.model import Session
from motma.access.reports import model, service
from motma.access.reports.model import Outcome, Reason, State, Waiting
from motma.identity.selves import selves_of
from motma.web.calls import (
    organisation_of,
    platform_of,
    reader_of,
    require_person,
    require_role,
    tell_limit,
)
from motma.web.operations import Operation
from motma.web.reads import own_read

#: Inspectors decide about their organisation's reads, the authority's people about all.
_DECIDERS: Final = ("inspector", "authority")


class ReportedRead(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A read of me, and why it is wrong."""

    event_id: UUID
    reason: Reason


class ReportDecided(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reported read, whether it was wrong, and words that the person reads."""

    event_id: UUID
    outcome: Outcome
    words: str


async def report_my_read(request: Request, body: ReportedRead) -> State:
    """Say that a read of me was wrong, once; whoever inspects it hears why, not who I am."""
    session, person_id = await require_person(request)
    platform = platform_of(request)
    at_s = platform.clock.now().timestamp()
    async with platform.transaction() as db:
        own = await selves_of(db, platform.means, person_id)
        tell_limit(request, insist(platform.counters.take(model.REPORTS, own[0].bytes, at_s=at_s)))
        entry = await own_read(db, platform, own, body.event_id)
        return await service.report(
            db,
            platform.means,
            person_id=own[0],
            by=session.device.device_id,
            entry=entry,
            reason=body.reason,
        )


async def reported_reads(request: Request, _body: None) -> list[Waiting]:
    """Reads of our readers that people reported, the oldest first; for the authority, everybody's.

    They say which reader it was, where and for what, and the words; not who the person is.
    """
    session = await require_role(request, *_DECIDERS)
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await service.waiting(
            db,
            platform.means,
            organisation_id=_within(session),
            by=session.device.device_id,
        )


async def decide_reported_read(request: Request, body: ReportDecided) -> None:
    """Answer a report; the person reads the outcome and the words. Nobody decides on themselves."""
    session = await require_role(request, *_DECIDERS)
    platform = platform_of(request)
    async with platform.transaction() as db:
        await service.decide(
            db,
            platform.means,
            event_id=body.event_id,
            organisation_id=_within(session),
            by=reader_of(session),
            outcome=body.outcome,
            words=body.words,
        )


def _within(session: Session) -> UUID | None:
    """The organisation whose reports somebody may see; None for all."""
    wide = session.reader is not None and session.reader.role == "authority"
    return None if wide else organisation_of(session)


OPERATIONS = [
    Operation(method="POST", path="/v1/me/reads:report", handler=report_my_read,
              body=ReportedRead, answer=State, status=201, auth="person",
              summary="A read of me was wrong", tag="me"),
    Operation(method="GET", path="/v1/reads:reported", handler=reported_reads,
              answer=list[Waiting], auth="reader", summary="Reads reported as wrong",
              tag="access"),
    Operation(method="POST", path="/v1/reads:decide", handler=decide_reported_read,
              body=ReportDecided, status=204, auth="reader", summary="Answer a report",
              tag="access"),
]  # fmt: skip
