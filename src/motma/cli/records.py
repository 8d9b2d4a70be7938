"""`motma records`: whose records are whose, and how to take one back."""

import csv
import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
import typer

from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import out, run
from motma.identity import service as identity
from motma.kernel.clock import CIVIL_ZONE
from motma.records import plain, service, valuesets
from motma.records.codes import Codes
from motma.records.fhir import writing
from motma.records.showing import Shown, Step
from motma.rules.facts import Facts
from motma.storage.pool import Connection

app = typer.Typer(no_args_is_help=True, help="Health records: doses, tests and recoveries.")

#: The command line acts as the platform itself; the log says so.
BY = UUID(int=0)

_Reason = Annotated[str, typer.Option("--reason", prompt=True, help="Kept, and shown.")]


class Form(StrEnum):
    """How records are printed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    FHIR = "fhir"


@app.command()
def show(
    qid: str,
    form: Annotated[Form, typer.Option("--as", help="FHIR is a Bundle of what counts.")] = (
        Form.TEXT
    ),
    as_json: AsJson = False,
) -> None:
    """Show a person's records with where each came from; the person sees that it was done.

    Example: motma records show 162979388586171100 --as fhir
    """

    async def work(platform: Platform) -> tuple[list[Shown], Codes]:
        async with platform.transaction() as db:
            person = await identity.find(db, platform.means, qid)
            found = await service.records_of(db, platform.means, person.person_id)
            await _log(platform, db, person.person_id)
            return found, await valuesets.codes_of(db)

    found, codes = run(work)
    if as_json or form is Form.JSON:
        out(found, as_json=True, text="")
    elif form is Form.FHIR:
        standing = (one.delivery for one in found if one.state == "active")
        out(writing.bundle(standing, codes), as_json=True, text="")
    elif form is Form.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(plain.COLUMNS)
        writer.writerows(plain.cells_of(one.delivery) for one in found)
    else:
        out(found, as_json=False, text="\n".join(map(line_of, found)) or "no records")


@app.command()
def facts(
    qid: str,
    true_at: Annotated[datetime | None, typer.Option(help="What had happened by then.")] = None,
    known_at: Annotated[datetime | None, typer.Option(help="What was known here then.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show what a person's records come to, now or as of a moment (at Vietnam's wall clock).

    Example: motma records facts 162979388586171100 --known-at 2026-01-05T12:00:00
    """

    async def work(platform: Platform) -> Facts:
        now = platform.clock.now()
        async with platform.transaction() as db:
            person = await identity.find(db, platform.means, qid)
            await _log(platform, db, person.person_id)
            return await service.facts_of(
                db,
                platform.means,
                person.person_id,
                true_at=_civil(true_at) or now,
                known_at=_civil(known_at) or now,
            )

    found = run(work)
    text = msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
    out(found, as_json=as_json, text=text)


@app.command()
def history(record: UUID, as_json: AsJson = False) -> None:
    """Show everything that happened to a record.

    Example: motma records history 0b6c0a2e-7d5a-4b0f-8a8e-0d9a5f7b2c11 --json
    """

    async def work(platform: Platform) -> list[Step]:
        async with platform.pool.acquire() as db:
            return await service.history_of(db, platform.means, record)

    found = run(work)
    out(found, as_json=as_json, text="\n".join(map(_step, found)))


@app.command()
def waiting(
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 50, as_json: AsJson = False
) -> None:
    """List records that are nobody's, the oldest first.

    Example: motma records waiting --limit 10
    """

    async def work(platform: Platform) -> list[Shown]:
        async with platform.pool.acquire() as db:
            return await service.waiting(db, platform.means, limit=limit)

    found = run(work)
    out(found, as_json=as_json, text="\n".join(map(line_of, found)) or "nothing waits")


@app.command()
def attach(record: UUID, qid: str, reason: _Reason, as_json: AsJson = False) -> None:
    """Say whose a record is; evidence does not move it afterwards.

    Example: motma records attach 0b6c0a2e-7d5a-4b0f-8a8e-0d9a5f7b2c11 162979388586171100
    """

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            person = await identity.find(db, platform.means, qid)
            await service.attach(
                db,
                platform.means,
                record,
                person.person_id,
                how="registrar",
                by=BY,
                reason=reason,
            )

    run(work)
    out({"record_id": record, "qid": qid}, as_json=as_json, text="attached")


@app.command()
def detach(record: UUID, reason: _Reason, as_json: AsJson = False) -> None:
    """Undo an attachment: the record is not this person's and waits again.

    Example: motma records detach 0b6c0a2e-7d5a-4b0f-8a8e-0d9a5f7b2c11 --reason "a namesake"
    """

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            await service.detach(db, platform.means, record, by=BY, reason=reason)

    run(work)
    out({"record_id": record}, as_json=as_json, text="detached")


@app.command()
def retract(
    record: UUID,
    reason: Annotated[str, typer.Option("--reason", help="Kept, and shown to the person.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Take the retraction back.")] = False,
    as_json: AsJson = False,
) -> None:
    """Retract a record: it stays in sight and counts for nothing, until its source answers.

    Example: motma records retract 0b6c0a2e-7d5a-4b0f-8a8e-0d9a5f7b2c11 --reason "never given"
    """
    if not undo and not reason:
        raise typer.BadParameter("say why", param_hint="--reason")

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            if undo:
                await service.undo_retraction(db, platform.means, record, by=BY)
            else:
                await service.retract(db, platform.means, record, by=BY, reason=reason)

    run(work)
    done = "counts again" if undo else "retracted"
    out({"record_id": record, "state": done}, as_json=as_json, text=done)


def line_of(one: Shown) -> str:
    """A record in a line: what, when, whence, and how it found its person."""
    what = msgspec.to_builtins(one.what)
    day = what.get("on") or what.get("at") or what.get("first_positive") or what.get("certified")
    said = what.get("product") or what.get("result") or what.get("disease")
    source = f"{one.provenance.source} v{one.provenance.version}"
    how = one.matched or "waits"
    return f"{one.record_id}  {one.state:<9} {what['type']:<8} {day}  {said}  {source}  {how}"


def _step(step: Step) -> str:
    at = step.at.astimezone(CIVIL_ZONE)
    rest = step.how or step.state or ""
    version = f"v{step.version}" if step.version is not None else ""
    return f"{at:%Y-%m-%d %H:%M}  {step.kind:<9} {version} {rest} {step.reason or ''}".rstrip()


def _civil(moment: datetime | None) -> datetime | None:
    """A typed moment; without an offset it is Vietnam's."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=CIVIL_ZONE)


async def _log(platform: Platform, db: Connection, person_id: UUID) -> None:
    """Every read of a person is an event that the person can see."""
    who = {"role": "command-line", "purpose": "registration", "reader": str(BY)}
    details = {**who, "saw": ["records"]}
    await platform.means.log(db, "identity.read", details, person_id=person_id)
