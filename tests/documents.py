"""Documents of made-up people, set in this process, for tests of what stands on pages."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import typst

from motma.printing import model, press_worker
from motma.printing.model import Card, Layout
from motma.printing.press_worker import Request

#: The form of a text on paper; nothing here verifies it.
TEXT: Final = (
    "******|NGUYEN THI HONG NHUN|1989-**-**|0|179182651409203417|1|<<<<"
    + "1234567890" * 15
    + "12345<v=1<m=98765421000011202110052022100500000000<c=0"
)
HOST: Final = "qr.example.vn"


def card(name: str, number: int = 1) -> Card:
    """A card with a code of its own."""
    return Card(
        name=name,
        born="**/**/1989",
        qid="179 182 651 409 203 417",
        issue=str(number),
        until="05/10/2027",
        text=f"{TEXT}{number}",
        alt=f"Mã QR cá nhân bản giấy của {name}",
    )


def cards(layout: Layout, names: Sequence[str]) -> bytes:
    """A PDF of cards."""
    return pdf([model.cards_part(layout, [card(name, i) for i, name in enumerate(names, 1)])])


def pdf(parts: Sequence[dict[str, Any]], *, title: str = "Thử", made_s: int = 0) -> bytes:
    """The PDF of these parts."""
    document = model.document(title, parts, host=HOST, demo=True)
    return press_worker.print_pdf(_press(), Request(document=document, made_s=made_s))


@cache
def _press() -> typst.Compiler:
    return press_worker.compiler()
