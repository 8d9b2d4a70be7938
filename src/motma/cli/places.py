"""`motma places`: how much is scanned at an organisation's places."""

from typing import Annotated
from uuid import UUID

import typer

from motma.access import counts
from motma.access.counts import PlaceActivity
from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import out, run
from motma.kernel.clock import civil_day

app = typer.Typer(no_args_is_help=True, help="How much is scanned where; never a person.")


@app.callback()
def _group() -> None:
    """Keep the name of a command that is alone."""


@app.command("counts")
def of_day(
    organisation: UUID,
    day: Annotated[str | None, typer.Option(help="YYYY-MM-DD; today if left out.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show the scans of each place per hour: of one to four it says “< 5”, silent places too.

    Example: motma places counts ORGANISATION --day 2026-11-25
    """

    async def work(platform: Platform) -> list[PlaceActivity]:
        today = civil_day(platform.clock.now())
        chosen = counts.day_of(day, today=today)
        async with platform.pool.acquire() as db:
            return await counts.of_day(db, platform.means, organisation_id=organisation, day=chosen)

    found = run(work)
    out(found, as_json=as_json, text="\n".join(_line(place) for place in found))


def _line(place: PlaceActivity) -> str:
    """Hours in which somebody was scanned; a place where nobody was says since when."""
    last = f"last scanned {place.last_scanned_on}" if place.last_scanned_on else "never scanned"
    busy = [f"{hour:02d}h {_told(n)}" for hour, n in enumerate(place.hours) if n != 0]
    return f"{place.name}  ({place.kind}, {last}): {', '.join(busy) or '0'}"


def _told(scans: int | None) -> str:
    return f"< {counts.LEAST}" if scans is None else str(scans)
