"""Bits of pairs in columns: the weights of `weighing`, with the rarity of terms in these files."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch.columns import Lexicon, Side
from motma.identity.matching.batch.levels import Comparer, Levels
from motma.identity.matching.batch.tables import Codes
from motma.identity.matching.weighing import prior_bits
from motma.identity.matching.weights import RARE_NAME, Model, Terms

Bits = NDArray[np.float64]

#: Features whose rarity counts, and the column that holds the term.
TERMS: Final = {
    "given": "given",
    "middle": "middle",
    "family": "family",
    "birth": "birth",
    "document": "document",
    "bhyt": "bhyt",
    "phone": "phone",
    "commune": "area_term",
}
#: Numbers that belong to one person or one household.
NUMBERS: Final = ("document", "bhyt", "phone")
#: However few people a file has, a number is no commoner than if it had so many.
LEAST_PEOPLE: Final = 100_000
#: People that the country's own shares weigh as much as.
_SAMPLE: Final = 5_000
#: Communes of the country until 2025. Source: domain.md §4.
_COMMUNES: Final = 10_598
#: Share of a birth date when everybody is under seventy: one in 25,567 days.
_BIRTHDAY: Final = 1 / 25_567
#: Months and days in one number.
_DAYS: Final = 32 * 16


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people have each term, by its code, and how many records; in files of what size."""

    people: int
    records: int
    held: Mapping[str, NDArray[np.int64]]
    written: Mapping[str, NDArray[np.int64]]  # of phones alone

    @classmethod
    def of(cls, people: Side, records: Side) -> "Counts":
        """All terms of both files, counted."""
        held, written = {}, {}
        for feature in TERMS:
            columns = term(people, feature), term(records, feature)
            if feature == "document":
                columns = people.holders()[1], columns[1]
            size = 1 + max(int(column.max(initial=0)) for column in columns)
            held[feature] = np.bincount(columns[0], minlength=size)
            if feature == "phone":
                written[feature] = np.bincount(columns[1], minlength=size)
        return cls(len(people), len(records), held, written)


class Scorer:
    """Weighs pairs of rows of two sides."""

    def __init__(self, model: Model, lexicon: Lexicon, counts: Counts) -> None:
        self._model = model
        self.comparer = Comparer(lexicon)
        self._people = counts.people
        self.prior = prior_bits(counts.people)
        self._weights = {weights.name: weights for weights in model.comparisons}
        self._bits = {
            name: np.array([*(one.bits for one in weights.levels), 0.0])  # the last is unknown
            for name, weights in self._weights.items()
        }
        self._rarity = {
            weights.name: np.log2(
                weights.usual_share / shares(model, lexicon, counts, weights.name)
            )
            for weights in model.comparisons
            if weights.rarity_of
        }

    @classmethod
    def of(cls, model: Model, lexicon: Lexicon, people: Side, records: Side) -> "Scorer":
        """For whole files."""
        return cls(model, lexicon, Counts.of(people, records))

    @property
    def against_nobody(self) -> float:
        """Bits between a pair's own odds and its odds against nobody at all."""
        here = (1 - self._model.absent) / self._model.absent
        return float(np.log2(here / max(self._people, 2))) - prior_bits(self._people)

    def levels(self, people: Side, records: Side) -> list[Levels]:
        """The levels of rows side by side."""
        return self.comparer.levels(people, records)

    def bits(self, people: Side, records: Side, found: list[Levels] | None = None) -> Bits:
        """The weight of each pair of rows side by side."""
        total = np.full(len(people), self.prior)
        for weights, level in zip(
            self._model.comparisons, found or self.levels(people, records), strict=True
        ):
            total += self.part(weights.name, people, records, level)
        return total

    def part(self, name: str, people: Side, records: Side, level: Levels) -> Bits:
        """What one comparison adds."""
        weights = self._weights[name]
        bits = self._bits[name][level]
        if not weights.rarity_of:
            return bits
        rarity = self._rarity[name]
        # A person may have several documents: the one that agrees is the record's.
        one = records if name == "document" else people
        adjusted = np.flatnonzero((level >= 0) & (level < weights.rarity_of))
        terms = (term(side, name)[adjusted] for side in (one, records))
        bits[adjusted] += np.minimum(*(rarity[codes] for codes in terms))
        return bits

    def best(self, name: str) -> float:
        """The most that one comparison may add, whatever the values."""
        rarity = self._rarity.get(name)
        rarest = 0.0 if rarity is None else max(0.0, float(rarity.max(initial=0)))
        return max(0.0, float(self._bits[name].max())) + rarest


def term(side: Side, feature: str) -> Codes:
    """The term of each row, as a number."""
    if feature == "birth":
        return side.year * _DAYS + side.month * 32 + side.day
    codes: Codes = getattr(side, TERMS[feature])
    return codes


def shares(model: Model, lexicon: Lexicon, counts: Counts, feature: str) -> Bits:
    """The share of each term among the people; of a phone also among the records.

    One phone on a whole session's records says little of who any of them is. A file is taken for
    a sample of the country: in a small one the country's own shares count more, so that three
    people of one commune don't make the commune worthless, nor a rare name common.
    """
    held = counts.held[feature]
    if feature in NUMBERS:
        people = max(counts.people, LEAST_PEOPLE)
        share: Bits = held / people
        if feature in counts.written:
            written = counts.written[feature]
            share = np.maximum(share, written / max(counts.records, LEAST_PEOPLE))
        return np.maximum(share, 1 / people)
    usual = _usual(model, lexicon, feature, len(held))
    return (held + _SAMPLE * usual) / (counts.people + _SAMPLE)


def _usual(model: Model, lexicon: Lexicon, feature: str, size: int) -> Bits:
    """The share of each term in the country, as far as it is known."""
    if feature in model.names:
        table = model.names[feature]
        texts = lexicon.parts.values[:size]
        return np.array([table.get(text, RARE_NAME) for text in texts])
    if feature == "commune":
        return np.full(size, 1 / _COMMUNES)
    return np.full(size, _BIRTHDAY)


def terms(model: Model, lexicon: Lexicon, people: Side, records: Side) -> Terms:
    """The same rarities by text, for weighing single pairs and explaining them."""
    counts = Counts.of(people, records)
    known = {}
    for feature in TERMS:
        share = shares(model, lexicon, counts, feature)
        if feature == "birth":
            named = {_date(code): share[code] for code in np.unique(term(people, feature)).tolist()}
        else:
            named = dict(zip(lexicon.texts[feature], share.tolist(), strict=False))
        known[feature] = named
    return Terms(len(people), known)


def _date(code: int) -> str:
    return f"{code // _DAYS:04d}-{code % _DAYS // 32:02d}-{code % 32:02d}"
