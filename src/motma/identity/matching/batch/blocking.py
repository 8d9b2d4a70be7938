"""Which pairs are worth comparing: those that share at least one key that few people have."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch.columns import Lexicon, Side
from motma.identity.matching.batch.keys import BLOCKS, Block, Key
from motma.identity.matching.batch.tables import Codes
from motma.identity.matching.syllables import sound

Keys = NDArray[np.uint64]
Rows = NDArray[np.int64]

#: An odd multiplier that spreads keys: 2**64 over the golden ratio. Source: Knuth, TAOCP 3, 6.4.
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_NONE: Final = np.uint64(0)
_TAIL: Final = 6
#: A pair in one number: the record above, the person below.
_SHIFT: Final = 32


#: What stands in for a value, by the column it is taken from: one wrong digit spares one half of a
#: number, and a sound keeps no regions apart.
CUTS: Final[Mapping[str, tuple[str, Callable[[str], str]]]] = {
    "document_head": ("document", lambda text: text[:-_TAIL]),
    "document_tail": ("document", lambda text: text[-_TAIL:]),
    "bhyt_head": ("bhyt", lambda text: text[: len(text) // 2]),
    "bhyt_tail": ("bhyt", lambda text: text[len(text) // 2 :]),
    "given_sound": ("given", sound),
    "family_sound": ("family", sound),
}
#: Birth years that a wrong digit or a miscount makes of one.
YEARS: Final = {"year-1": -1, "year+1": 1, "year-10": -10, "year+10": 10}


@dataclass(frozen=True, slots=True)
class Cuts:
    """Codes of what stands in for a value, by the value's code."""

    cuts: Mapping[str, Codes]
    commune: Codes  # of the new world, of each area: old and new codes of a place meet in it
    province: Codes
    holders: Codes  # the commune of whoever has the document: a relative's may be shown


def cut(lexicon: Lexicon, people: Side) -> Cuts:
    """The cuts of all values of a lexicon, and where those live who hold the documents."""
    commune = lexicon.communes[:, 0] + 1
    holders = np.zeros(len(lexicon.texts["document"]), np.int32)
    rows, numbers = people.holders()
    holders[numbers] = commune[people.area[rows]]
    cuts = {
        name: _coded([shorten(text) for text in lexicon.texts[of]])
        for name, (of, shorten) in CUTS.items()
    }
    return Cuts(cuts, commune, lexicon.provinces[:, 0] + 1, holders)


def _coded(texts: list[str]) -> Codes:
    codes = {"": 0}
    return np.array([codes.setdefault(text, len(codes)) for text in texts], np.int32)


def column(side: Side, parts: Cuts, name: str) -> Codes:
    """A column that keys are made of; 0 where it says nothing."""
    if name == "holder":
        return parts.holders[side.document]
    if name not in CUTS:
        return number(side, parts, name)
    of, _ = CUTS[name]
    whole: Codes = getattr(side, of)
    return parts.cuts[name][whole]


def number(side: Side, parts: Cuts, name: str) -> Codes:
    """A column that is a number in itself, or a code as it is."""
    if name in YEARS:
        return np.where(side.year == 0, 0, side.year + YEARS[name])
    if name == "commune":
        return parts.commune[side.area]
    if name == "province":
        return parts.province[side.area]
    codes: Codes = getattr(side, name)
    return codes


def key_of(key: Key, read: Callable[[str], Codes | Keys]) -> Keys:
    """One number of several columns; 0, no key, where one of them says nothing.

    Two sets of values may share a number: that costs a comparison and does no harm.
    """
    columns = [read(name) for name in key]
    made = np.full(len(columns[0]), 1, np.uint64)
    known = np.ones(len(columns[0]), bool)
    for values in columns:
        made = (made ^ values.astype(np.uint64)) * _GOLDEN
        made ^= made >> np.uint64(29)
        known &= values != 0
    return np.where(known, made, _NONE)


class Index:
    """People sorted by the keys of every block, ready to be looked up."""

    def __init__(self, people: Side, parts: Cuts, blocks: tuple[Block, ...] = BLOCKS) -> None:
        self._people = people
        self._parts = parts
        self._sorted = [(block, *self._order(block)) for block in blocks]

    def _order(self, block: Block) -> tuple[Keys, Codes]:
        people, rows = self._people, np.arange(len(self._people))
        if block.by_document:
            rows, numbers = people.holders()
            people = replace(people.rows(rows), document=numbers)
        keys = key_of(block.person, lambda name: column(people, self._parts, name))
        order = np.argsort(keys, kind="stable")
        return keys[order], rows[order].astype(np.int32)

    def widened(self, blocks: tuple[Block, ...]) -> "Index":
        """With these blocks besides."""
        wider = Index(self._people, self._parts, blocks)
        wider._sorted[:0] = self._sorted
        return wider

    def pairs(self, records: Side) -> tuple[Rows, Rows]:
        """Different pairs of rows (person, record) that share a key, sorted by record."""

        def read(name: str) -> Codes:
            return column(records, self._parts, name)

        found = [
            person | record << _SHIFT
            for block, keys, order in self._sorted
            for asked in block.asked
            for person, record in [_join(keys, order, key_of(asked, read), block.most)]
        ]
        pairs = np.concatenate(found) if found else np.zeros(0, np.int64)
        pairs.sort()  # much faster than np.unique, which hashes
        pairs = pairs[np.diff(pairs, prepend=-1) != 0]
        return pairs & (2**_SHIFT - 1), pairs >> _SHIFT


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
