"""A folder in which laboratories leave NDJSON files, read like any other source."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
import structlog

from motma.egress.errors import NoAnswer
from motma.records.sources.errors import AnswerUnreadable
from motma.records.sources.model import Page
from motma.records.sources.port import MOST_ITEMS

#: How long a file that was read is kept, from when it was written.
KEEP_FILES: Final = timedelta(days=31)
#: A page ends after so many bytes; a line that is longer is cut off here.
_MOST_BYTES: Final = 8 << 20

#: Where a folder finds what was decided of its records.
_CORRECTIONS: Final = "corrections"
#: The cursor of a folder in which nothing was read yet.
_NOTHING: Final = "-"


_log = structlog.get_logger("motma.sources")


class _Place(msgspec.Struct, frozen=True):
    """How far a folder was read: a file, by what it is and not only by its name, and a byte."""

    name: str
    identity: str
    offset: int
    ended: bool


class FolderDrop:
    """Files `*.ndjson`, by name; one that was read to its end moves to `done/`.

    A file must come whole: written under another ending, then renamed. The cursor knows a file by
    inode and time too, so another file under a name that was read before is another file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def page(self, cursor: str) -> Page:
        """The next lines of the file that is being read, or of the first one by name."""
        try:
            return await asyncio.to_thread(self._read, cursor)
        except (msgspec.DecodeError, OSError) as error:
            raise AnswerUnreadable from error

    async def forget(self, before: datetime) -> None:
        """Delete files in `done/` that were written before that; what can't be is logged."""
        try:
            await asyncio.to_thread(self._forget, before.timestamp())
        except OSError as error:  # of one folder; reading and the other sources go on
            _log.warning("a read file was not deleted", error=type(error).__name__)

    async def leave(self, texts: Mapping[str, bytes]) -> None:
        """Leave corrections in `corrections/`, each whole, as `<id>.json`; again changes nothing.

        Whoever owns the folder takes them away; what is still there is deleted as read files are.
        """
        try:
            await asyncio.to_thread(self._leave, texts)
        except OSError as error:
            raise NoAnswer from error

    async def settled(self, cursor: str) -> None:
        """Move a file away once its last line is committed."""
        await asyncio.to_thread(self._put_away, _place_of(cursor))

    def _read(self, cursor: str) -> Page:
        before = _place_of(cursor)
        self._put_away(before)  # a process may have died between the commit and the move
        files = sorted(each for each in self._folder.glob("*.ndjson") if each.is_file())
        reading = next((each for each in files if _is(each, before)), None)
        if reading is None:
            if not files:
                return Page(items=(), cursor=cursor or _NOTHING, backlog=0)
            reading, before = files[0], None
        lines, offset, ended = _lines(reading, before.offset if before else 0)
        place = _Place(reading.name, _identity(reading), offset, ended)
        return Page(
            items=tuple(msgspec.Raw(line) for line in lines),
            cursor=msgspec.json.encode(place).decode(),
            more=not ended or len(files) > 1,
            backlog=len(files) - ended,
        )

    def _forget(self, before_s: float) -> None:
        left = (self._folder / _CORRECTIONS).glob("*.json*")
        for file in (*(self._folder / "done").glob("*.ndjson"), *left):
            if file.stat().st_mtime < before_s:
                file.unlink(missing_ok=True)

    def _leave(self, texts: Mapping[str, bytes]) -> None:
        folder = self._folder / _CORRECTIONS
        folder.mkdir(mode=0o750, exist_ok=True)
        for name, text in texts.items():
            part = folder / f"{name}.json.part"
            part.touch(mode=0o640)  # the folder's group, and nobody else
            part.write_bytes(text)
            part.replace(folder / f"{name}.json")

    def _put_away(self, place: _Place | None) -> None:
        if place is None or not place.ended:
            return
        file = self._folder / place.name
        if not _is(file, place):
            return
        done = self._folder / "done"
        done.mkdir(exist_ok=True)
        file.rename(done / f"{place.identity}-{place.name}")


def _lines(file: Path, offset: int) -> tuple[list[bytes], int, bool]:
    """Lines from a byte on, the byte after them, and whether the file is read; none is empty.

    A line that is longer than a page is cut off; it is far too large for an item anyway.
    """
    lines: list[bytes] = []
    read = 0
    with file.open("rb") as opened:
        opened.seek(offset)
        while len(lines) < MOST_ITEMS and read < _MOST_BYTES:
            line = opened.readline(_MOST_BYTES)
            if not line:
                return lines, opened.tell(), True
            rest = line
            while rest and not rest.endswith(b"\n"):
                rest = opened.readline(_MOST_BYTES)
            read += len(line)
            if line.strip():
                lines.append(line.strip())
        return lines, opened.tell(), False


def _is(file: Path, place: _Place | None) -> bool:
    """Whether this is the very file that the cursor speaks of."""
    if place is None or file.name != place.name or not file.is_file():
        return False
    return _identity(file) == place.identity


def _identity(file: Path) -> str:
    stat = file.stat()
    return f"{stat.st_ino:x}-{stat.st_mtime_ns:x}"


def _place_of(cursor: str) -> _Place | None:
    return msgspec.json.decode(cursor, type=_Place) if cursor.startswith("{") else None
