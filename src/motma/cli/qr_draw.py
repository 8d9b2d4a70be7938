"""`motma qr draw`: a person's signed QR as a picture."""

from pathlib import Path
from typing import Annotated

import typer

from motma.bootstrap import Platform
from motma.cards import service as cards
from motma.cards.shelf import Shelf
from motma.cli.running import out, run
from motma.codec.issued import Form
from motma.codec.symbols import draw_png, draw_svg
from motma.identity import service


def draw(
    qid: str,
    output: Annotated[Path, typer.Option("-o", "--output", help="*.svg or *.png")],
    phone: Annotated[bool, typer.Option("--phone", help="For a screen instead of paper.")] = False,
    full: Annotated[bool, typer.Option("--full", help="v1.1 in full, nothing masked.")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Draw the signed QR of a person.

    Example: motma qr draw 179182651409203417 -o card.svg
    """

    async def work(platform: Platform) -> str:
        async with platform.transaction() as db:
            person = await service.find(db, platform.means, qid)
            form = Form.PHONE if phone else Form.PAPER
            return await cards.issue(db, platform.means, Shelf(), person, form=form, full=full)

    text = run(work)
    if output.suffix.lower() == ".png":
        output.write_bytes(draw_png(text))
    else:
        output.write_text(draw_svg(text), "utf-8")
    out({"text": text, "file": str(output)}, as_json=as_json, text=text)
