"""Learn the weights of matching from two files without knowing who is who.

How often strangers agree (u) is counted on random pairs and on collisions. How often two records
of one person agree (m) comes from Splink's EM under two blocking rules, over the records that
exact keys leave: only those are ever weighed, and their fields agree less often. Usage:
`python -m tools.train_matching --people P.csv --records R.csv --version 1`.
"""

import argparse
import json
import math
import tempfile
from datetime import date
from pathlib import Path
from random import Random
from statistics import fmean
from typing import Any, Final

import numpy as np
from tools.matching_splink import linker

from motma.identity.matching.batch import linking, service
from motma.identity.matching.batch.columns import Lexicon, Side, sides
from motma.identity.matching.batch.levels import Comparer
from motma.identity.matching.batch.scoring import Counts, shares
from motma.identity.matching.comparing import COMPARISONS
from motma.identity.matching.weights import Model, read, shipped

#: Random pairs on which rare agreement of strangers is counted.
_PAIRS: Final = 16_000_000
_STEP: Final = 1_000_000
#: No mistake is rarer than this, whatever the training files say: other files make others.
LEAST_M: Final = 0.002
#: Strangers' numbers are one digit apart at least so often: families get neighbouring numbers.
LEAST_U: Final = 1e-6
_LEAST_COUNT: Final = 0.5
#: Blocking rules of EM; each trains the comparisons whose columns it leaves out.
RULES: Final = ("l.document = r.document", "l.birth = r.birth and l.given = r.given")
#: Share of records whose person isn't there, before anything was compared: prudent, ours.
ABSENT: Final = 0.1
_REORDERED: Final = 0.004
_RARITY: Final = {
    "given": 2, "middle": 2, "family": 2, "birth": 1, "document": 1, "bhyt": 1, "phone": 1,
    "commune": 1,
}  # fmt: skip


def counted(lexicon: Lexicon, people: Side, records: Side, random: Random) -> list[list[float]]:
    """For every level u: its share among random pairs that could be compared at all."""
    totals = [np.zeros(len(of.levels)) for of in COMPARISONS]
    chance = np.random.default_rng(random.getrandbits(64))
    comparer = Comparer(lexicon)
    for _ in range(_PAIRS // _STEP):
        one = people.rows(chance.integers(len(people), size=_STEP))
        other = records.rows(chance.integers(len(records), size=_STEP))
        for at, level in enumerate(comparer.levels(one, other)):
            totals[at] += np.bincount(level[level >= 0], minlength=len(totals[at]))
    smoothed = [np.maximum(total, _LEAST_COUNT) for total in totals]
    return [
        _collided(of.name, lexicon, people, records, (total / total.sum()).tolist())
        for of, total in zip(COMPARISONS, smoothed, strict=True)
    ]


def _collided(
    name: str, lexicon: Lexicon, people: Side, records: Side, u: list[float]
) -> list[float]:
    """The u with what collisions tell better than random pairs do."""
    if name in {"document", "bhyt", "phone"}:
        return [1 / len(people), max(u[1], LEAST_U), 1.0]
    if name in {"given", "middle", "family"}:
        share = shares(shipped(), lexicon, Counts.of(people, records), name)
        share[0] = share[0] if name == "middle" else 0
        u[0] = float((share**2).sum())
        u[1] = _REORDERED * u[0]
    if name == "order":
        u = [0.98, 0.02]
    return u


def learned(folder: Path, start: Model, lexicon: Lexicon, both: tuple[Side, Side]) -> Any:  # noqa: ANN401
    """What EM says of m of every level, as the mean over the blocking rules that could train it."""
    made = linker(folder, start, lexicon, both, list(RULES))
    seen: dict[tuple[str, str], list[float]] = {}
    for rule in RULES:
        session = made.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
        for comparison in session.core_model_settings.comparisons:
            for level in comparison.comparison_levels:
                if level.is_null_level:
                    continue
                m = level.m_probability
                if isinstance(m, float):  # a level that was never met has a text instead
                    name = comparison.output_column_name.removesuffix("_level")
                    seen.setdefault((name, level.label_for_charts), []).append(m)
    return {key: fmean(values) for key, values in seen.items()}


def finished(name: str, names: list[str], m: list[float], u: list[float]) -> dict[str, Any]:
    """One comparison as JSON: m has a floor, and both add up to one."""
    m = [max(one, LEAST_M) for one in m]
    if name in {"given", "middle", "family"}:
        m[1] = _REORDERED * m[0]
    if name == "order":
        m = [1 - _REORDERED, _REORDERED]
    levels = {
        level: [_short(a / sum(m)), _short(b / sum(u))]
        for level, a, b in zip(names, m, u, strict=True)
    }
    return {"rarity_of": _RARITY.get(name, 0), "levels": levels}


def _short(value: float) -> float:
    return round(value, 6 - math.floor(math.log10(value)))


def train(people: Path, records: Path, *, version: int, seed: int) -> dict[str, Any]:
    """The weights as JSON."""
    files = service.read(
        people, records, today=date(2100, 1, 1), lenient=True, told=lambda *_: None
    )
    lexicon, *both = sides(files.people, files.records, files.coders)
    u = counted(lexicon, both[0], both[1], Random(seed))  # noqa: S311 - repeatable
    start = shipped()
    data: dict[str, Any] = {
        "version": version,
        "trained": "Splink 5 EM without truth on synthetic files; u by counting. ADR-0090",
        "absent": ABSENT,
        "comparisons": {},
        "names": {name: dict(table) for name, table in start.names.items()},
    }
    for of, weights, shares_ in zip(COMPARISONS, start.comparisons, u, strict=True):
        names = [level.name.lower() for level in of.levels]
        m = [level.m for level in weights.levels]
        data["comparisons"][of.name] = finished(of.name, names, m, shares_)
    left = ~linking.link(read(data), lexicon, *both, exact_only=True).exact
    hard = both[1].rows(np.flatnonzero(left))
    with tempfile.TemporaryDirectory() as folder:
        m_of = learned(Path(folder), read(data), lexicon, (both[0], hard))
    for of, shares_ in zip(COMPARISONS, u, strict=True):
        names = [level.name.lower() for level in of.levels]
        m = [m_of.get((of.name, level), LEAST_M) for level in names]
        data["comparisons"][of.name] = finished(of.name, names, m, shares_)
    return data


def main() -> None:
    """Write the weights to standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--records", type=Path, required=True)
    parser.add_argument("--version", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    data = train(given.people, given.records, version=given.version, seed=given.seed)
    print(json.dumps(data, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
