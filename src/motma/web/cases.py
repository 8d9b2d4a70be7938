"""A registrar's cases of conflict, and who guards whom."""

from datetime import datetime
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.identity import guardianship, reviewing, service
from motma.identity.reviewing import Case, Decision
from motma.records import following
from motma.web.calls import platform_of, reader_of, require_role
from motma.web.operations import Operation, post
from motma.web.reads import log_read


class Decided(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A case and what is decided: one person, two people, or nothing."""

    person_id: UUID
    case_id: UUID
    decision: Decision


class Outcome(msgspec.Struct, frozen=True):
    """The QID to which the newer version belongs now; none after a rejection."""

    qid: str | None


class Guardian(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who guards whom, by which evidence."""

    dependant: str
    guardian: str
    evidence: str


class Guarded(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dependant and a guardian, by QID."""

    dependant: str
    guardian: str


async def list_cases(request: Request, _body: None) -> list[Case]:
    """The oldest open cases with both versions; whoever they are about sees that."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        cases = await reviewing.open_cases(db, platform.means)
        for person_id in dict.fromkeys(case.person_id for case in cases):
            await log_read(db, platform, session, person_id)
    return cases


async def decide_case(request: Request, body: Decided) -> Outcome:
    """Decide a case; the decision stays in the log of everybody concerned."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        qid = await reviewing.decide(
            db,
            platform.means,
            person_id=body.person_id,
            case_id=body.case_id,
            decision=body.decision,
            by=reader_of(session),
        )
        if qid is not None:
            await following.follow(db, platform.means, qid)
    return Outcome(qid)


async def add_guardian(request: Request, body: Guardian) -> dict[str, datetime]:
    """Make somebody guardian of a minor until the dated coming of age."""
    await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        dependant = await service.find(db, platform.means, body.dependant)
        guardian = await service.find(db, platform.means, body.guardian)
        until = await guardianship.add_guardian(
            db,
            platform.means,
            dependant_id=dependant.person_id,
            guardian_id=guardian.person_id,
            evidence=body.evidence,
        )
    return {"until": until}


async def end_guardian(request: Request, body: Guarded) -> None:
    """End a guardianship at once."""
    await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        dependant = await service.find(db, platform.means, body.dependant)
        guardian = await service.find(db, platform.means, body.guardian)
        await guardianship.end_guardian(
            db,
            platform.means,
            dependant_id=dependant.person_id,
            guardian_id=guardian.person_id,
        )


OPERATIONS = [
    Operation(method="GET", path="/v1/cases", handler=list_cases, answer=list[Case],
              auth="reader", summary="Open cases", tag="people"),
    post("/v1/cases:decide", decide_case, Decided, Outcome, "Decide a case"),
    post("/v1/people:guardian", add_guardian, Guardian, dict[str, datetime], "Add a guardian"),
    post("/v1/people:end-guardian", end_guardian, Guarded, None, "End a guardianship", status=204),
]  # fmt: skip
