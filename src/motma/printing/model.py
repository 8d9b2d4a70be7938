"""Documents as values: what stands on a card, a slip, a poster, and how pages are laid out."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from motma.codec import issued
from motma.kernel.clock import CIVIL_ZONE
from motma.printing import lettering

#: Digits of a QID that stand together on a card, as people read them to each other.
_GROUP: Final = 3


class Layout(StrEnum):
    """How cards stand on pages."""

    CARD = "card"  # ID-1 pages, front and back in turn
    ONE = "a4-1"  # one person a page, to cut and fold, with how to use it
    EIGHT = "a4-8"  # with gaps between the cards
    TEN = "a4-10"  # edge to edge

    @property
    def cards_a_sheet(self) -> int:
        """How many cards one sheet of paper holds."""
        return {Layout.EIGHT: 8, Layout.TEN: 10}.get(self, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What stands on one card; the templates draw the symbol of `text`."""

    name: str
    born: str
    qid: str
    issue: str
    until: str
    text: str
    alt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slip:
    """An activation code for a person's wallet."""

    name: str
    code: str
    until: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Poster:
    """The code of a place."""

    name: str
    kind: str
    origin: str
    text: str
    alt: str


def card(full_name: str, text: str) -> Card:
    """The card of a signed text on paper, with the name as the person writes it.

    A name that the font can't show stands as in the code: A-Z, `X` for a word in another script.
    """
    issue = issued.parse(text).issue
    name = full_name if lettering.shows(full_name) else issue.name
    qid = grouped(issue.qid)
    return Card(
        name=name,
        born=f"**/**/{issue.born[:4]}",
        qid=qid,
        issue=str(issue.number),
        until=f"{issue.expires_on:%d/%m/%Y}",
        text=text,
        alt=f"Mã QR cá nhân bản giấy của {name}, mã định danh {qid}",
    )


def slip(full_name: str, code: str, until: datetime) -> Slip:
    """The slip of an activation code."""
    return Slip(name=lettering.printable(full_name), code=code, until=civil(until))


def poster(name: str, *, kind: str, origin: str, text: str) -> Poster:
    """The poster of a signed place code."""
    shown = lettering.printable(name)
    return Poster(name=shown, kind=kind, origin=origin, text=text, alt=f"Mã QR của {shown}")


def grouped(qid: str) -> str:
    """A QID in groups, as it is read aloud.

    >>> grouped("179182651409203417")
    '179 182 651 409 203 417'
    """
    return " ".join(qid[i : i + _GROUP] for i in range(0, len(qid), _GROUP))


def civil(moment: datetime) -> str:
    """A moment at the wall clock of Vietnam.

    >>> civil(datetime.fromisoformat("2026-11-25T04:36:00+00:00"))
    '25/11/2026 11:36'
    """
    return f"{moment.astimezone(CIVIL_ZONE):%d/%m/%Y %H:%M}"


def cards_part(layout: Layout, cards: Sequence[Card], *, foot: str = "") -> dict[str, Any]:
    """Pages of cards; `foot` stands outside the cut marks of a sheet."""
    kind = "id1" if layout is Layout.CARD else str(layout)
    return {"kind": kind, "cards": [asdict(one) for one in cards], "foot": foot}


def slips_part(slips: Sequence[Slip]) -> dict[str, Any]:
    """Pages of slips, three on each."""
    return {"kind": "slips", "slips": [asdict(one) for one in slips]}


def poster_part(of: Poster) -> dict[str, Any]:
    """The page of a poster."""
    return {"kind": "poster", "poster": asdict(of)}


def document(
    title: str, parts: Sequence[dict[str, Any]], *, host: str, demo: bool
) -> dict[str, Any]:
    """A whole document; `host` is where people reach the platform, empty when that is not set."""
    return {
        "title": title,
        "parts": [_linked(part, host) for part in parts],
        "host": host,
        "demo": demo,
    }


def _linked(part: dict[str, Any], host: str) -> dict[str, Any]:
    """A part whose slips open the wallet, where people can reach one."""
    if "slips" not in part:
        return part
    slips = [one | {"link": joining(host, one["code"]) if host else ""} for one in part["slips"]]
    return part | {"slips": slips}


def joining(host: str, code: str) -> str:
    """The address that opens the wallet with an activation code: after `#`, no server sees it.

    >>> joining("qr.example.vn", "ABCD-EFGH-JKLM")
    'https://qr.example.vn/wallet/#/join/ABCD-EFGH-JKLM'
    """
    return f"https://{host}/wallet/#/join/{code}"


def host_of(public_url: str) -> str:
    """What people type to reach the platform.

    >>> host_of("https://qr.example.vn/"), host_of("")
    ('qr.example.vn', '')
    """
    return public_url.partition("://")[2].rstrip("/")
