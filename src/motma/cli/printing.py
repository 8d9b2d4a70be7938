"""`motma print`: cards, sheets, posters and exports as PDFs, for whoever runs the platform.

As every command it acts as the platform itself; each print leaves its event, which the person sees.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import typer

from motma.access.means import Means
from motma.bootstrap import Platform
from motma.cards.shelf import Shelf
from motma.cli.readers import AsJson
from motma.cli.running import out, run
from motma.identity import service as identity
from motma.identity.model import PersonRow
from motma.identity.selves import selves_of
from motma.printing import export, model, tray
from motma.printing import service as printing
from motma.printing.model import Layout
from motma.printing.press import Press
from motma.printing.service import Printed
from motma.storage.pool import Connection
from motma.web.me_export import gather

app = typer.Typer(
    no_args_is_help=True,
    help="Print cards, sheets of cards, a commune, posters, exports. All are PDF/UA, mode 0600.",
)

TITLE: Final = "Thẻ mã QR cá nhân"
#: Cards in one document; more are a commune's.
MOST_CARDS: Final = 250

Output = Annotated[
    Path, typer.Option("-o", "--out", help="The PDF: written whole or not at all, mode 0600.")
]
Activation = Annotated[
    bool, typer.Option("--activation", help="A slip with an activation code for each wallet too.")
]
OneCard = Literal["card", "a4-1"]
ManyCards = Literal["card", "a4-1", "a4-8", "a4-10"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """What is printed besides the cards of the people who are named."""

    family: bool
    activation: bool


@app.command()
def card(
    qid: str,
    output: Output,
    layout: Annotated[
        OneCard, typer.Option(help="card: ID-1 pages; a4-1: cut and fold, with how to use it.")
    ] = "a4-1",
    activation: Activation = False,
    as_json: AsJson = False,
) -> None:
    """Print one person's card, front and back.

    Example: motma print card 179182651409203417 --layout card -o card.pdf
    """
    wanted = _Wanted(family=False, activation=activation)
    _cards([qid], Printed(layout=Layout(layout), by="command"), output, wanted, as_json=as_json)


@app.command()
def sheet(
    qids: list[str],
    output: Output,
    layout: Annotated[ManyCards, typer.Option(help="How cards stand on the pages.")] = "a4-8",
    family: Annotated[
        bool, typer.Option("--family", help="With those whose guardian each of them is.")
    ] = False,
    activation: Activation = False,
    as_json: AsJson = False,
) -> None:
    """Print several people's cards on sheets with cut marks, two-sided; each person once.

    Example: motma print sheet 179182651409203417 --family -o family.pdf
    """
    if len(qids) > MOST_CARDS:
        raise typer.BadParameter(f"at most {MOST_CARDS}; print more with `motma print commune`")
    wanted = _Wanted(family=family, activation=activation)
    _cards(qids, Printed(layout=Layout(layout), by="command"), output, wanted, as_json=as_json)


@app.command()
def poster(place_id: UUID, output: Output, as_json: AsJson = False) -> None:
    """Print the poster of a place: its code at 15 × 15 cm on A4.

    Example: motma print poster PLACE -o poster.pdf
    """

    async def work(platform: Platform) -> int:
        async with platform.transaction() as db:
            made = await printing.poster(db, platform.means, place_id, origin=_origin(platform))
        return _put(platform, output, made.alt, [model.poster_part(made)])

    size = run(work)
    result = {"file": output.name, "bytes": size}
    out(result, as_json=as_json, text=f"{output.name}: {size:,} bytes")


@app.command("export")
def print_export(qid: str, output: Output, as_json: AsJson = False) -> None:
    """Print everything that is held about a person, for them; the person sees that it was done.

    Example: motma print export 179182651409203417 -o export.pdf
    """

    async def work(platform: Platform) -> int:
        means = platform.means
        async with platform.transaction() as db:
            person = await identity.find(db, means, qid)
            own = await selves_of(db, means, person.person_id)
            await means.log(db, "access.exported", {"by": "command"}, person_id=own[0])
            sections = await gather(db, platform, Shelf(), own)
        pages = export.part(sections, made_at=means.clock.now())
        return _put(platform, output, export.TITLE, [pages])

    size = run(work)
    result = {"file": output.name, "bytes": size}
    out(result, as_json=as_json, text=f"{output.name}: {size:,} bytes")


def _cards(
    qids: Sequence[str], how: Printed, output: Path, wanted: _Wanted, *, as_json: bool
) -> None:
    """The cards of these people, and slips behind them where wanted."""

    async def work(platform: Platform) -> tuple[int, int]:
        means = platform.means
        async with platform.transaction() as db:
            people = await _people(db, means, qids, family=wanted.family)
            cards = [await printing.card(db, means, one, how) for one in people]
            whose = people if wanted.activation else []
            slips = [await printing.slip(db, means, one) for one in whose]
        parts = [model.cards_part(how.layout, cards), *([model.slips_part(slips)] if slips else [])]
        return _put(platform, output, TITLE, parts), len(cards)

    size, count = run(work)
    result = {"file": output.name, "bytes": size, "cards": count}
    out(result, as_json=as_json, text=f"{output.name}: {count} cards, {size:,} bytes")


async def _people(
    db: Connection, means: Means, qids: Sequence[str], *, family: bool
) -> list[PersonRow]:
    """Each person once, in the order of the list, dependants behind their guardian."""
    found: dict[UUID, PersonRow] = {}
    for qid in qids:
        person = await identity.find(db, means, qid)
        found.setdefault(person.person_id, person)
        if family:
            for one in await printing.dependants(db, means, person):
                found.setdefault(one.person_id, one)
    return list(found.values())


def _put(platform: Platform, output: Path, title: str, parts: Sequence[dict[str, Any]]) -> int:
    """Set the document and write it; its size, bytes."""
    host = model.host_of(platform.settings.public_url)
    document = model.document(title, parts, host=host, demo=platform.demo)
    with Press() as press:
        pdf = press.print(document, made_at=platform.clock.now())
    tray.put(output, pdf)
    return len(pdf)


def _origin(platform: Platform) -> str:
    """Where people reach us; a demo without a public address is reached on this machine."""
    settings = platform.settings
    here = f"https://{settings.host}:{settings.port}" if platform.demo else ""
    return settings.public_url.rstrip("/") or here
