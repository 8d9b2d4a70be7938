"""The port behind which every source is read: pages after a cursor, and a feed over HTTP."""

from collections.abc import Awaitable, Callable
from typing import Final, Protocol
from urllib.parse import quote

import msgspec

from motma.records.sources.errors import AnswerUnreadable
from motma.records.sources.model import Page

#: Items of a page, which is one transaction.
MOST_ITEMS: Final = 200
#: People of a page: their documents stay locked until it is committed, and desks wait for that.
MOST_PEOPLE: Final = 40
_LONGEST_CURSOR: Final = 500
_LARGEST_COUNT: Final = (1 << 63) - 1
#: An item larger than this is none.
LARGEST_ITEM: Final = 64 * 1024

#: Asks for an address, with what proves who asks.
Get = Callable[[str], Awaitable[bytes]]

_page: Final = msgspec.json.Decoder(Page)


class Port(Protocol):
    """Where items come from."""

    async def page(self, cursor: str) -> Page:
        """The items after a cursor; the first ones after an empty one."""
        ...

    async def settled(self, cursor: str) -> None:
        """The cursor was committed: what lies before it is not asked for again."""
        ...


class HttpFeed:
    """A register with a feed: `GET address?after=…&limit=…` answers a `Page`."""

    def __init__(self, get: Get, address: str, *, most: int = MOST_ITEMS) -> None:
        self._get = get
        self._address = address
        self._most = most

    async def page(self, cursor: str) -> Page:
        """Ask once; what is wrong is raised, and the caller waits."""
        join = "&" if "?" in self._address else "?"
        url = f"{self._address}{join}after={quote(cursor, safe='')}&limit={self._most}"
        answer = await self._get(url)
        try:
            page = _page.decode(answer)
        except (msgspec.DecodeError, ValueError) as error:
            raise AnswerUnreadable from error
        if len(page.items) > self._most or not 0 < len(page.cursor) <= _LONGEST_CURSOR:
            raise AnswerUnreadable
        if not page.cursor.isprintable() or (page.as_of and page.as_of.tzinfo is None):
            raise AnswerUnreadable
        if page.backlog is not None and not 0 <= page.backlog <= _LARGEST_COUNT:
            raise AnswerUnreadable
        if page.cursor == cursor and (page.items or page.more):  # would be asked for for ever
            raise AnswerUnreadable
        return page

    async def settled(self, cursor: str) -> None:
        """A feed keeps what it sent; there is nothing to do."""
