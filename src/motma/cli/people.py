"""`motma people`: register, find, end, print and read about people from the command line."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
import typer

from motma.access import service as access
from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import decline, out, run
from motma.identity import ending, service
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.identity.service import ConflictOpened
from motma.kernel.clock import CIVIL_ZONE
from motma.records import following
from motma.storage.pool import Connection
from motma.web.people import reads_of

app = typer.Typer(no_args_is_help=True, help="People and their one QID.")

#: The command line acts as the platform itself; the log says so.
_BY = UUID(int=0)


@app.command()
def register(
    full_name: str,
    birth: Annotated[str, typer.Argument(help="YYYY, YYYY-MM or YYYY-MM-DD")],
    document: Annotated[
        list[str] | None, typer.Option("--document", help="kind:number, e.g. cccd:001093029317")
    ] = None,
    sex: str = "unknown",
    phone: Annotated[list[str] | None, typer.Option("--phone")] = None,
    declared: Annotated[
        bool, typer.Option("--declared", help="Nobody has seen the documents.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Register a person whose documents were seen.

    Example: motma people register "Trần Thị Thử" 1990-02-03 --document cccd:001190000001
    """
    shown = tuple(
        ShownDocument(kind=kind, number=number, seen=not declared)
        for kind, _, number in (text.partition(":") for text in document or ())
    )
    claim = Claim(
        full_name=full_name, birth=birth, sex=sex, documents=shown, phones=tuple(phone or ())
    )

    async def work(platform: Platform) -> service.Registered | ConflictOpened:
        async with platform.transaction() as db:
            done = await service.register(
                db, platform.means, claim, source="command", assurance=Assurance.SEEN
            )
            if not isinstance(done, ConflictOpened):
                await following.follow(db, platform.means, done.qid)
        return done

    done = run(work)
    if isinstance(done, ConflictOpened):
        decline(done.error())
    result = {"qid": done.qid, "created": done.created, "warnings": list(done.warnings)}
    out(result, as_json=as_json, text=done.qid)


@app.command()
def show(qid: str, as_json: AsJson = False) -> None:
    """Show what is known of a person, each attribute with its assurance; the person sees it."""

    async def work(platform: Platform) -> dict[str, Any]:
        async with platform.transaction() as db:
            person = await service.find(db, platform.means, qid)
            await _log(platform, db, person.person_id)
            qids = await service.qids_of(db, platform.means, person.person_id)
        return {"qid": person.qid, "profile": person.profile, "qids": qids}

    found = run(work)
    text = msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
    out(found, as_json=as_json, text=text)


@app.command()
def revoke(qid: str, reason: Annotated[str, typer.Option("--reason")] = "leaked") -> None:
    """Revoke a QID: it is never valid again."""

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            await ending.revoke(db, platform.means, qid, reason=reason)
        await platform.carry_endings()

    run(work)


@app.command()
def replace(
    qid: str,
    reason: Annotated[str, typer.Option("--reason")] = "leaked",
    as_json: AsJson = False,
) -> None:
    """Replace a leaked QID by a new one, which is printed."""

    async def work(platform: Platform) -> str:
        async with platform.transaction() as db:
            fresh = await ending.replace(db, platform.means, qid, reason=reason)
        await platform.carry_endings()
        return fresh

    fresh = run(work)
    out({"qid": fresh}, as_json=as_json, text=fresh)


@app.command()
def reissue(qid: str, as_json: AsJson = False) -> None:
    """A lost card: earlier prints of this QID say “replaced” from now on."""

    async def work(platform: Platform) -> int:
        async with platform.transaction() as db:
            issue_no = await ending.reissue(db, platform.means, qid)
        await platform.carry_endings()
        return issue_no

    issue_no = run(work)
    out({"issue_no": issue_no}, as_json=as_json, text=f"issue {issue_no}")


@app.command()
def merge(
    qid: str, into: str, reason: Annotated[str, typer.Option("--reason", prompt=True)]
) -> None:
    """Say that two QIDs are one person; `motma people undo-merge` takes it back."""

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            await following.merge(db, platform.means, qid=qid, into=into, reason=reason, by=_BY)

    run(work)


@app.command("undo-merge")
def undo_merge(qid: str, as_json: AsJson = False) -> None:
    """Take a merge back; prints what arrived at the other person since."""

    async def work(platform: Platform) -> list[dict[str, object]]:
        async with platform.transaction() as db:
            return await following.undo_merge(db, platform.means, qid, by=_BY)

    arrived = run(work)
    lines = [f"version {a['version']} at {a['known_at']} from {a['source']}" for a in arrived]
    out(arrived, as_json=as_json, text="\n".join(lines) or "nothing arrived since")


@app.command()
def activate(qid: str, as_json: AsJson = False) -> None:
    """Make an activation code with which the person's wallet joins; good for 30 days."""

    async def work(platform: Platform) -> tuple[str, datetime]:
        async with platform.transaction() as db:
            person = await service.find(db, platform.means, qid)
            return await access.new_code(db, platform.means, person_id=person.person_id)

    code, until = run(work)
    out({"code": code, "expires_at": until}, as_json=as_json, text=code)


@app.command()
def reads(qid: str, as_json: AsJson = False) -> None:
    """Who read a person: when, where, in which role, for what."""

    async def work(platform: Platform) -> list[dict[str, Any]]:
        async with platform.transaction() as db:
            person = await service.find(db, platform.means, qid)
            found = await reads_of(db, platform, person.person_id)
            await _log(platform, db, person.person_id)
        return found

    found = run(work)
    text = "\n".join(_read_line(read) for read in found)
    out(found, as_json=as_json, text=text or "nobody")


def _read_line(read: dict[str, Any]) -> str:
    """One read, at the wall clock of Vietnam."""
    at = read["at"].astimezone(CIVIL_ZONE)
    who = f"{read['role'] or '-':<13} {read['purpose'] or '-':<13}"
    return f"{at:%Y-%m-%d %H:%M}  {who} {read['place'] or '-'}  {read['outcome'] or ''}"


async def _log(platform: Platform, db: Connection, person_id: UUID) -> None:
    details = {"role": "command-line", "purpose": "registration", "reader": str(_BY)}
    await platform.means.log(db, "identity.read", details, person_id=person_id)
