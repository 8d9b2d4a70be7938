"""From two tables to a decision per record: exact keys first, then weighed candidates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch.blocking import Index, Rows, chunks, halves
from motma.identity.matching.batch.columns import Lexicon, Side
from motma.identity.matching.batch.keys import LOOSE
from motma.identity.matching.batch.scoring import Bits, Scorer
from motma.identity.matching.batch.tables import Codes
from motma.identity.matching.comparing import COMPARISONS, UNKNOWN, Born, Number, Part, Place, Sex
from motma.identity.matching.deciding import LINK, REVIEW, SHOWN
from motma.identity.matching.weighing import prior_bits
from motma.identity.matching.weights import Model

#: Records whose candidates are weighed at once: bounds the memory.
_STEP: Final = 40_000
#: The same with looser keys, which find more candidates.
_LOOSE_STEP: Final = 2_000
#: Records looked up by exact keys at once.
_EXACT_STEP: Final = 200_000

NONE, REVIEWED, LINKED = 0, 1, 2

_AT: Final = {comparison.name: at for at, comparison in enumerate(COMPARISONS)}
_AGREE: Final = (Number.EQUAL, Number.DIGIT)
_MUST_AGREE: Final = (
    ("sex", Sex.EQUAL),
    ("document", Number.EQUAL),
    ("bhyt", Number.EQUAL),
    ("phone", Number.EQUAL),
)


@dataclass(frozen=True, slots=True)
class Links:
    """The decision of every record: 0 none, 1 review, 2 link; candidates are rows, -1 for none."""

    decision: NDArray[np.int8]
    probability: Bits
    candidates: Codes
    exact: NDArray[np.bool_]

    @classmethod
    def empty(cls, records: int) -> "Links":
        """Nothing is decided."""
        return cls(
            np.zeros(records, np.int8),
            np.zeros(records),
            np.full((records, SHOWN), -1, np.int32),
            np.zeros(records, bool),
        )


def link(
    model: Model,
    lexicon: Lexicon,
    people: Side,
    records: Side,
    *,
    each: Callable[[int], object] = int,
    exact_only: bool = False,
) -> Links:
    """Decide on every record, or only by exact keys; `each` hears how many more are done."""
    links = Links.empty(len(records))
    if not len(people):
        return links
    scorer = Scorer(model, lexicon, people, records)
    for rows in chunks(len(records), _EXACT_STEP):
        _link_exact(model, scorer, people, records, rows, links)
    each(int(links.exact.sum()))
    left = np.flatnonzero(~links.exact)
    if exact_only:
        return links
    index = Index(people, halves(lexicon, people))
    for rows in chunks(len(left), _STEP):
        _weigh(model, scorer, index, people, records, left[rows], links)
        each(rows.stop - rows.start)
    left = np.flatnonzero(links.decision != LINKED)
    index = index.widened(LOOSE)
    for rows in chunks(len(left), _LOOSE_STEP):
        _weigh(model, scorer, index, people, records, left[rows], links)
    return links


def _link_exact(
    model: Model, scorer: Scorer, people: Side, records: Side, rows: slice, links: Links
) -> None:
    """Records whose document or insurance number only one person has, with equal name and birth.

    The number alone links nobody: it may be a relative's, or hit a stranger by one wrong digit. And
    whatever else the record says must agree, or it is weighed against everybody.
    """
    insured = np.flatnonzero(people.bhyt)
    held_by = {"document": people.holders(), "bhyt": (insured, people.bhyt[insured])}
    for column in ("document", "bhyt"):
        owner = _only_owner(*held_by[column], int(getattr(records, column).max(initial=0)))
        held = owner[getattr(records, column)[rows]]
        here = np.arange(rows.start, rows.stop)
        known = (held >= 0) & ~links.exact[here]
        here, held = here[known], held[known]
        same = _same_name_and_birth(people.rows(held), records.rows(here))
        here, held = here[same], held[same]
        one, other = people.rows(held), records.rows(here)
        found = scorer.levels(one, other)
        bits = scorer.bits(one, other, found) + _against_nobody(model, len(people))
        sure = 1 / (1 + 2**-bits)
        linked = (sure >= LINK) & _undisputed(other, found)
        here, held = here[linked], held[linked]
        links.exact[here] = True
        links.decision[here] = LINKED
        links.probability[here] = sure[linked]
        links.candidates[here, 0] = held


def _same_name_and_birth(people: Side, records: Side) -> NDArray[np.bool_]:
    """Whether full names are equal without marks, and full birth dates."""
    same: NDArray[np.bool_] = (
        (people.plain == records.plain) & (people.given != 0) & (people.day != 0)
    )
    for part in ("year", "month", "day"):
        same &= getattr(people, part) == getattr(records, part)
    return same


def _undisputed(records: Side, found: list[NDArray[np.int8]]) -> NDArray[np.bool_]:
    """Whether whatever the records say agrees: what does not may be another person's."""
    place = found[_AT["commune"]]
    fine: NDArray[np.bool_] = (
        (place == Place.EQUAL) | (place == Place.OVERLAP) | (records.area == 0)
    )
    for name, equal in _MUST_AGREE:
        fine &= (found[_AT[name]] == equal) | (getattr(records, name) == 0)
    return fine


