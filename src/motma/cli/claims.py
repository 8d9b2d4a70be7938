"""`motma claims`: what people say of their records, decided from the command line."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from uuid import UUID

import typer

from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.records import line_of
from motma.cli.running import out, run
from motma.records.claims import deciding, showing
from motma.records.claims.deciding import Listed
from motma.records.claims.model import Acceptance, Claim, Effect
from motma.records.claims.showing import SideBySide

app = typer.Typer(no_args_is_help=True, help="Claims: records that are missing or wrong.")

#: The command line acts as the platform itself; the log says so.
_BY = UUID(int=0)

_Reason = Annotated[str, typer.Option("--reason", prompt=True, help="The person reads it.")]


@app.command("list")
def list_claims(
    overdue: Annotated[bool, typer.Option("--overdue", help="Only those too late.")] = False,
    as_json: AsJson = False,
) -> None:
    """List open claims, those due first: person, claim, wish, due day.

    Example: motma claims list --overdue
    """

    async def work(platform: Platform) -> list[Listed]:
        async with platform.pool.acquire() as db:
            return await deciding.open_claims(db, platform.means, overdue=overdue)

    found = run(work)
    lines = [
        f"{each.person_id} {each.claim_id}  {each.wish:<8} due {each.due_on}"
        f"{'  OVERDUE' if each.overdue else ''}{'  photo' if each.with_photo else ''}"
        for each in found
    ]
    out(found, as_json=as_json, text="\n".join(lines) or "no open claims")


@app.command()
def show(person: UUID, claim: UUID, as_json: AsJson = False) -> None:
    """Show a claim beside the person and the records it may be about; the person sees the read.

    Example: motma claims show PERSON CLAIM
    """

    async def work(platform: Platform) -> SideBySide:
        async with platform.transaction() as db:
            shown = await showing.show(db, platform.means, person_id=person, claim_id=claim)
            details = {"role": "command-line", "purpose": "registration", "saw": ["records"]}
            await platform.means.log(db, "identity.read", details, person_id=shown.person_id)
        return shown

    found = run(work)
    out(found, as_json=as_json, text=_text(found))


@app.command()
def accept(
    person: UUID,
    claim: UUID,
    effect: Annotated[Effect, typer.Argument()],
    reason: _Reason,
    record: Annotated[UUID | None, typer.Option("--record", help="The waiting record.")] = None,
    as_json: AsJson = False,
) -> None:
    """Accept a claim: a missing record is attached, a wrong one retracted, or the source asked.

    Example: motma claims accept PERSON CLAIM attached --record RECORD --reason "paper seen"
    """
    accepted = Acceptance(effect=effect, reason=reason, record_id=record)

    async def work(platform: Platform) -> Claim:
        async with platform.transaction() as db:
            return await deciding.accept(
                db, platform.means, person_id=person, claim_id=claim, accepted=accepted, by=_BY
            )

    _told(run(work), as_json=as_json)


@app.command()
def refuse(person: UUID, claim: UUID, reason: _Reason, as_json: AsJson = False) -> None:
    """Refuse a claim; the person reads the reason.

    Example: motma claims refuse PERSON CLAIM --reason "that site gave no doses on the day"
    """
    _decide(deciding.refuse, person, claim, reason, as_json=as_json)


@app.command()
def undo(person: UUID, claim: UUID, reason: _Reason, as_json: AsJson = False) -> None:
    """Undo a decision and what it did; the claim is open again.

    Example: motma claims undo PERSON CLAIM --reason "the wrong paper"
    """
    _decide(deciding.undo, person, claim, reason, as_json=as_json)


def _decide(
    decide: Callable[..., Awaitable[Claim]],
    person: UUID,
    claim: UUID,
    reason: str,
    *,
    as_json: bool,
) -> None:
    async def work(platform: Platform) -> Claim:
        async with platform.transaction() as db:
            return await decide(
                db, platform.means, person_id=person, claim_id=claim, reason=reason, by=_BY
            )

    _told(run(work), as_json=as_json)


def _told(claim: Claim, *, as_json: bool) -> None:
    due = f", due {claim.due_on}" if claim.state == "open" else f": {claim.reason}"
    out(claim, as_json=as_json, text=f"{claim.state}{due}")


def _text(shown: SideBySide) -> str:
    """Side by side in lines: the claim, then each record with what agrees and what does not."""
    claim, said = shown.claim, shown.claim.said
    late = "  OVERDUE" if claim.overdue else ""
    lines = [f"{said.wish}, {claim.state}, due {claim.due_on}{late}  (QID {shown.qid})"]
    if said.expected is not None:
        lines.append(
            f"  expects a {said.expected.type} on {said.expected.day}, {said.expected.site}"
        )
    if said.note:
        lines.append(f"  says: {said.note}")
    if shown.photo is not None:
        lines.append("  sent a photo (--json has it)")
    for each in shown.records:
        marks = [mark for mark, so in (("fits", each.fits), ("others fit too", each.rivals)) if so]
        lines += ["", f"{line_of(each.record)}  {', '.join(marks)}"]
        for row in each.rows:
            lines.append(
                f"  {row.field:<10} {', '.join(row.person) or '-':<28} "
                f"{row.record or '-':<28} {row.level or ''}"
            )
    return "\n".join(lines)
