"""How commands run: the platform opened once, declines with their code, exit codes by kind."""

import asyncio
import re
import sys
from collections.abc import Awaitable, Callable
from typing import Final, NoReturn, TypeVar

import msgspec
import typer
from rich.console import Console

from motma.bootstrap import NotReady, Platform, open_platform
from motma.kernel.errors import Declined, Kind, Malformed

T = TypeVar("T")

#: One table turns kinds into exit codes; 0 is done, 1 a defect, 2 a wrong call.
EXIT: Final[dict[Kind, int]] = {
    Kind.MALFORMED: 3,
    Kind.UNKNOWN: 4,
    Kind.REFUSED: 5,
    Kind.FORBIDDEN: 6,
    Kind.UNAUTHENTICATED: 7,
    Kind.BUSY: 8,
    Kind.UNAVAILABLE: 9,
}

#: For people: everything but results goes to standard error.
told: Final = Console(stderr=True, highlight=False)

_CONTROLS: Final = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


def run(work: Callable[[Platform], Awaitable[T]]) -> T:
    """Run `work` with the platform; a decline ends the command with its code and exit status."""

    async def opened() -> T:
        async with open_platform() as platform:
            return await work(platform)

    try:
        return asyncio.run(opened())
    except Declined as declined:
        decline(declined)


def decline(declined: Declined) -> NoReturn:
    """Print what was declined and leave with the exit code of its kind."""
    code = declined.reason if isinstance(declined, Malformed) else declined.code
    facts = {k: v for k, v in declined.facts().items() if v is not None and k != "reason"}
    if isinstance(declined, NotReady):
        told.print(f"[red]{code}[/red] Set these first:")
        for line in declined.missing:
            told.print(f"  · {safe(line)}", markup=False)
    else:
        hint = (type(declined).__doc__ or "").strip().splitlines()[0]
        told.print(f"[red]{code}[/red] {safe(hint)}")
        for name, value in facts.items():
            told.print(f"  {name}: {safe(str(value))}", markup=False)
    raise typer.Exit(EXIT[declined.kind])


def out(value: object, *, as_json: bool, text: str) -> None:
    """Print a result: one JSON object for pipes, or text for people."""
    if as_json:
        sys.stdout.write(msgspec.json.encode(value).decode() + "\n")
    else:
        sys.stdout.write(safe(text) + "\n")


def safe(text: str) -> str:
    """The text without what would steer a terminal."""
    return _CONTROLS.sub("�", text)
