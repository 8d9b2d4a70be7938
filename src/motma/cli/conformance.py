"""`motma conformance`: does an app keep the technical requirements, and what are they."""

from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import msgspec
import typer

from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import decline, out
from motma.cli.running import run as execute
from motma.interop.conformance import evidence, model, profiles
from motma.interop.conformance.model import Outcome, Report
from motma.interop.listing import service as listing
from motma.kernel.errors import Declined

app = typer.Typer(no_args_is_help=True, help="Technical requirements, and the tests of them.")

#: An app that does not conform; errors of the run itself have other codes.
FAILED: Final = 1

_MARKS: Final = {Outcome.PASSED: "✓", Outcome.FAILED: "✗", Outcome.BLOCKED: "·"}


@app.command()
def run(
    folder: Annotated[Path, typer.Argument(help="The app's pictures, and evidence.json.")],
    expected: Annotated[Path, typer.Option("--expected", help="The sandbox people, and the keys.")],
    report: Annotated[
        Path | None, typer.Option("--report", help="Write the report here, as JSON.")
    ] = None,
    submit: Annotated[
        UUID | None, typer.Option("--submit", help="Sign the report, and list the app by it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Judge an app by pictures of its screen (profile *display*); ends with 1 if it fails.

    With --submit CLIENT_ID the platform keeps and signs the report: an app that conforms is listed,
    one that fails has 14 days.

    Example: motma conformance run pictures/ --expected expected.json --report report.json
    """
    try:
        found = evidence.read(folder, expected)
    except Declined as declined:
        decline(declined)
    made = model.run("display", found.app, profiles.PROFILES["display"], found)
    if report is not None:
        report.write_bytes(msgspec.json.format(msgspec.json.encode(made)) + b"\n")
    if submit is not None:
        _submit(submit, made)
    out(msgspec.to_builtins(made), as_json=as_json, text=_told(made))
    if not made.conforms:
        raise typer.Exit(FAILED)


def _submit(client_id: UUID, made: Report) -> None:
    async def work(platform: Platform) -> UUID:
        async with platform.transaction() as db:
            return await listing.take(db, platform.means, client_id, made)

    execute(work)


@app.command()
def requirements() -> None:
    """Print the technical requirements, as Markdown."""
    typer.echo(profiles.document())


def _told(report: Report) -> str:
    """A line for each check, and what to do about those that failed."""
    words = profiles.texts(report.profile)
    lines = []
    for one in report.results:
        text = words[one.code]
        lines.append(f"{_MARKS[one.outcome]} {one.code}  {text.vi}")
        if one.outcome is Outcome.FAILED:
            lines += [f"    {', '.join(one.findings)}", f"    → {text.fix_vi} ({text.fix_en})"]
        if one.outcome is Outcome.BLOCKED:
            lines.append(f"    chờ · waits for {', '.join(one.by)}")
    passed = sum(one.outcome is Outcome.PASSED for one in report.results)
    return "\n".join([*lines, f"{passed}/{len(report.results)}"])
