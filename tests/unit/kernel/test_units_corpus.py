"""Our units against an independent set of tables, when it is at hand."""

import csv
import os
from collections import defaultdict
from pathlib import Path

import pytest

from motma.kernel import units
from motma.kernel.units import World

REPOSITORY = Path(__file__).resolve().parents[3]
CORPUS = Path(os.environ.get("MOTMA_CORPORA", REPOSITORY.parent / "shared" / "corpora")) / "vn"

pytestmark = pytest.mark.skipif(
    not CORPUS.is_dir(), reason="the corpora are not here; set MOTMA_CORPORA to their folder"
)


def _table(name: str) -> list[dict[str, str]]:
    with (CORPUS / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def test_new_communes_agree_but_for_at_most_two_codes() -> None:
    ours = {c.code: c.province_code for c in units.communes(World.NEW)}
    theirs = {row["code"]: row["province_code"] for row in _table("wards-3321.csv")}
    assert len(ours) == len(theirs)
    assert len(ours.keys() ^ theirs.keys()) <= 2
    assert all(ours[code] == theirs[code] for code in ours.keys() & theirs.keys())


def test_old_communes_are_those_of_2023_less_the_ones_merged_since() -> None:
    ours = {c.code for c in units.communes(World.OLD) if len(c.code) == 5}
    theirs = {row["code"] for row in _table("legacy-communes-2023.csv")}
    assert len(ours - theirs) <= 10
    assert len(theirs - ours) <= 600


def test_old_communes_went_where_the_other_table_says_in_at_least_99_percent() -> None:
    theirs: dict[str, set[str]] = defaultdict(set)
    for row in _table("commune-map-2025-07.csv"):
        theirs[row["old_code"]].add(row["new_code"])
    known = {code: {c.code for c in units.successors(code)} for code in theirs}
    compared = [code for code, ours in known.items() if ours]
    agreeing = [code for code in compared if theirs[code] & known[code]]
    assert len(compared) > 10_000
    assert len(agreeing) >= 0.99 * len(compared)