def _only_owner(rows: NDArray[np.intp], numbers: Codes, most: int) -> Codes:
    """The row that alone has each number, -1 where there is none or several."""
    owner = np.full(1 + max(most, int(numbers.max(initial=0))), -1, np.int32)
    owner[numbers] = rows
    shared = numbers[owner[numbers] != rows]  # somebody else has it too, and came last
    owner[shared] = -1
    return owner


def _against_nobody(model: Model, people: int) -> float:
    """Bits between a pair's own odds and its odds against nobody at all."""
    here = (1 - model.absent) / model.absent
    return float(np.log2(here / max(people, 2))) - prior_bits(people)


def _weigh(
    model: Model,
    scorer: Scorer,
    index: Index,
    people: Side,
    records: Side,
    which: Rows,
    links: Links,
) -> None:
    """Weigh all candidates of some records and decide."""
    person, record = index.pairs(records.rows(which))
    if not len(person):
        return
    one, other = people.rows(person), records.rows(which[record])
    found = scorer.levels(one, other)
    bits = scorer.bits(one, other, found)
    fine = _may_link(model, found)
    best_first = np.lexsort((person, -bits, record))
    person, record = person[best_first], record[best_first]
    bits, fine = bits[best_first], fine[best_first]
    starts = np.flatnonzero(np.diff(record, prepend=-1))
    top = bits[starts]
    sizes = np.diff(starts, append=len(record))
    rivals = np.add.reduceat(2 ** (bits - np.repeat(top, sizes)), starts)
    sure = 1 / (rivals + 2 ** -(top + _against_nobody(model, len(people))))
    rows = which[record[starts]]
    likely = 1 / (1 + 2**-top) >= REVIEW
    links.decision[rows] = np.where(
        (sure >= LINK) & fine[starts], LINKED, np.where(likely, REVIEWED, NONE)
    )
    links.probability[rows] = sure
    for at in range(SHOWN):
        there = likely & (sizes > at)
        links.candidates[rows[there], at] = person[starts[there] + at]


def _may_link(model: Model, found: list[NDArray[np.int8]]) -> NDArray[np.bool_]:
    """What `deciding.may_link` says, in columns."""
    own = np.zeros(len(found[0]), np.int8)
    for feature in ("given", "birth", "document", "bhyt"):
        weights = model.comparisons[_AT[feature]]
        speaks = np.array([*(level.bits > 0 for level in weights.levels), False])
        own += speaks[found[_AT[feature]]]
    given, birth = found[_AT["given"]], found[_AT["birth"]]
    document, bhyt, phone = (found[_AT[name]] for name in ("document", "bhyt", "phone"))
    against = np.isin(given, (Part.DIFFERENT, UNKNOWN)) | (birth == Born.DIFFERENT)
    vouched = np.any([np.isin(one, _AGREE) for one in (document, bhyt, phone)], axis=0)
    against |= np.isin(birth, (Born.YEAR, Born.NEAR_YEAR, UNKNOWN)) & ~vouched
    anothers = (document == Number.DIFFERENT) & (phone == Number.DIFFERENT)
    against |= anothers & (bhyt != Number.EQUAL)
    allowed: NDArray[np.bool_] = ~against & (own >= 2)  # noqa: PLR2004 - two kinds of evidence
    return allowed
