"""Our scorer and Splink give the same pairs the same probability."""

import os
from pathlib import Path

import numpy as np
import pytest
from tests.matching_stage import simulated

from motma.identity.matching.batch.scoring import Scorer
from motma.identity.matching.weights import shipped

pytest.importorskip("splink", reason="Splink is a development dependency")

from tools.matching_splink import linker

#: Pairs that are compared; CI takes a few, `SPLINK_PAIRS=20000` the number of ADR-0090.
PAIRS = int(os.environ.get("SPLINK_PAIRS", "2000"))
#: Loose, so that strangers and relatives are among the pairs too.
RULES = ["l.year = r.year", "l.phone = r.phone"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_splink_and_our_scorer_agree_within_a_millionth(tmp_path: Path) -> None:
    stage = simulated(tmp_path, max(400, PAIRS // 5))
    made = linker(tmp_path, shipped(), stage.lexicon, (stage.people, stage.records), RULES)
    predicted = made.inference.predict().as_record_list()
    chosen = predicted[:: max(1, len(predicted) // PAIRS)][:PAIRS]
    assert len(chosen) == PAIRS

    scorer = Scorer.of(shipped(), stage.lexicon, stage.people, stage.records)
    person = np.array([row["unique_id_l"] for row in chosen])
    record = np.array([row["unique_id_r"] for row in chosen])
    bits = scorer.bits(stage.people.rows(person), stage.records.rows(record))
    splinks = np.array([row["match_weight"] for row in chosen])
    assert np.abs(bits - splinks).max() < 1e-6
    probability = np.array([row["match_probability"] for row in chosen])
    assert np.abs(1 / (1 + 2**-bits) - probability).max() < 1e-6
    assert probability.min() < 1e-6
    assert probability.max() > 0.999
