"""Comparing is symmetric and bounded, and columns say what single pairs say."""

import tempfile
from dataclasses import astuple, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.matching_stage import stage, written

from motma.identity.matching.batch import judging, linking, scoring
from motma.identity.matching.batch.blocking import Index, cut
from motma.identity.matching.batch.columns import _characters
from motma.identity.matching.batch.keys import LOOSE
from motma.identity.matching.batch.scoring import Scorer
from motma.identity.matching.batch.slips import slips
from motma.identity.matching.comparing import COMPARISONS, UNKNOWN, slip
from motma.identity.matching.deciding import Candidate, Decision, decide
from motma.identity.matching.evidence import Evidence, features_of, name_of
from motma.identity.matching.syllables import alike, repaired, sound
from motma.identity.matching.weighing import weigh
from motma.identity.matching.weights import shipped

SYLLABLES = st.sampled_from(
    ["Nguyễn", "Nguyen", "Nguyeexn", "Trần", "Lê", "Văn", "Thị", "Bảo", "Bửu", "Lộc", "Lôc",
     "An", "Anh", "Ánh", "Trang", "Chang", "Đỗ", "DDoox", "Hân", "Hạn", "Plato", "Li6nh", "Ô"],
)  # fmt: skip
NAMES = st.lists(SYLLABLES, min_size=0, max_size=5).map(" ".join)
BIRTHS = st.sampled_from(
    ["", "1987", "1988", "1987-01", "1987-02", "1987-01-02", "1987-02-01", "1987-01-12",
     "1987-01-21", "1977-01-02", "1987-11-30", "1990-05-06", "1990-06-05"],
)  # fmt: skip
DIGITS = st.text("0019", min_size=9, max_size=9)
DOCUMENTS = st.sampled_from(
    ["", "001187000001", "001187000010", "001187000002", "001 187 000 001", "123456789", "P912345",
     "912/2021/00001", "1187000001"],
) | DIGITS  # fmt: skip
BHYTS = st.sampled_from(["", "GD4790123456789", "0123456789", "0123456798", "0123456780"])
PHONES = st.sampled_from(["", "0591234567", "01991234567", "+84591234567", "0591234576", "9", "٣"])
COMMUNES = st.sampled_from(["", "00001", "00004", "00007", "26740", "99999", "x"])
DAYS = st.sampled_from(["", "2021-10-01", "2025-07-01"])
EVIDENCE = st.builds(
    Evidence,
    full_name=NAMES,
    birth=BIRTHS,
    sex=st.sampled_from(["", "male", "female", "other"]),
    document_number=DOCUMENTS,
    bhyt=BHYTS,
    phone=PHONES,
    commune_code=COMMUNES,
    commune_as_of=DAYS,
)


@given(EVIDENCE, EVIDENCE)
def test_every_comparison_is_symmetric_and_bounded(one: Evidence, other: Evidence) -> None:
    mine, theirs = features_of(one), features_of(other)
    for comparison in COMPARISONS:
        level = comparison.compare(mine, theirs)
        assert level == comparison.compare(theirs, mine), comparison.name
        assert UNKNOWN <= level < len(comparison.levels), comparison.name


@given(EVIDENCE)
def test_evidence_agrees_with_itself_in_whatever_it_says(evidence: Evidence) -> None:
    features = features_of(evidence)
    whole = features.birth is None or features.birth[2]
    for comparison in COMPARISONS:
        if comparison.name != "birth" or whole:
            assert comparison.compare(features, features) in {UNKNOWN, 0}, comparison.name


@given(st.text(max_size=40))
def test_any_text_has_features(text: str) -> None:
    evidence = Evidence(
        full_name=text, birth=text, sex=text, document_number=text, bhyt=text, phone=text,
        commune_code=text, commune_as_of=text,
    )  # fmt: skip
    assert features_of(evidence) == features_of(replace(evidence))


@given(NAMES)
def test_repair_and_sound_settle_at_once(name: str) -> None:
    for word in name_of(name).plain.split():
        assert repaired(repaired(word)) == repaired(word)
        assert alike(word, word)
        assert isinstance(sound(word), str)


@given(st.text("0123456789", min_size=2, max_size=12), st.data())
def test_a_changed_or_crossed_digit_is_a_slip(number: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(number) - 2))
    crossed = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    changed = number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]
    assert slip(number, changed)
    assert slip(number, crossed) == (crossed != number)


CHARACTERS = st.text("0123", min_size=1, max_size=14)


@given(st.lists(st.tuples(CHARACTERS, CHARACTERS), min_size=1, max_size=20))
def test_slips_in_columns_are_slips_of_single_numbers(pairs: list[tuple[str, str]]) -> None:
    same_length = [(a, b) for a, b in pairs if len(a) == len(b)] or [("01", "10")]
    one, other = (_characters([pair[side] for pair in same_length] + ["0" * 14]) for side in (0, 1))
    assert slips(one, other).tolist() == [slip(a, b) for a, b in same_length] + [False]


def line(key: str, evidence: Evidence) -> str:
    return ",".join([key, *astuple(evidence)])


@settings(max_examples=25, deadline=None)
@given(
    st.lists(EVIDENCE, min_size=1, max_size=12),
    st.lists(EVIDENCE, min_size=1, max_size=12),
    st.lists(st.tuples(st.integers(0, 11), DOCUMENTS), max_size=8),
)
def test_columns_weigh_and_decide_as_single_pairs_do(
    people: list[Evidence], records: list[Evidence], documents: list[tuple[int, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        paths = written(
            Path(folder),
            [line(f"P{at}", one) for at, one in enumerate(people)],
            [line(f"R{at}", one) for at, one in enumerate(records)],
        )
        more = Path(folder, "D.csv")
        lines = [f"P{at % len(people)},{number}" for at, number in documents]
        more.write_text("\n".join(["person_id,document_number", *lines, ""]), encoding="utf-8")
        made = stage(*paths, more)
    model = shipped()
    terms = scoring.terms(model, made.lexicon, made.people, made.records)
    scorer = Scorer.of(model, made.lexicon, made.people, made.records)
    person, record = (grid.ravel() for grid in np.indices((len(people), len(records))))
    bits = scorer.bits(made.people.rows(person), made.records.rows(record)).reshape(
        len(people), len(records)
    )
    index = Index(made.people, cut(made.lexicon, made.people))
    looser = index.widened(LOOSE)
    met = [set(zip(*(rows.tolist() for rows in one.pairs(made.records)), strict=True))
           for one in (index, looser)]  # fmt: skip
    links = linking.link(model, made.lexicon, made.people, made.records)
    for r in range(len(records)):
        weighed = [weigh(model, made.person(p), made.record(r), terms=terms)
                   for p in range(len(people))]  # fmt: skip
        assert [one.weight_bits for one in weighed] == pytest.approx(bits[:, r].tolist(), abs=1e-9)
        for pairs in met:  # looser keys are asked only of what the others leave
            candidates = [Candidate(p, one) for p, one in enumerate(weighed) if (p, r) in pairs]
            match = decide(model, candidates, people=len(people))
            if match.decision is Decision.LINK:
                break
        assert (match.decision is Decision.LINK) == (links.decision[r] == judging.LINKED)
        if match.decision is Decision.LINK:
            assert match.person == links.candidates[r, 0]
