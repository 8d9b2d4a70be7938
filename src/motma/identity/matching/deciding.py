"""Link, review or nothing: the best candidate against all others and against nobody at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import log2
from typing import Final, Generic, TypeVar

from motma.identity.matching.weighing import Part, Weighed, prior_bits
from motma.identity.matching.weights import Model

#: Least probability, against all other candidates and nobody, of an automatic link.
LINK: Final = 0.999
#: Below this no candidate is worth a registrar's look.
REVIEW: Final = 0.00001
#: Candidates that are told.
SHOWN: Final = 3

#: Evidence that is somebody's own and not their household's.
_OWN: Final = ("given", "birth", "document", "bhyt")
#: Levels that no automatic link survives, whatever else agrees.
_AGAINST: Final = frozenset({("given", "different"), ("given", "unknown"), ("birth", "different")})
#: Birth dates that many share: a document, insurance or phone number must agree beside them.
_VAGUE: Final = frozenset({("birth", "year"), ("birth", "near_year"), ("birth", "unknown")})
_VOUCHED: Final = frozenset(
    (name, level) for name in ("document", "bhyt", "phone") for level in ("equal", "digit")
)

#: A namesake has another document and another phone; only the insurance number speaks against it.
_ANOTHERS: Final = frozenset({("document", "different"), ("phone", "different")})

Who = TypeVar("Who")


class Decision(StrEnum):
    """What becomes of a record."""

    LINK = "link"
    REVIEW = "review"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Candidate(Generic[Who]):
    """A person whom a record may be about, weighed against it."""

    person: Who
    weighed: Weighed


@dataclass(frozen=True, slots=True)
class Match(Generic[Who]):
    """The decision; `person` only of a link, `candidates` best first, `parts` of the best."""

    decision: Decision
    person: Who | None
    probability: float
    candidates: tuple[Who, ...]
    parts: tuple[Part, ...]


def decide(model: Model, candidates: Sequence[Candidate[Who]], *, people: int) -> Match[Who]:
    """Decide among everybody who came into question out of `people` people.

    A record is about at most one person, so the candidates and nobody share one certainty: with a
    namesake or a twin as likely, neither is likely enough.
    """
    best_first = sorted(candidates, key=lambda c: -c.weighed.weight_bits)
    if not best_first:
        return Match(Decision.NONE, None, 0.0, (), ())
    best = best_first[0]
    sure = _share(model, best, best_first, people=people)
    shown = tuple(candidate.person for candidate in best_first[:SHOWN])
    parts = best.weighed.parts
    if sure >= LINK and may_link(best.weighed):
        return Match(Decision.LINK, best.person, sure, shown, parts)
    decision = Decision.REVIEW if best.weighed.probability >= REVIEW else Decision.NONE
    return Match(decision, None, sure, shown if decision is Decision.REVIEW else (), parts)


def _share(
    model: Model, best: Candidate[Who], candidates: Sequence[Candidate[Who]], *, people: int
) -> float:
    """The best candidate's share of all that may be true: some candidate, or nobody.

    Odds of the pair are taken back to plain evidence, since `absent` stands for their prior here.
    """
    top = best.weighed.weight_bits
    rivals = sum(2 ** (one.weighed.weight_bits - top) for one in candidates)
    nobody = 2 ** (log2(model.absent / (1 - model.absent)) - _evidence(top, people))
    return 1 / (rivals + nobody)


def _evidence(weight_bits: float, people: int) -> float:
    """Bits of a candidate when the prior is spread over all `people`."""
    return weight_bits - prior_bits(people) - log2(max(people, 2))


def may_link(weighed: Weighed) -> bool:
    """Whether what agrees is the person's own and enough of it, however likely it makes them.

    A household's phone, family name and commune are nobody's own; a document alone is not enough;
    and a name with a year is a namesake's too, whom the register may not know.
    """
    found = {(part.feature, part.level) for part in weighed.parts}
    own = [part for part in weighed.parts if part.feature in _OWN and part.bits > 0]
    if found & _AGAINST or len(own) < 2:  # noqa: PLR2004 - two kinds of evidence
        return False
    if found & _VAGUE and not found & _VOUCHED:
        return False
    return not (found >= _ANOTHERS and ("bhyt", "equal") not in found)
