"""`motma audit`: verify, export and prove the log."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Annotated, Final
from uuid import UUID

import typer
from rich.progress import Progress

from motma.audit import export as exporting
from motma.audit import queries
from motma.audit.checking import Report
from motma.audit.errors import NotWhole
from motma.audit.mirror import Mirror
from motma.audit.note import read_head, read_note, verifier_keys
from motma.audit.promise import check_promise
from motma.audit.reading import Proof, kept
from motma.audit.reading import prove as proof_of
from motma.audit.running import Sequencer
from motma.audit.verify import verify as verify_log
from motma.bootstrap import Platform, Settings
from motma.cli import audit_witness
from motma.cli.running import decline, out, run, told
from motma.kernel.clock import SystemClock
from motma.kernel.errors import Declined, Malformed
from motma.keys.keyring import Keyring
from motma.keys.model import Purpose

app = typer.Typer(no_args_is_help=True, help="Verify, export and prove the log.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]

_VERIFY: Final = """Examples:

  motma audit verify

  motma audit verify --export log.jsonl --key "$(cat published.vkey)"
"""
_PROVE: Final = """Examples:

  motma audit prove 017e2789-0c00-7000-8000-000000000000 --json
"""


_PROMISE: Final = """Examples:

  motma scan "$TEXT" --as guard@demo --json | jq .receipt | motma audit promise -
"""


@app.command(epilog=_VERIFY)
def verify(
    export: Annotated[
        Path | None, typer.Option("--export", metavar="FILE", help="Verify this file instead.")
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option("--key", metavar="VKEY", help="With --export: a key that you believe."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Recompute the log from its rows: every change and every loss is named.

    Ends with status 0 if the log is whole. Needs no database with --export.
    """
    report = _verified_file(export, key or []) if export else run(_verified)
    out(report.as_json(), as_json=as_json, text=_told(report))
    if not report.whole:
        decline(NotWhole(len(report.findings) + report.more_findings))


@app.command("export")
def export_log(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to, one JSON a line.")],
    as_json: Json = False,
) -> None:
    """Write the log into a file that anybody can verify without the database; it stays sealed."""

    async def work(platform: Platform) -> exporting.End:
        async with platform.pool.acquire() as db:
            return await exporting.export(
                db,
                file,
                origin=platform.settings.log_origin,
                signer=platform.keyring,
                clock=platform.clock,
            )

    end = run(work)
    text = f"{end.leaves} leaves, {end.checkpoints} checkpoints, {end.waiting} waiting → {file}"
    out(end, as_json=as_json, text=text)


@app.command()
def checkpoint() -> None:
    """Place what waits, sign the tree, and print the latest checkpoint (C2SP form)."""

    async def work(platform: Platform) -> str:
        await Sequencer(
            platform.dsn,
            origin=platform.settings.log_origin,
            signer=platform.keyring,
            clock=platform.clock,
            mirror=platform.settings.mirror_path.parent,
        ).once()
        async with platform.pool.acquire() as db:
            latest = await queries.latest_checkpoint(db)
        return latest.note if latest else ""

    typer.echo(run(work), nl=False)


@app.command(epilog=_PROVE)
def prove(
    event_id: Annotated[UUID, typer.Argument(metavar="EVENT_ID", help="E.g. a scan_id.")],
    as_json: Json = False,
) -> None:
    """Prove that an event is in the signed tree; the proof names no person."""

    async def work(platform: Platform) -> Proof:
        async with platform.pool.acquire() as db:
            return await proof_of(db, event_id)

    proof = run(work)
    holds = proof.holds(read_head(read_note(proof.checkpoint).text).root)
    result = {
        "index": proof.index,
        "size": proof.size,
        "commitment": b64encode(proof.commitment).decode(),
        "path": [b64encode(each).decode() for each in proof.path],
        "checkpoint": proof.checkpoint,
        "holds": holds,
    }
    text = f"leaf {proof.index} of {proof.size}: {'holds' if holds else 'does NOT hold'}"
    out(result, as_json=as_json, text=f"{text}\n\n{proof.checkpoint}")
    if not holds:
        decline(NotWhole(1))


@app.command(epilog=_PROMISE)
def promise(
    file: Annotated[
        typer.FileText, typer.Argument(metavar="FILE", help="The receipt of a scan's answer.")
    ],
    as_json: Json = False,
) -> None:
    """Check a receipt: whether this log signed it, and whether it kept what it promised.

    One that was signed and is not kept 10 s later shows that an event was dropped.
    """
    try:
        promised = json.load(file)
    except ValueError:
        decline(Malformed("audit.promise-malformed"))

    async def work(platform: Platform) -> tuple[bool, bool]:
        signed = check_promise(platform.keyring.public_keys(Purpose.LOG), promised)
        async with platform.pool.acquire() as db:
            return signed, await kept(db, promised)

    signed, found = run(work)
    text = f"{'signed' if signed else 'NOT signed'} by this log, {'kept' if found else 'NOT kept'}"
    out({"signed": signed, "kept": found}, as_json=as_json, text=text)
    if not (signed and found):
        decline(NotWhole(1))


@app.command()
def vkey() -> None:
    """Print the log's public keys in C2SP form: for witnesses and for `verify --key`."""
    settings = Settings()
    try:
        ring = Keyring.open(settings.keys_dir)
    except Declined as declined:
        decline(declined)
    raw = [key.raw for key in ring.public_keys(Purpose.LOG)]
    for line in verifier_keys(settings.log_origin, raw):
        typer.echo(line)


app.command(epilog=audit_witness.EXAMPLES)(audit_witness.witness)


async def _verified(platform: Platform) -> Report:
    async with platform.pool.acquire() as db:
        with Progress(console=told, transient=True) as bar:
            task = bar.add_task("Verifying", total=None)
            return await verify_log(
                db,
                origin=platform.settings.log_origin,
                signer=platform.keyring,
                clock=platform.clock,
                mirror=Mirror(platform.settings.mirror_path.parent),
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )


def _verified_file(path: Path, keys: list[str]) -> Report:
    try:
        return exporting.verify_export(path, clock=SystemClock(), keys=keys)
    except Declined as declined:
        decline(declined)
    except OSError:
        decline(Malformed("audit.export-unreadable"))


def _told(report: Report) -> str:
    mirror = "compared with" if report.mirror else "without: a tail that was cut off is not seen"
    lines = [
        f"leaves       {report.leaves}",
        f"events       {report.events}, and {report.expired} gone at their keep-until",
        f"waiting      {report.waiting} without a place yet",
        f"checkpoints  {report.checkpoints}",
        f"mirror       {mirror}",
        "The log is whole." if report.whole else "The log is NOT whole:",
    ]
    lines += [f"  {finding.code}: {finding.where}" for finding in report.findings]
    if report.more_findings:
        lines.append(f"  and {report.more_findings} more")
    return "\n".join(lines)
