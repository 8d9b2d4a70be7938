"""`motma cards`: somebody's card, why, and as of then."""

from datetime import datetime
from typing import Annotated

import msgspec
import typer

from motma.bootstrap import Platform
from motma.cards import service as cards
from motma.cards.card import Card
from motma.cards.service import Where
from motma.cli.rules_explain import branches
from motma.cli.running import out, run
from motma.identity import service as identity
from motma.kernel.clock import CIVIL_ZONE

app = typer.Typer(no_args_is_help=True, help="Cards: colours that say why.")

#: A colour is never told by colour alone: sign, then word.
_SIGNS = {"green": "✔", "yellow": "◐", "red": "✖", "neutral": "○"}

Moment = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d"], help="Vietnamese time.")
]


@app.command("show")
def show(
    qid: str,
    province: Annotated[str | None, typer.Option(help="Two-digit code, e.g. 56.")] = None,
    commune: Annotated[str | None, typer.Option(help="Five-digit code.")] = None,
    place_kind: Annotated[str | None, typer.Option(help="e.g. public-place")] = None,
    at: Moment = None,
    known_at: Moment = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Show a person's card at a place: now, or as it was, from what was known then.

    Example: motma cards show 179182651409203417 --province 56 --at 2026-11-24 --known-at 2026-11-24
    """
    where = Where(province=province, commune=commune, place_kind=place_kind)

    async def work(platform: Platform) -> Card:
        now = platform.clock.now()
        async with platform.transaction() as db:
            person = await identity.find(db, platform.means, qid)
            return await cards.as_of(
                db,
                platform.means,
                person.person_id,
                where,
                true_at=_civil(at, now),
                known_at=_civil(known_at, now),
            )

    card = run(work)
    out(msgspec.to_builtins(card), as_json=as_json, text=_drawn(card))


def _civil(moment: datetime | None, now: datetime) -> datetime:
    return now if moment is None else moment.replace(tzinfo=CIVIL_ZONE)


def _drawn(card: Card) -> str:
    """The colour, its end and its book, then the reasons as a tree."""
    end = f" → {card.valid_until.astimezone(CIVIL_ZONE):%H:%M %d/%m/%Y}" if card.valid_until else ""
    lines = [
        f"{_SIGNS.get(card.colour, '•')} {card.text.vi} / {card.text.en}{end}",
        f"  {card.book.title.vi} ({card.book.id} v{card.book.version})",
    ]
    if card.reasons is not None:
        lines += branches(card.reasons.parts, "vi", "  ")
    lines += [f"  ↑ {each.text.vi}" for each in card.improvements or ()]
    return "\n".join(lines)
