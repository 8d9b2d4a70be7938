"""The feeds of the simulated sources: repeatable, disturbed as was asked, nothing lost."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from random import Random

from motma.simulate.feeds import Disturbance, Feeds, feeds
from motma.simulate.rates import PRESETS

NATIONAL = PRESETS["national-2021"]
CALM = Disturbance(late=0, duplicated=0, reordered=0)


def _feeds(disturbance: Disturbance, seed: int = 5) -> Feeds:
    return feeds(NATIONAL, people=600, seed=seed, disturbance=disturbance)


def _texts(items: Sequence[Mapping[str, object]]) -> Counter[str]:
    return Counter(json.dumps(item, sort_keys=True, ensure_ascii=False) for item in items)


def test_the_same_seed_sends_the_same() -> None:
    assert _feeds(Disturbance()) == _feeds(Disturbance())
    assert _feeds(Disturbance()) != _feeds(Disturbance(), seed=6)


def test_a_disturbance_loses_nothing_and_doubles_the_share_that_was_set() -> None:
    items = [{"id": str(number)} for number in range(4_000)]
    sent = Disturbance(late=0.1, duplicated=0.25, reordered=0.3).apply(items, Random(1))
    counted = _texts(sent)
    assert set(counted) == set(_texts(items))
    doubled = sum(count - 1 for count in counted.values())
    assert 0.22 < doubled / len(items) < 0.28
    assert sent[: len(items)] != items
    assert CALM.apply(items, Random(1)) == items


def test_versions_follow_each_other_where_nothing_is_disturbed_and_not_where_it_is() -> None:
    calm = [item["version"] for item in _feeds(CALM).immunisation]
    assert calm.count(2) > 10
    hard = Disturbance(late=0.3, duplicated=0, reordered=0.6, latest=300, near=20)
    seen: set[str] = set()
    early = 0
    for item in _feeds(hard).immunisation:
        early += item["version"] == 2 and item["id"] not in seen
        seen.add(item["id"])
    assert early > 2


def test_every_feed_has_items_that_cannot_be_taken() -> None:
    made = feeds(NATIONAL, people=3_000, seed=5, disturbance=CALM)
    assert sum(item["birth"] == "1980-13-41" for item in made.population) > 2
    assert sum(item["what"]["product"] == "no-such-product" for item in made.immunisation) > 2
    assert len(made.insurance) > 2_000
    assert len(made.tests) > 300
