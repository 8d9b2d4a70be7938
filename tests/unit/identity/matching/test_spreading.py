"""Work that is spread over processes gives what one process gives, in order."""

import os
from pathlib import Path

import numpy as np
import pytest
from tests.matching_stage import simulated

from motma.identity.matching.batch import linking, spreading
from motma.identity.matching.batch.linking import Links
from motma.identity.matching.batch.spreading import spread
from motma.identity.matching.weights import shipped

#: From Python 3.12 a fork beside threads warns: children here touch no lock of another thread.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")

#: Children see it since they are forked, not sent anything.
SEEN = np.arange(10)


def test_parts_come_back_in_order_from_other_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    found = list(spread(lambda part: (int(SEEN[part].sum()), os.getpid()), [[1, 2], [3], [9, 0]]))
    assert [said for said, _ in found] == [3, 3, 9]
    assert (os.getpid() not in {process for _, process in found}) == spreading._can_fork()


def test_a_defect_in_a_child_is_one_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    with pytest.raises(ZeroDivisionError):
        list(spread(lambda part: 1 // part, [1, 0]))


def test_links_are_the_same_from_one_process_and_from_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = simulated(tmp_path, 150)

    def links() -> Links:
        return linking.link(shipped(), made.lexicon, made.people, made.records)

    whole = links()
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(linking, "_STEP", 40)
    monkeypatch.setattr(linking, "_LOOSE_STEP", 10)
    parted = links()
    assert (whole.decision == parted.decision).all()
    assert (whole.candidates == parted.candidates).all()
    assert np.abs(whole.probability - parted.probability).max() < 1e-12
    assert set(whole.decision.tolist()) == {0, 1, 2}
