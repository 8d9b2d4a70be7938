"""The published pairs weigh what they say: what another implementation is held against."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from motma.identity.matching.evidence import Evidence, features_of
from motma.identity.matching.weighing import weigh
from motma.identity.matching.weights import shipped

VECTORS: Final = json.loads(
    (Path(__file__).parents[4] / "vectors/matching.json").read_text("utf-8")
)
WITHIN: Final = 1e-6


@pytest.mark.parametrize("pair", VECTORS["pairs"], ids=lambda pair: pair["why"])
def test_a_published_pair_weighs_what_it_says(pair: dict[str, Any]) -> None:
    model = shipped(VECTORS["weights"])
    sides = [features_of(Evidence(**pair[side])) for side in ("person", "record")]
    weighed = weigh(model, *sides, terms=model.terms(VECTORS["people"], VECTORS["phones"]))
    assert weighed.weight_bits == pytest.approx(pair["bits"], abs=WITHIN)
    assert {part.feature: part.level for part in weighed.parts} == {
        feature: level for feature, (level, _) in pair["parts"].items()
    }
    bits = {part.feature: part.bits for part in weighed.parts}
    assert bits == pytest.approx({f: b for f, (_, b) in pair["parts"].items()}, abs=WITHIN)
