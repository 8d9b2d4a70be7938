"""The weights of every level as they were learned, with their version, and the rarity of terms."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from math import log2
from typing import Any, Final

from motma.identity.matching.comparing import COMPARISONS

#: The weights that are used unless somebody names others.
VERSION: Final = 1

#: Rarity of a name that no table has: about one in a hundred thousand people.
RARE_NAME: Final = 1e-5
_NAMES: Final = frozenset({"given", "middle", "family"})


@dataclass(frozen=True, slots=True)
class Level:
    """How often a level is seen in two records of one person (m) and of strangers (u)."""

    name: str
    m: float
    u: float

    @property
    def bits(self) -> float:
        """What the level says: above 0 for one person, below for two."""
        return log2(self.m / self.u)


@dataclass(frozen=True, slots=True)
class Weights:
    """The levels of one comparison; `rarity_of` of its first levels depends on the term."""

    name: str
    levels: tuple[Level, ...]
    rarity_of: int  # that many levels from the first are adjusted by the term's share

    @property
    def usual_share(self) -> float:
        """The share of a usual term: what chance agreement amounts to."""
        return self.levels[0].u


@dataclass(frozen=True, slots=True)
class Terms:
    """How common each term is: share by feature and value, among `people` people."""

    people: int
    shares: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def share(self, feature: str, term: str) -> float | None:
        """The share of people with the term; None where rarity isn't known."""
        known = self.shares.get(feature)
        if known is None:
            return None
        rare = max(RARE_NAME, 1 / self.people) if feature in _NAMES else 1 / self.people
        return known.get(term, rare)


@dataclass(frozen=True, slots=True)
class Model:
    """Versioned weights, ready for use."""

    version: int
    absent: float  # share of records whose person isn't there at all
    comparisons: tuple[Weights, ...]
    names: Mapping[str, Mapping[str, float]]  # shares of given, middle and family names

    def terms(self, people: int, phones: Mapping[str, int] | None = None) -> Terms:
        """Terms with the national name table; `phones` holds how many people have a number.

        A document is one person's, so its share falls as the people grow in number.
        """
        held = {number: holders / people for number, holders in (phones or {}).items()}
        shares = {**self.names, "document": {}, "bhyt": {}}
        return Terms(people, shares if phones is None else {**shares, "phone": held})


@cache
def shipped(version: int = VERSION) -> Model:
    """The weights of that version as they come with the package."""
    text = (files("motma.identity.matching") / f"weights-{version}.json").read_text("utf-8")
    return read(json.loads(text))


def read(data: Mapping[str, Any]) -> Model:
    """Weights from their JSON; every level of every comparison must be there."""
    comparisons = tuple(_weights(of, data["comparisons"][of.name]) for of in COMPARISONS)
    return Model(data["version"], data["absent"], comparisons, data["names"])


def _weights(comparison: Any, data: Mapping[str, Any]) -> Weights:  # noqa: ANN401 - JSON
    levels = tuple(
        Level(level.name.lower(), *data["levels"][level.name.lower()])
        for level in comparison.levels
    )
    return Weights(comparison.name, levels, data.get("rarity_of", 0))
