"""`motma demo`: the whole platform with synthetic people, ready to try."""

import asyncio
from typing import Annotated

import typer
from rich.console import Console
from rich.panel import Panel
from rich.progress import Progress

from motma.bootstrap import Platform, Settings, open_platform
from motma.cli import demonstration
from motma.cli.running import told
from motma.cli.serve import lan_address, run_server
from motma.codec.symbols import modules


def demo(
    lan: Annotated[
        bool, typer.Option("--lan", help="HTTPS on the local network, to try on a real phone.")
    ] = False,
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Make the demo's content and stop.")
    ] = False,
) -> None:
    """Start the platform with synthetic people and demo keys; Ctrl-C stops all of it.

    Examples: motma demo · MOTMA_PORT=9000 motma demo --lan
    """
    settings = Settings()
    welcome = asyncio.run(_prepare(settings))
    if prepare:
        return
    address = lan_address() if lan else settings.host
    url = f"{'https' if lan else 'http'}://{address}:{settings.port}"
    _greet(url, welcome)
    if lan:
        _show_qr(url)
    run_server(settings, lan=lan)


async def _prepare(settings: Settings) -> demonstration.Welcome:
    async with open_platform(settings) as platform:
        if not await demonstration.seeded(platform):
            await _seed(platform)
        return await demonstration.welcome(platform)


async def _seed(platform: Platform) -> None:
    with Progress(console=told, transient=True) as progress:
        task = progress.add_task("making demo people", total=demonstration.PEOPLE)
        await demonstration.seed(platform, each=lambda done: progress.update(task, completed=done))


def _greet(url: str, welcome: demonstration.Welcome) -> None:
    codes = "\n".join(f"  {code}   {name}" for name, code in welcome.codes.items())
    logins = ", ".join(login for readers, _ in demonstration.CAST.values() for login in readers)
    first = welcome.sample[0][0]
    told.print(
        Panel.fit(
            f"""[bold]motma DEMO[/bold] · synthetic people, demo keys

Front door    [bold]{url}/[/bold]
Reader page   [bold]{url}/reader/[/bold]
Join a device with one of these one-time codes:
{codes}
Log-ins       {logins}
PIN           {demonstration.PIN}

Try first, in a second terminal:
  .venv/bin/motma qr draw {first} -o card.png > code.txt
  .venv/bin/motma scan - --as guard@demo < code.txt
  .venv/bin/motma scan - --as nurse@demo < code.txt
  .venv/bin/motma people reads {first}

Wallet        [bold]{url}/wallet/[/bold]   its code: .venv/bin/motma people activate {first}
Desk          [bold]{url}/desk/[/bold]   for registrar@demo

Makers of apps: .venv/bin/motma apps sandbox sandbox/, then docs/integrating.md

A dose of {welcome.storied} found nobody: see docs/walk-records.md

Ctrl-C stops everything.""",
            title="DEMO",
        )
    )


def _show_qr(url: str) -> None:
    console = Console(stderr=True)
    console.print("Open on a phone (accept the certificate):")
    console.print(modules(f"{url}/reader/"))
