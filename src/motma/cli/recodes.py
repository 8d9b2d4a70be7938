"""`motma recodes`: colours set by hand, from proposal to appeal, one command a step."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

import typer

from motma.access.vouching import vouch
from motma.bootstrap import Platform
from motma.cards.recodes import appealing, service, showing
from motma.cards.recodes.model import Appeal, Colour, Decision, Listed, Recode, Wanted
from motma.cards.recodes.showing import What
from motma.cli.readers import AsJson
from motma.cli.running import out, run
from motma.kernel.clock import CIVIL_ZONE
from motma.storage.pool import Connection

app = typer.Typer(no_args_is_help=True, help="Colours set by hand, and appeals against them.")

_REGISTRAR: Final = "registrar"

By = Annotated[str, typer.Option("--by", help="Your log-in, of the role registrar.")]
Pin = Annotated[
    str, typer.Option(prompt="PIN", hide_input=True, help="Asked for when it is not given.")
]
Reason = Annotated[str, typer.Option("--reason", prompt=True, help="The person reads it.")]


@app.command()
def propose(
    qid: str,
    colour: Annotated[Colour, typer.Argument()],
    reason: Reason,
    until: Annotated[
        datetime,
        typer.Option(
            formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"],
            help="Vietnamese time, at most 21 days away.",
        ),
    ],
    by: By,
    pin: Pin,
    as_json: AsJson = False,
) -> None:
    """Propose a colour by hand; somebody else will confirm it.

    Example: motma recodes propose 179182651409203417 red --until 2026-12-02 --by an@desk
    """
    wanted = Wanted(
        colour=colour,
        reason=reason,
        until=until.replace(tzinfo=CIVIL_ZONE),
    )

    async def step(db: Connection, platform: Platform, by_id: UUID) -> Recode:
        return await service.propose(db, platform.means, qid, wanted, by=by_id)

    _do(step, by, pin, as_json=as_json)


@app.command()
def confirm(person: UUID, recode: UUID, by: By, pin: Pin, as_json: AsJson = False) -> None:
    """Put somebody else's proposal into force; whoever proposed it can't.

    Example: motma recodes confirm PERSON RECODE --by binh@desk
    """

    async def step(db: Connection, platform: Platform, by_id: UUID) -> Recode:
        return await service.confirm(
            db, platform.means, person_id=person, recode_id=recode, by=by_id
        )

    _do(step, by, pin, as_json=as_json)


@app.command()
def end(
    person: UUID, recode: UUID, reason: Reason, by: By, pin: Pin, as_json: AsJson = False
) -> None:
    """End a recode before its time, or withdraw a proposal.

    Example: motma recodes end PERSON RECODE --reason "the isolation was lifted" --by an@desk
    """

    async def step(db: Connection, platform: Platform, by_id: UUID) -> Recode:
        return await service.end(
            db, platform.means, person_id=person, recode_id=recode, reason=reason, by=by_id
        )

    _do(step, by, pin, as_json=as_json)


@app.command("list")
def list_recodes(
    in_force: Annotated[bool, typer.Option("--in-force", help="Those that count now.")] = False,
    as_json: AsJson = False,
) -> None:
    """List proposals that wait for a second person: person, recode, colour, end.

    Example: motma recodes list --in-force
    """
    _list("in-force" if in_force else "proposed", as_json=as_json)


@app.command()
def appeals(as_json: AsJson = False) -> None:
    """List open appeals, the oldest first, with the day on which each is due.

    Example: motma recodes appeals
    """
    _list("appeals", as_json=as_json)


@app.command()
def appeal(qid: str, text: str, by: By, pin: Pin, as_json: AsJson = False) -> None:
    """Enter the appeal of somebody who has no phone; it counts as their own.

    Example: motma recodes appeal 179182651409203417 "I was never tested" --by chi@desk
    """

    async def work(platform: Platform) -> Appeal:
        async with platform.transaction() as db:
            by_id = await vouch(db, login=by, pin=pin, role=_REGISTRAR)
            return await appealing.enter(db, platform.means, qid, text, by=by_id)

    found = run(work)
    out(found, as_json=as_json, text=f"{found.state}, due {found.due_on}")


@app.command()
def show(person: UUID, recode: UUID, by: By, pin: Pin, as_json: AsJson = False) -> None:
    """Show a recode with its reason and its appeal; the person sees the read.

    Example: motma recodes show PERSON RECODE --by chi@desk
    """

    async def step(db: Connection, platform: Platform, by_id: UUID) -> Recode:
        found = await showing.show(db, platform.means, person_id=person, recode_id=recode)
        details = {
            "reader": str(by_id),
            "role": _REGISTRAR,
            "purpose": "registration",
            "saw": ["card", "card_reasons"],
        }
        await platform.means.log(db, "identity.read", details, person_id=found.person_id)
        return found

    _do(step, by, pin, as_json=as_json)


@app.command()
def decide(
    person: UUID,
    recode: UUID,
    decision: Annotated[Decision, typer.Argument()],
    reason: Reason,
    by: By,
    pin: Pin,
    as_json: AsJson = False,
) -> None:
    """Decide an appeal, as somebody who neither proposed nor confirmed the recode.

    Example: motma recodes decide PERSON RECODE ended --reason "a namesake's test" --by chi@desk
    """

    async def step(db: Connection, platform: Platform, by_id: UUID) -> Recode:
        return await appealing.decide(
            db,
            platform.means,
            person_id=person,
            recode_id=recode,
            decision=decision,
            reason=reason,
            by=by_id,
        )

    _do(step, by, pin, as_json=as_json)


def _do(
    step: Callable[[Connection, Platform, UUID], Awaitable[Recode]],
    login: str,
    pin: str,
    *,
    as_json: bool,
) -> None:
    """One step by the registrar with this log-in and PIN, in one transaction."""

    async def work(platform: Platform) -> Recode:
        async with platform.transaction() as db:
            by_id = await vouch(db, login=login, pin=pin, role=_REGISTRAR)
            return await step(db, platform, by_id)

    found = run(work)
    out(found, as_json=as_json, text=_drawn(found))


def _list(what: What, *, as_json: bool) -> None:
    async def work(platform: Platform) -> list[Listed]:
        async with platform.pool.acquire() as db:
            return await showing.listing(db, platform.means, what)

    found = run(work)
    lines = [
        f"{each.person_id} {each.recode_id}  {each.colour:<7} {each.state:<9} "
        f"until {each.until.astimezone(CIVIL_ZONE):%H:%M %d/%m/%Y}"
        f"{f'  due {each.due_on}' if each.due_on else ''}"
        for each in found
    ]
    out(found, as_json=as_json, text="\n".join(lines) or "none")


def _drawn(recode: Recode) -> str:
    """Where it stands and why, then what the person says to it."""
    until = recode.until.astimezone(CIVIL_ZONE)
    lines = [
        f"{recode.person_id} {recode.recode_id}",
        f"{recode.colour}, {recode.state}, until {until:%H:%M %d/%m/%Y}: {recode.reason}",
    ]
    if recode.ended_because is not None:
        lines.append(f"  ended: {recode.ended_because}")
    if recode.appeal is not None:
        lines.append(f"  appeal ({recode.appeal.state}): {recode.appeal.text}")
        if recode.appeal.answer is not None:
            lines.append(f"  answer: {recode.appeal.answer}")
    return "\n".join(lines)
