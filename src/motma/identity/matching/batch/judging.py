"""What weighed pairs come to: a decision per record, the same on every backend."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching.batch.blocking import Rows
from motma.identity.matching.batch.columns import Side
from motma.identity.matching.batch.levels import Levels
from motma.identity.matching.batch.scoring import Bits, Scorer
from motma.identity.matching.batch.sifting import sift
from motma.identity.matching.batch.tables import Codes
from motma.identity.matching.comparing import COMPARISONS, UNKNOWN, Born, Number, Part, Place, Sex
from motma.identity.matching.deciding import LINK, REVIEW, SHOWN
from motma.identity.matching.weights import Model

NONE, REVIEWED, LINKED = 0, 1, 2
#: The words of these decisions.
DECISIONS: Final = ("none", "review", "link")

Truth = NDArray[np.bool_]

_AT: Final = {comparison.name: at for at, comparison in enumerate(COMPARISONS)}
_AGREE: Final = (Number.EQUAL, Number.DIGIT)
_MUST_AGREE: Final = (
    ("sex", Sex.EQUAL),
    ("document", Number.EQUAL),
    ("bhyt", Number.EQUAL),
    ("phone", Number.EQUAL),
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Decisions on some records; candidates are rows of people, the likeliest first, or -1."""

    record: Rows
    decision: NDArray[np.int8]
    probability: Bits
    candidates: Codes


def certain(
    scorer: Scorer, people: Side, records: Side, person: Rows, record: Rows
) -> tuple[Rows, Bits]:
    """Which of the pairs, that share an exact key, are links by it, and how sure.

    The number alone links nobody: it may be a relative's, or hit a stranger by one wrong digit. And
    whatever else the record says must agree, or it is weighed against everybody.
    """
    same = np.flatnonzero(_same_name_and_birth(people.rows(person), records.rows(record)))
    one, other = people.rows(person[same]), records.rows(record[same])
    found = scorer.levels(one, other)
    sure = 1 / (1 + 2 ** -(scorer.bits(one, other, found) + scorer.against_nobody))
    linked = (sure >= LINK) & _undisputed(other, found)
    return same[linked], sure[linked]


def _same_name_and_birth(people: Side, records: Side) -> Truth:
    """Whether full names are equal without marks, and full birth dates."""
    same: Truth = (people.plain == records.plain) & (people.given != 0) & (people.day != 0)
    for part in ("year", "month", "day"):
        same &= getattr(people, part) == getattr(records, part)
    return same


def _undisputed(records: Side, found: list[Levels]) -> Truth:
    """Whether whatever the records say agrees: what does not may be another person's."""
    place = found[_AT["commune"]]
    fine: Truth = (place == Place.EQUAL) | (place == Place.OVERLAP) | (records.area == 0)
    for name, equal in _MUST_AGREE:
        fine &= (found[_AT[name]] == equal) | (getattr(records, name) == 0)
    return fine


def judged(
    model: Model, scorer: Scorer, people: Side, records: Side, *, person: Rows, record: Rows
) -> Judged:
    """Weigh all candidates of some records and decide; pairs are sorted by record, then person."""
    worth = sift(scorer, people, records, person, record)
    person, record = person[worth], record[worth]
    one, other = people.rows(person), records.rows(record)
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
    sure = 1 / (rivals + 2 ** -(top + scorer.against_nobody))
    likely = 1 / (1 + 2**-top) >= REVIEW
    linked = (sure >= LINK) & fine[starts]
    candidates = np.full((len(starts), SHOWN), -1, np.int32)
    for at in range(SHOWN):
        there = likely & (sizes > at)
        candidates[there, at] = person[starts[there] + at]
    decision = np.where(linked, LINKED, np.where(likely, REVIEWED, NONE)).astype(np.int8)
    return Judged(record[starts], decision, sure, candidates)


def _may_link(model: Model, found: list[Levels]) -> Truth:
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
    allowed: Truth = ~against & (own >= 2)  # noqa: PLR2004 - two kinds of evidence
    return allowed
