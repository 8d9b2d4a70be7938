"""From two tables to a decision per record: exact keys first, then weighed candidates."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch.blocking import Index, Rows, chunks, cut
from motma.identity.matching.batch.columns import Lexicon, Side
from motma.identity.matching.batch.judging import LINKED, Judged, certain, judged
from motma.identity.matching.batch.keys import LOOSE
from motma.identity.matching.batch.scoring import Bits, Scorer
from motma.identity.matching.batch.spreading import spread
from motma.identity.matching.batch.tables import Codes
from motma.identity.matching.deciding import SHOWN
from motma.identity.matching.weights import Model

#: Records whose candidates are weighed at once: bounds the memory.
_STEP: Final = 40_000
#: The same with looser keys, which find more candidates.
_LOOSE_STEP: Final = 1_000
#: Records looked up by exact keys at once.
_EXACT_STEP: Final = 200_000


@dataclass(frozen=True, slots=True)
class Links:
    """The decision of every record, see `judging`; candidates are rows, -1 for none."""

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
    scorer = Scorer.of(model, lexicon, people, records)
    for rows in chunks(len(records), _EXACT_STEP):
        _link_exact(scorer, people, records, rows, links)
    each(int(links.exact.sum()))
    if exact_only:
        return links
    index = Index(people, cut(lexicon, people))
    for wider, step in ((False, _STEP), (True, _LOOSE_STEP)):
        left = np.flatnonzero(links.decision != LINKED)
        index = index.widened(LOOSE) if wider else index
        weigh = partial(_weigh, model, scorer, index, people, records)
        parts = [left[rows] for rows in chunks(len(left), step)]
        for part, found in zip(parts, spread(weigh, parts), strict=True):
            links.decision[found.record] = found.decision
            links.probability[found.record] = found.probability
            links.candidates[found.record] = found.candidates
            linked = int((found.decision == LINKED).sum())
            each(len(part) if wider else linked)  # the others are asked for once more
    return links


def _link_exact(scorer: Scorer, people: Side, records: Side, rows: slice, links: Links) -> None:
    """Records whose document or insurance number only one person has, as far as that decides."""
    insured = np.flatnonzero(people.bhyt)
    held_by = {"document": people.holders(), "bhyt": (insured, people.bhyt[insured])}
    for column in ("document", "bhyt"):
        owner = _only_owner(*held_by[column], int(getattr(records, column).max(initial=0)))
        held = owner[getattr(records, column)[rows]]
        here = np.arange(rows.start, rows.stop)
        known = (held >= 0) & ~links.exact[here]
        here, held = here[known], held[known]
        linked, sure = certain(scorer, people, records, held, here)
        here, held = here[linked], held[linked]
        links.exact[here] = True
        links.decision[here] = LINKED
        links.probability[here] = sure
        links.candidates[here, 0] = held


def _only_owner(rows: NDArray[np.intp], numbers: Codes, most: int) -> Codes:
    """The row that alone has each number, -1 where there is none or several."""
    owner = np.full(1 + max(most, int(numbers.max(initial=0))), -1, np.int32)
    owner[numbers] = rows
    shared = numbers[owner[numbers] != rows]  # somebody else has it too, and came last
    owner[shared] = -1
    return owner


def _weigh(
    model: Model, scorer: Scorer, index: Index, people: Side, records: Side, which: Rows
) -> Judged:
    """Weigh all candidates of some records and decide."""
    person, record = index.pairs(records.rows(which))
    return judged(model, scorer, people, records, person=person, record=which[record])
