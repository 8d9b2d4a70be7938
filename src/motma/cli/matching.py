"""`motma matching`: the queue of uncertain records, decisions about them, and why."""

import sys
from datetime import datetime
from typing import Annotated, Any, cast
from uuid import UUID

import msgspec
import typer

from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import decline, out, run
from motma.identity.matching import finding, queueing, sides
from motma.identity.matching.evidence import Evidence
from motma.identity.matching.queueing import Verdict
from motma.identity.matching.sides import Side
from motma.kernel.clock import CIVIL_ZONE
from motma.kernel.errors import Malformed
from motma.storage.pool import Connection
from motma.web.matching import attach, detach

app = typer.Typer(no_args_is_help=True, help="Records that found no certain person.")

#: The command line acts as the platform itself; the log says so.
BY = UUID(int=0)

Id = Annotated[UUID, typer.Argument(help="As `motma matching queue` prints it.")]


@app.command()
def queue(
    most: Annotated[int, typer.Option(help="How many to print.")] = 20, as_json: AsJson = False
) -> None:
    """Print what waits for a registrar, most useful first, without what it is about.

    Example: motma matching queue --most 5
    """

    async def work(platform: Platform) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        async with platform.transaction() as db:
            rows = await queueing.waiting(db, platform.means, most=most)
            return [dict(row) for row in rows], dict(await queueing.state(db))

    rows, state = run(work)
    lines = [_line(row) for row in rows]
    lines.append(f"{state['reviews']} reviews wait for {state['records']} records")
    out({"waiting": rows, **state}, as_json=as_json, text="\n".join(lines))


@app.command()
def why(
    review_id: Annotated[
        UUID | None, typer.Argument(help="A review; without it, evidence as JSON on stdin.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show evidence beside each candidate: what each feature says, and the bits it adds.

    Example: motma matching why < evidence.json
    """
    asked = review_id or _evidence()

    async def work(platform: Platform) -> tuple[str, tuple[Side, ...]]:
        async with platform.transaction() as db:
            decision, found = await _explained(platform, db, asked)
            for side in found:
                details = {"role": "command-line", "purpose": "registration", "reader": str(BY)}
                await platform.means.log(db, "identity.read", details, person_id=side.person_id)
        return decision, found

    decision, found = run(work)
    text = "\n".join([decision, *(_side(side) for side in found)])
    out({"decision": decision, "candidates": found}, as_json=as_json, text=text)


@app.command()
def decide(
    review_id: Id,
    decision: Annotated[str, typer.Argument(help="link or none")],
    person: Annotated[UUID | None, typer.Option(help="Of `link`: which candidate.")] = None,
    as_json: AsJson = False,
) -> None:
    """Decide a review: its records are a candidate's, or none of theirs.

    Example: motma matching decide 0197c0de-0000-7000-8000-000000000000 none
    """
    if decision not in ("link", "none"):
        raise typer.BadParameter("link or none")
    chosen = cast("Verdict", decision)

    async def work(platform: Platform) -> int:
        async with platform.transaction() as db:
            decided = await queueing.decide(
                db, platform.means, review_id, decision=chosen, by=BY, person_id=person
            )
            await attach(db, platform.means, decided, by=BY)
        return len(decided.subjects)

    count = run(work)
    out({"records": count}, as_json=as_json, text=f"{count} records: {decision}")


@app.command()
def undo(review_id: Id, as_json: AsJson = False) -> None:
    """Take a decision back: its records are nobody's and wait again."""

    async def work(platform: Platform) -> int:
        async with platform.transaction() as db:
            undone = await queueing.undo(db, platform.means, review_id, by=BY)
            return await detach(db, platform.means, undone, by=BY)

    count = run(work)
    out({"records": count}, as_json=as_json, text=f"{count} records wait again")


async def _explained(
    platform: Platform, db: Connection, asked: UUID | Evidence
) -> tuple[str, tuple[Side, ...]]:
    """The decision in a word, and the candidates."""
    if isinstance(asked, UUID):
        opened = await queueing.show(db, platform.means, asked)
        return "review", (await sides.beside(db, platform.means, opened)).candidates
    match = await finding.find(db, platform.means, asked)
    people = await finding.load(db, platform.means, match.candidates)
    found = await sides.compare(db, platform.means, asked, people)
    return f"{match.decision} {match.probability:.6f}", found


def _evidence() -> Evidence:
    try:
        return msgspec.json.decode(sys.stdin.buffer.read(), type=Evidence)
    except msgspec.DecodeError:
        decline(Malformed("matching.evidence"))


def _line(row: dict[str, Any]) -> str:
    opened: datetime = row["opened_at"].astimezone(CIVIL_ZONE)
    state = "looked at" if row["leased"] else "waits"
    return (
        f"{row['review_id']}  {row['probability']:7.4f} × {row['unlocks']:<3} "
        f"since {opened:%Y-%m-%d %H:%M}  {state}"
    )


def _side(side: Side) -> str:
    """A candidate, one line for each feature that says something."""
    lines = [f"{side.person_id}  QID {side.qid}  {side.probability:.6f}"]
    lines += [
        f"  {one.feature:<9} {one.level:<13} {one.bits:+7.2f}  {one.said}  |  {one.known}"
        for one in side.differences
        if one.level != "unknown"
    ]
    return "\n".join(lines)
