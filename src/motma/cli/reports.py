"""`motma reports`: reads that people reported as wrong, and their answers."""

from typing import Annotated, Final, get_args
from uuid import UUID

import msgspec
import typer

from motma.access.reports import service
from motma.access.reports.model import Outcome, Waiting
from motma.access.vouching import vouch
from motma.audit.model import PLATFORM
from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import out, run

app = typer.Typer(no_args_is_help=True, help="Reads that people reported as wrong.")

_ROLE: Final = "authority"

By = Annotated[str, typer.Option("--by", help="Your log-in, of the role authority.")]
Pin = Annotated[
    str, typer.Option(prompt="PIN", hide_input=True, help="Asked for when it is not given.")
]


@app.command("list")
def list_reports(by: By, pin: Pin, as_json: AsJson = False) -> None:
    """List reported reads that wait for an answer, the oldest first; the look is logged.

    Example: motma reports list --by authority@demo
    """

    async def work(platform: Platform) -> list[Waiting]:
        async with platform.transaction() as db:
            await vouch(db, login=by, pin=pin, role=_ROLE)
            return await service.waiting(db, platform.means, organisation_id=None, by=PLATFORM)

    found = run(work)
    text = "\n".join(
        f"{one.event_id}  {one.reported_at:%Y-%m-%d}  {one.reason.kind}  "
        f"{one.organisation or ''} {one.login or ''} {one.read.place or ''}: {one.reason.text}"
        for one in found
    )
    out([msgspec.to_builtins(one) for one in found], as_json=as_json, text=text)


@app.command()
def decide(
    event: UUID,
    outcome: Annotated[Outcome, typer.Argument(help=" or ".join(get_args(Outcome)))],
    words: Annotated[str, typer.Option("--words", prompt=True, help="The person reads them.")],
    by: By,
    pin: Pin,
) -> None:
    """Answer a report: whether the read was wrong; nobody answers about a read of their own.

    Example: motma reports decide EVENT wrong --words "We talked to the reader." --by authority@demo
    """

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            who = await vouch(db, login=by, pin=pin, role=_ROLE)
            await service.decide(
                db,
                platform.means,
                event_id=event,
                organisation_id=None,
                by=who,
                outcome=outcome,
                words=words,
            )

    run(work)
