"""How likely two sides are one person, with what each feature adds: Fellegi–Sunter in bits."""

from dataclasses import dataclass
from math import log2
from typing import NamedTuple

from motma.identity.matching.comparing import COMPARISONS, UNKNOWN, Comparison
from motma.identity.matching.evidence import Features
from motma.identity.matching.weights import Model, Terms, Weights


class Part(NamedTuple):
    """What one feature adds: bits above 0 speak for one person; `unknown` says nothing."""

    feature: str
    level: str
    bits: float


@dataclass(frozen=True, slots=True)
class Weighed:
    """Two sides weighed; the probability is the pair's own, before others are looked at."""

    probability: float
    weight_bits: float
    parts: tuple[Part, ...]

    def level(self, feature: str) -> str:
        """The level of a feature."""
        return next(part.level for part in self.parts if part.feature == feature)


def weigh(model: Model, one: Features, other: Features, *, terms: Terms) -> Weighed:
    """Weigh two sides against `terms.people` people of whom at most one is meant."""
    parts = tuple(
        _part(weights, comparison, one, other, terms)
        for weights, comparison in zip(model.comparisons, COMPARISONS, strict=True)
    )
    bits = prior_bits(terms.people) + sum(part.bits for part in parts)
    return Weighed(probability(bits), bits, parts)


def prior_bits(people: int) -> float:
    """Bits of one person out of that many before anything was compared."""
    return -log2(max(people, 2) - 1)


def probability(bits: float) -> float:
    """The probability that odds of 2 to the power of `bits` are."""
    return 1 / (1 + 2**-bits) if bits > -1000 else 0.0  # noqa: PLR2004 - no overflow


def _part(
    weights: Weights, comparison: Comparison, one: Features, other: Features, terms: Terms
) -> Part:
    level = comparison.compare(one, other)
    if level == UNKNOWN:
        return Part(weights.name, "unknown", 0.0)
    bits = weights.levels[level].bits
    if level < weights.rarity_of:
        bits += _rarity(weights, comparison, one, other, terms)
    return Part(weights.name, weights.levels[level].name, bits)


def _rarity(
    weights: Weights, comparison: Comparison, one: Features, other: Features, terms: Terms
) -> float:
    """Bits that a rare term adds and a common one takes; of two terms the commoner counts."""
    mine, theirs = comparison.terms(one), comparison.terms(other)
    common = set(mine) & set(theirs) or {*mine, *theirs}
    shares = [terms.share(weights.name, term) for term in common]
    known = [share for share in shares if share is not None]
    return log2(weights.usual_share / max(known)) if known else 0.0
