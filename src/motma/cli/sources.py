"""`motma sources`: what the platform reads from, how it goes, and the letters that are dead."""

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Annotated, Any, Final
from uuid import UUID

import typer

from motma.bootstrap import Platform
from motma.cli.readers import AsJson
from motma.cli.running import decline, out, run, told
from motma.kernel.clock import CIVIL_ZONE
from motma.kernel.errors import Malformed
from motma.keys.model import Purpose
from motma.records.sources import letters, running, service, telling
from motma.records.sources.letters import Letter, Replayed
from motma.records.sources.model import ByAssertion, ByHeader, Health, Proof, sentence
from motma.records.sources.telling import Waiting

app = typer.Typer(no_args_is_help=True, help="National sources of people, doses and tests.")

#: The command line acts as the platform itself; the log says so.
_BY: Final = UUID(int=0)


@app.command()
def add(
    name: str,
    kind: Annotated[str, typer.Argument(help="population, insurance, immunisation or tests")],
    address: Annotated[str, typer.Argument(help="URL of its feed, or file:///… for tests")],
    private: Annotated[
        bool, typer.Option("--private", help="It lies in a network of our own; HTTP is allowed.")
    ] = False,
    token: Annotated[
        str, typer.Option("--token", help="URL that gives a token for our signed assertion.")
    ] = "",
    client: Annotated[str, typer.Option("--client", help="What the source calls us.")] = "",
    scope: Annotated[str, typer.Option("--scope", help="Scope to ask for, if any.")] = "",
    header: Annotated[
        str, typer.Option("--header", help="Header that proves who we are, instead of a token.")
    ] = "",
    secret: Annotated[
        Path | None, typer.Option("--secret", help="File with the header's value, mode 600.")
    ] = None,
) -> None:
    """Read a source from now on; the same name with another address goes on where it was.

    Where the source asks who we are, say how each time: with --token and --client after it got
    `motma sources keys`, or with --header and --secret.
    Example: motma sources add vaccines immunisation https://registry.example/changes
    """
    try:
        proof = _proof(token, client, scope, header, secret)
    except Malformed as bad:
        decline(bad)

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            await service.add(
                db,
                platform.means,
                name=name,
                kind=kind,
                address=address,
                private_network=private,
                proof=proof,
            )

    run(work)


@app.command()
def keys() -> None:
    """Print the public keys by which sources know us, as a JWK set; a pending one too."""

    async def work(platform: Platform) -> dict[str, Any]:
        return platform.keyring.jwks(Purpose.CLIENT)

    typer.echo(json.dumps(run(work), indent=1))


@app.command()
def end(name: str) -> None:
    """Read a source no more; what it sent stays."""

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            await service.end(db, platform.means, name)

    run(work)


@app.command()
def pull(name: str, as_json: AsJson = False) -> None:
    """Read one source until it has nothing more."""

    async def work(platform: Platform) -> int:
        return await running.drain(platform.pool, platform.means, name)

    taken = run(work)
    out({"source": name, "taken": taken}, as_json=as_json, text=f"{taken} items")


@app.command("run")
def run_all(
    idle: Annotated[float, typer.Option("--idle", min=0.1, help="Seconds between looks.")] = 10.0,
) -> None:
    """Read every source until Ctrl-C; any number of these may run beside each other."""

    async def work(platform: Platform) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        told.print("reading; Ctrl-C ends it")
        await running.run(platform.pool, platform.means, stop, idle_s=idle)

    run(work)


@app.command()
def health(as_json: AsJson = False) -> None:
    """How each source goes: last success, delay, backlog, error rate, dead letters."""

    async def work(platform: Platform) -> list[tuple[Health, dict[str, str]]]:
        async with platform.pool.acquire() as db:
            now = platform.clock.now()
            return [(h, sentence(h, now=now)) for h in await service.health(db, platform.means)]

    found = run(work)
    lines = [line for one, said in found for line in _told(one, said)]
    result = [{"health": one, "sentence": said} for one, said in found]
    out(result, as_json=as_json, text="\n".join(lines) or "no source is read")


