"""Which pairs can't matter: told by what is cheap to compare, with the best of all that is not.

Looser keys find hundreds of people for a record, nearly all of them far below what is shown. They
would only be weighed to be dropped.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch.blocking import Rows, chunks
from motma.identity.matching.batch.columns import Side
from motma.identity.matching.batch.levels import Levels, births, sexes
from motma.identity.matching.batch.scoring import Bits, Scorer
from motma.identity.matching.comparing import Middle
from motma.identity.matching.deciding import REVIEW

#: Bits below which a pair adds nothing that anybody sees: 128 times below what is shown.
FLOOR_BITS: Final = float(np.log2(REVIEW)) - 7
#: Pairs looked at once: their columns should stay in the processor's cache.
_STEP: Final = 100_000


def sift(scorer: Scorer, people: Side, records: Side, person: Rows, record: Rows) -> Rows:
    """Where the pairs stand that may reach the floor."""
    found = [
        rows.start + _worth(scorer, people.rows(person[rows]), records.rows(record[rows]))
        for rows in chunks(len(person), _STEP)
    ]
    return np.concatenate(found) if found else np.zeros(0, np.int64)


def _worth(scorer: Scorer, people: Side, records: Side) -> NDArray[np.intp]:
    compare = scorer.comparer
    given, family = (compare.part(people, records, name) for name in ("given", "family"))
    bits = scorer.prior + np.zeros(len(people))
    for name, level in _cheap(scorer, people, records):
        bits += scorer.part(name, people, records, level)
    names = scorer.part("given", people, records, given)
    names += scorer.part("family", people, records, family)
    names += _middle_at_best(scorer, people, records)
    worth = bits + names + scorer.best("marks") + scorer.best("order") >= FLOOR_BITS
    turned = bits + sum(map(scorer.best, ("given", "middle", "family", "marks", "order")))
    rows = np.flatnonzero(~worth & (turned >= FLOOR_BITS))
    sides = people.rows(rows), records.rows(rows)
    worth[rows] = compare.turnable(*sides, given[rows], family[rows])
    return np.flatnonzero(worth)


def _cheap(scorer: Scorer, people: Side, records: Side) -> Iterator[tuple[str, Levels]]:
    compare = scorer.comparer
    yield "birth", births(people, records)
    yield "sex", sexes(people, records)
    yield "commune", compare.place(people, records)
    for kind in ("document", "bhyt", "phone"):
        yield kind, compare.number(people, records, kind)


def _middle_at_best(scorer: Scorer, people: Side, records: Side) -> Bits:
    """The most that middle names may add without a turn."""
    equal = people.middle == records.middle
    level = np.where(equal, Middle.EQUAL, Middle.ALIKE).astype(np.int8)
    return scorer.part("middle", people, records, level)
