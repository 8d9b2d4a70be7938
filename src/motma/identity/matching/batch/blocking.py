"""Which pairs are worth comparing: those that share at least one key that few people have."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch.columns import Lexicon, Side
from motma.identity.matching.batch.tables import Codes
from motma.identity.matching.syllables import sound

Keys = NDArray[np.uint64]
Rows = NDArray[np.int64]

#: A key that more people have is no key: it would compare everybody with everybody.
MOST_PEOPLE: Final = 400
#: The same for looser keys, asked of few records.
MOST_LOOSE: Final = 2_000
#: An odd multiplier that spreads keys: 2**64 over the golden ratio. Source: Knuth, TAOCP 3, 6.4.
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_NONE: Final = np.uint64(0)
_TAIL: Final = 6


def _key(*columns: Codes) -> Keys:
    """One number of several codes; 0, no key, where one of them says nothing.

    Two sets of codes may share a number: that costs a comparison and does no harm.
    """
    key = np.full(len(columns[0]), 1, np.uint64)
    known = np.ones(len(columns[0]), bool)
    for column in columns:
        key = (key ^ column.astype(np.uint64)) * _GOLDEN
        key ^= key >> np.uint64(29)
        known &= column != 0
    return np.where(known, key, _NONE)


Reading = Callable[[Side, "Halves"], Keys]


@dataclass(frozen=True, slots=True)
class Block:
    """How a person gets a key, and a record its own; its data may be read in several ways."""

    name: str
    person: Reading
    record: tuple[Reading, ...] = ()  # empty: as a person's
    by_document: bool = False  # people stand under each of their documents

    @property
    def asked(self) -> tuple[Reading, ...]:
        """The keys that a record asks for."""
        return self.record or (self.person,)


@dataclass(frozen=True, slots=True)
class Halves:
    """Codes of what stands in for a value: one wrong digit spares one half of a number."""

    document_head: Codes
    document_tail: Codes
    bhyt_head: Codes
    bhyt_tail: Codes
    commune: Codes  # of the new world, of each area: old and new codes of a place meet in it
    province: Codes
    sound: Codes  # of each part of a name
    holders: Codes  # the commune of whoever has the document: a relative's may be shown


def halves(lexicon: Lexicon, people: Side) -> Halves:
    """The halves of all numbers of a lexicon, and where those live who hold the documents."""
    documents, bhyts = lexicon.texts["document"], lexicon.texts["bhyt"]
    commune = lexicon.communes[:, 0] + 1
    holders = np.zeros(len(documents), np.int32)
    rows, numbers = people.holders()
    holders[numbers] = commune[people.area[rows]]
    return Halves(
        _coded([text[:-_TAIL] for text in documents]),
        _coded([text[-_TAIL:] for text in documents]),
        _coded([text[: len(text) // 2] for text in bhyts]),
        _coded([text[len(text) // 2 :] for text in bhyts]),
        commune,
        lexicon.provinces[:, 0] + 1,
        _coded([sound(text) for text in lexicon.parts.values]),
        holders,
    )


def _coded(texts: list[str]) -> Codes:
    codes = {"": 0}
    return np.array([codes.setdefault(text, len(codes)) for text in texts], np.int32)


def _year_and_commune(years: int) -> Reading:
    return lambda s, h: _key(np.where(s.year == 0, 0, s.year + years), h.commune[s.area])


BLOCKS: Final = (
    Block("document", lambda s, _: _key(s.document), by_document=True),
    Block("bhyt", lambda s, _: _key(s.bhyt)),
    Block("phone", lambda s, _: _key(s.phone)),
    Block("name and year", lambda s, _: _key(s.plain, s.year)),
    Block("syllables and year", lambda s, _: _key(s.bag, s.year)),
    Block("name and day", lambda s, _: _key(s.plain, s.month, s.day)),
    Block("name and commune", lambda s, h: _key(s.plain, h.commune[s.area])),
    Block(
        "birth and given name",
        lambda s, _: _key(s.year, s.month, s.day, s.given),
        (
            lambda s, _: _key(s.year, s.month, s.day, s.given),
            lambda s, _: _key(s.year, s.day, s.month, s.given),
        ),
    ),
    Block("birth and family name", lambda s, _: _key(s.year, s.month, s.day, s.family)),
    Block("birth and commune", lambda s, h: _key(s.year, s.month, s.day, h.commune[s.area])),
    Block(
        "given and family name, year and commune",
        lambda s, h: _key(s.given, s.family, s.year, h.commune[s.area]),
    ),
    Block(
        "end of the document",
        lambda s, h: _key(h.document_tail[s.document], s.given),
        by_document=True,
    ),
    Block(
        "start of the document",
        lambda s, h: _key(h.document_head[s.document], s.plain),
        by_document=True,
    ),
    Block("start of the insurance number", lambda s, h: _key(h.bhyt_head[s.bhyt], s.given)),
    Block("end of the insurance number", lambda s, h: _key(h.bhyt_tail[s.bhyt], s.given)),
)


#: Looser keys, for the few records that the others leave undecided.
LOOSE: Final = (
    Block(
        "year and commune, years that a wrong digit or a miscount makes",
        _year_and_commune(0),
        tuple(map(_year_and_commune, (0, -1, 1, -10, 10))),
    ),
    Block(
        "birth",
        lambda s, _: _key(s.year, s.month, s.day),
        (
            lambda s, _: _key(s.year, s.month, s.day),
            lambda s, _: _key(s.year, s.day, s.month),
        ),
    ),
    Block(
        "given name first, birth",
        lambda s, _: _key(s.given, s.year, s.month, s.day),
        (lambda s, _: _key(s.family, s.year, s.month, s.day),),
    ),
    Block("given name, month and day", lambda s, h: _key(h.sound[s.given], s.month, s.day)),
    Block("sounds and year", lambda s, _: _key(s.sounds, s.year)),
    Block("sounds, month and day", lambda s, _: _key(s.sounds, s.month, s.day)),
    Block("sounds and commune", lambda s, h: _key(s.sounds, h.commune[s.area])),
    Block("sounds and province", lambda s, h: _key(s.sounds, h.province[s.area])),
    Block(
        "given and family name and year",
        lambda s, h: _key(h.sound[s.given], h.sound[s.family], s.year),
    ),
    Block(
        "given and family name and commune",
        lambda s, h: _key(h.sound[s.given], h.sound[s.family], h.commune[s.area]),
    ),
    Block("given and middle name and year", lambda s, _: _key(s.given, s.middle, s.year)),
    Block(
        "given and middle name and commune",
        lambda s, h: _key(s.given, s.middle, h.commune[s.area]),
    ),
    Block(
        "given name, year and province; the name may come first",
        lambda s, h: _key(h.sound[s.given], s.year, h.province[s.area]),
        (
            lambda s, h: _key(h.sound[s.given], s.year, h.province[s.area]),
            lambda s, h: _key(h.sound[s.family], s.year, h.province[s.area]),
        ),
    ),
    Block(
        "family name, year and province",
        lambda s, h: _key(h.sound[s.family], s.year, h.province[s.area]),
    ),
    Block(
        "end of the document alone",
        lambda s, h: _key(h.document_tail[s.document]),
        by_document=True,
    ),
    Block(
        "start of the document, given name",
        lambda s, h: _key(h.document_head[s.document], s.given),
        by_document=True,
    ),
    Block(
        "given name, where the holder of the document lives",
        lambda s, h: _key(h.sound[s.given], h.commune[s.area]),
        (lambda s, h: _key(h.sound[s.given], h.holders[s.document]),),
    ),
    Block(
        "year, where the holder of the document lives",
        _year_and_commune(0),
        (lambda s, h: _key(s.year, h.holders[s.document]),),
    ),
)


class Index:
    """People sorted by the keys of every block, ready to be looked up."""

    def __init__(
        self,
        people: Side,
        parts: Halves,
        blocks: tuple[Block, ...] = BLOCKS,
        *,
        most: int = MOST_PEOPLE,
    ) -> None:
        self._people = people
        self._parts = parts
        self._most = most
        self._sorted = [(block, *self._order(block)) for block in blocks]

    def _order(self, block: Block) -> tuple[Keys, Codes]:
        people, rows = self._people, np.arange(len(self._people))
        if block.by_document:
            rows, numbers = people.holders()
            people = replace(people.rows(rows), document=numbers)
        keys = block.person(people, self._parts)
        order = np.argsort(keys, kind="stable")
        return keys[order], rows[order].astype(np.int32)

    def widened(self, blocks: tuple[Block, ...], *, most: int) -> "Index":
        """With these blocks besides, and with commoner keys."""
        wider = Index(self._people, self._parts, blocks, most=most)
        wider._sorted[:0] = self._sorted
        return wider

    def pairs(self, records: Side) -> tuple[Rows, Rows]:
        """Different pairs of rows (person, record) that share a key, sorted by record."""
        found = [
            person | record << 32
            for block, keys, order in self._sorted
            for asked in block.asked
            for person, record in [_join(keys, order, asked(records, self._parts), self._most)]
        ]
        pairs = np.unique(np.concatenate(found)) if found else np.zeros(0, np.int64)
        return pairs & (2**32 - 1), pairs >> 32


def _join(keys: Keys, order: Codes, wanted: Keys, most: int) -> tuple[Rows, Rows]:
    """Rows (person, record) with one key; keys that too many people have join nobody."""
    first = np.searchsorted(keys, wanted, "left")
    count = np.searchsorted(keys, wanted, "right") - first
    count[(wanted == _NONE) | (count > most)] = 0
    record = np.repeat(np.arange(len(wanted), dtype=np.int64), count)
    starts = np.repeat(first - np.concatenate(([0], np.cumsum(count)[:-1])), count)
    return order[starts + np.arange(len(record))].astype(np.int64), record


def chunks(length: int, size: int) -> Iterator[slice]:
    """Slices of at most that size."""
    return (slice(at, min(at + size, length)) for at in range(0, length, size))
