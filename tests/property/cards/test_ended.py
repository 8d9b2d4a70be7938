"""Whoever ended is always found; whoever did not, almost never."""

from hypothesis import given
from hypothesis import strategies as st

from motma.cards.snapshot import ended
from motma.cards.snapshot.ended import FALSE_RATE

qids = st.text("0123456789", min_size=18, max_size=18)
salts = st.binary(min_size=16, max_size=16)


@given(entries=st.lists(qids), salt=salts)
def test_everything_that_ended_is_found(entries: list[str], salt: bytes) -> None:
    found = ended.ended(entries, salt=salt).checked()
    assert all(entry in found for entry in entries)
    assert found.false_rate <= FALSE_RATE


@given(entries=st.sets(qids, max_size=50), salt=salts, numbers=st.integers(2, 20))
def test_an_issue_number_that_ended_leaves_the_present_one(
    entries: set[str], salt: bytes, numbers: int
) -> None:
    lost = [ended.issue(qid, n) for qid in entries for n in range(1, numbers)]
    found = ended.ended(lost, salt=salt)
    for qid in entries:
        assert all(ended.issue(qid, n) in found for n in range(1, numbers))


def test_the_stated_rate_is_kept_with_many_entries() -> None:
    found = ended.ended((f"1{n:017d}" for n in range(100_000)), salt=b"s" * 16)
    assert found.width == 5
    assert found.false_rate <= FALSE_RATE
    strangers = sum(f"2{n:017d}" in found for n in range(100_000))
    assert strangers <= 1
    assert len(found.hashes) <= 5 * 100_000