@app.command("letters")
def list_letters(source: str | None = None, as_json: AsJson = False) -> None:
    """The oldest open dead letters: what is wrong with each, not what it says."""

    async def work(platform: Platform) -> list[Letter]:
        async with platform.pool.acquire() as db:
            return await letters.listed(db, source)

    found = run(work)
    text = "\n".join(
        f"{each.letter_id}  {each.source:<14} {each.code:<28} {each.field or '-':<14} "
        f"{each.tries} tries, since {each.written_at.astimezone(CIVIL_ZONE):%Y-%m-%d %H:%M}"
        for each in found
    )
    out(found, as_json=as_json, text=text or "none")


@app.command()
def letter(letter_id: UUID) -> None:
    """What a dead letter says, as it came; that it was read is in the log."""

    async def work(platform: Platform) -> bytes:
        async with platform.transaction() as db:
            return await letters.read(db, platform.means, letter_id, by=_BY)

    text = run(work).decode("utf-8", "replace")
    out({"text": text}, as_json=not sys.stdout.isatty(), text=text)


@app.command()
def replay(
    letter_id: Annotated[UUID | None, typer.Argument(help="One letter; all without it.")] = None,
    corrected: Annotated[
        Path | None, typer.Option("--corrected", help="A file with the corrected item.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Take dead letters in once more: one, as it came or corrected, or all of them."""
    text = corrected.read_bytes() if corrected else None

    async def work(platform: Platform) -> Replayed | dict[str, int]:
        async with platform.transaction() as db:
            if letter_id is None:
                return await letters.replay_all(db, platform.means, by=_BY)
            return await letters.replay(db, platform.means, letter_id, by=_BY, corrected=text)

    done = run(work)
    if isinstance(done, Replayed):
        said = "taken" if done.taken else f"still dead: {done.code} {done.field or ''}"
    else:
        said = f"{done['taken']} taken, {done['dead']} still dead"
    out(done, as_json=as_json, text=said)


@app.command()
def discard(letter_id: UUID, reason: Annotated[str, typer.Option("--reason", prompt=True)]) -> None:
    """End a dead letter that nobody will take."""

    async def work(platform: Platform) -> None:
        async with platform.transaction() as db:
            await letters.discard(db, platform.means, letter_id, by=_BY, reason=reason)

    run(work)


@app.command("corrections")
def list_corrections(as_json: AsJson = False) -> None:
    """How many decisions of records no source has heard yet; `any:dose` is for all of a kind.

    `motma sources run` sends them to sources with an address; programs ask for their own.
    """

    async def work(platform: Platform) -> list[Waiting]:
        async with platform.pool.acquire() as db:
            return await telling.waiting(db)

    found = run(work)
    text = "\n".join(
        f"{each.key:<14} {each.corrections:>6}, since "
        f"{each.since.astimezone(CIVIL_ZONE):%Y-%m-%d %H:%M}"
        for each in found
    )
    out(found, as_json=as_json, text=text or "none")


def _proof(token: str, client: str, scope: str, header: str, secret: Path | None) -> Proof | None:
    """The proof that these options say, if any."""
    if token and client and not header and secret is None:
        return ByAssertion(token_address=token, client=client, scope=scope)
    if header and secret is not None and not token and not client and not scope:
        return ByHeader(name=header, file=str(secret.resolve()))
    if token or client or scope or header or secret is not None:
        raise Malformed("sources.proof", "token" if token or client else "header")
    return None


def _told(one: Health, said: dict[str, str]) -> list[str]:
    """A source in three lines."""
    delay = "-" if one.delay_s is None else f"{one.delay_s:.0f} s"
    backlog = "-" if one.backlog is None else str(one.backlog)
    how = f"delay {delay}, backlog {backlog}, errors {one.error_rate:.1%}, {one.letters} letters"
    last = f", last {one.failure}" if one.failure else ""
    return [
        f"{one.source:<14} {one.kind:<13} {one.state:<8} {how}{last}",
        f"  {said['vi']}",
        f"  {said['en']}",
    ]
