"""Dead letters: written with the page that held them, read, replayed or discarded by a person."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.access.model import line
from motma.kernel.errors import Malformed
from motma.kernel.ids import uuid7
from motma.records.sources import doses, people, queries
from motma.records.sources.errors import (
    LetterUnknown,
    OtherItem,
    SourceUnknown,
    TooManyLetters,
)
from motma.records.sources.model import DEAD_LETTER, PEOPLE, Dead, Taken
from motma.records.sources.naming import id_of, version_of
from motma.records.sources.port import LARGEST_ITEM
from motma.storage.pool import Connection

#: Most letters that are listed at once.
MOST: Final = 500
#: Most letters of a source that may be open; what comes then is declined, page by page.
MOST_OPEN: Final = 10_000
#: Code of an item that is larger than any may be.
TOO_LARGE: Final = "sources.item-too-large"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter as it is listed: what is wrong and since when, never what it says."""

    letter_id: UUID
    source: str
    code: str
    field: str | None
    tries: int
    written_at: datetime
    tried_at: datetime


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a replayed letter; `code` says why it is still dead."""

    taken: bool
    code: str | None = None
    field: str | None = None


async def take(
    db: Connection,
    means: Means,
    source: str,
    kind: str,
    items: Sequence[bytes],
    *,
    by: UUID | None = None,
) -> Taken:
    """Take items of a source of that kind in; `by` is the registrar who corrected them."""
    small = [text for text in items if len(text) <= LARGEST_ITEM]
    if kind in PEOPLE:
        taken = await people.take(db, means, source, small, by=by)
    else:
        taken = await doses.take(db, means, source, kind, small)
    large = (text for text in items if len(text) > LARGEST_ITEM)
    dead = tuple(Dead(text=text, item_id=id_of(text), code=TOO_LARGE) for text in large)
    return msgspec.structs.replace(taken, dead=taken.dead + dead)


async def write(db: Connection, means: Means, source: str, taken: Taken) -> int:
    """Keep what could not be taken, once; end letters whose item came well after all.

    Of an item that is too large only its hash and its size are kept.
    """
    now, new = means.clock.now(), 0
    for dead in taken.dead:
        letter_id = uuid7(now, means.random)
        whole = f"{source}|{dead.text.hex()}"
        named = f"{source}|{dead.item_id}" if dead.item_id else whole
        added = await db.fetchval(
            queries.ADD_LETTER,
            letter_id,
            source,
            means.vault.blind("source-item", named),
            version_of(dead.text),
            means.vault.blind("dead-letter", whole),
            means.vault.seal(DEAD_LETTER, letter_id, _kept(dead)),
            dead.code,
            dead.field,
            now,
        )
        new += added is not None
    if new and await db.fetchval(queries.OPEN_OF, source) > MOST_OPEN:
        raise TooManyLetters(MOST_OPEN)
    await _supersede(db, means, source, taken, now)
    return new


async def _supersede(
    db: Connection, means: Means, source: str, taken: Taken, now: datetime
) -> None:
    """End letters of what was taken; nothing, where one page says both of the same version."""
    dead = {(each.item_id, version_of(each.text)) for each in taken.dead}
    came = set(zip(taken.ids, taken.versions, strict=True)) - dead
    keys = [
        (blind, version)
        for id_, version in sorted(came)
        for blind in means.vault.blinds("source-item", f"{source}|{id_}")
    ]
    if keys:
        await db.execute(queries.SUPERSEDE, *map(list, zip(*keys, strict=True)), now)


async def listed(db: Connection, source: str | None = None) -> list[Letter]:
    """The oldest open letters."""
    return [Letter(**dict(row)) for row in await queries.letters(db, source, MOST)]


async def read(db: Connection, means: Means, letter_id: UUID, *, by: UUID) -> bytes:
    """What a letter says; that it was read is in the log."""
    row = await _open(db, letter_id)
    await means.log(
        db, "sources.letter-read", {"letter_id": str(letter_id), "source": row["source"],
                                    "reader": str(by)}
    )  # fmt: skip
    return means.vault.open(DEAD_LETTER, letter_id, row["sealed"])


async def replay(
    db: Connection, means: Means, letter_id: UUID, *, by: UUID, corrected: bytes | None = None
) -> Replayed:
    """Take a letter's item in once more, as it is or corrected.

    A letter that is still dead stays as it came, with its new code; the correction is not kept. A
    correction is of the letter's own item, and of a person it is the registrar's word.
    """
    row = await _open(db, letter_id)
    source = await queries.source(db, row["source"])
    if source is None:
        raise SourceUnknown
    text = corrected or means.vault.open(DEAD_LETTER, letter_id, row["sealed"])
    if len(text) > LARGEST_ITEM:
        raise Malformed("sources.item-form", "corrected")
    if corrected is None and row["code"] == TOO_LARGE:  # what is kept of it is not the item
        taken = Taken(dead=(Dead(text=b"", item_id="", code=TOO_LARGE),))
    else:
        if corrected is not None:
            _insist_own(means, row, corrected)
        by_whom = None if corrected is None else by
        taken = await take(db, means, source.source, source.kind, [text], by=by_whom)
    now = means.clock.now()
    if taken.dead:
        dead = taken.dead[0]
        await db.execute(queries.TRY_LETTER, letter_id, now, dead.code, dead.field)
    else:
        await db.execute(queries.END_LETTER, letter_id, now, "taken", 1)
    details = {"letter_id": str(letter_id), "source": source.source, "reader": str(by),
               "corrected": corrected is not None, "taken": not taken.dead}  # fmt: skip
    await means.log(db, "sources.letter-replayed", details)
    if taken.dead:
        return Replayed(taken=False, code=taken.dead[0].code, field=taken.dead[0].field)
    return Replayed(taken=True)


async def replay_all(
    db: Connection, means: Means, *, by: UUID, source: str | None = None
) -> dict[str, int]:
    """Replay every open letter, as after a defect of ours was mended; how many were taken."""
    done = {"taken": 0, "dead": 0}
    for letter in await listed(db, source):
        replayed = await replay(db, means, letter.letter_id, by=by)
        done["taken" if replayed.taken else "dead"] += 1
    return done


async def discard(db: Connection, means: Means, letter_id: UUID, *, by: UUID, reason: str) -> None:
    """End a letter that nobody will take; the reason is in the log."""
    row = await _open(db, letter_id)
    reason = line(reason, field="reason", least=1)
    await db.execute(queries.END_LETTER, letter_id, means.clock.now(), "discarded", 0)
    details = {"letter_id": str(letter_id), "source": row["source"], "reader": str(by),
               "reason": reason}  # fmt: skip
    await means.log(db, "sources.letter-discarded", details)


def _insist_own(means: Means, row: Any, corrected: bytes) -> None:  # noqa: ANN401 - asyncpg's row
    """OtherItem unless the correction is of the item that the letter is about."""
    named = f"{row['source']}|{id_of(corrected)}"
    if row["item"] not in means.vault.blinds("source-item", named):
        raise OtherItem


def _kept(dead: Dead) -> bytes:
    """The text, or what is kept of one that is too large."""
    if dead.code != TOO_LARGE:
        return dead.text
    kept = {"sha256": hashlib.sha256(dead.text).hexdigest(), "size": len(dead.text)}
    return msgspec.json.encode(kept)


async def _open(db: Connection, letter_id: UUID) -> Any:  # noqa: ANN401 - asyncpg's row
    row = await queries.letter(db, letter_id)
    if row is None:
        raise LetterUnknown
    return row
