"""When a source may be asked again, and what is said of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motma.records.sources import metrics, model
from motma.records.sources.model import Health, Source

NOW = datetime(2022, 1, 5, 7, 5, tzinfo=UTC)  # 14:05 in Vietnam


def source(**more: object) -> Source:
    values: dict[str, object] = {
        "source": "vaccines", "kind": "immunisation", "address": "https://source.example/",
        "private_network": False,
        "cursor": "7", "taken": 7, "backlog": 0, "read_to": NOW, "last_success_at": NOW,
        "last_failure_at": None, "failure": None, "failures": 0, "not_before": None,
    }  # fmt: skip
    return Source(**{**values, **more})  # type: ignore[arg-type]


def health(**more: object) -> Health:
    return model.health(source(**more), tries=10, failed=1, letters=2, now=NOW)


@given(st.integers(min_value=1, max_value=10_000), st.floats(min_value=0, max_value=1))
def test_a_wait_is_never_longer_than_five_minutes_and_open_circuits_wait(
    failures: int, chance: float
) -> None:
    wait = model.wait_after(failures, chance)
    assert timedelta() <= wait <= model.LONGEST_WAIT
    if failures >= model.OPENS_AFTER:
        assert wait >= timedelta(seconds=8)


def test_waits_double_and_jitter_spreads_them() -> None:
    assert [model.wait_after(n, 1.0).total_seconds() for n in range(1, 5)] == [1, 2, 4, 8]
    assert model.wait_after(3, 0.25) < model.wait_after(3, 0.75)


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({}, "ok"),
        ({"backlog": 3}, "late"),
        ({"read_to": NOW - timedelta(hours=1)}, "late"),
        ({"failures": 1, "failure": "egress.no-answer"}, "failing"),
        ({"failures": model.OPENS_AFTER, "failure": "egress.no-answer"}, "open"),
        ({"last_success_at": None, "read_to": None}, "never"),
    ],
)
def test_the_state_of_a_source_is_one_word(more: dict[str, object], state: str) -> None:
    assert health(**more).state == state


@pytest.mark.parametrize(
    ("read_to", "en", "vi"),
    [
        (
            NOW - timedelta(days=2),
            (
                "The vaccination registry was last read at 14:05; doses of the last 2 days may be "
                "missing."
            ),
            (
                "Sổ tiêm chủng được đọc lần cuối lúc 14:05; mũi tiêm trong 2 ngày qua có thể còn "
                "thiếu."
            ),
        ),
        (
            NOW - timedelta(hours=5),
            (
                "The vaccination registry was last read at 14:05; doses of the last 5 hours may be "
                "missing."
            ),
            "Sổ tiêm chủng được đọc lần cuối lúc 14:05; mũi tiêm trong 5 giờ qua có thể còn thiếu.",
        ),
        (
            NOW,
            "The vaccination registry was last read at 14:05.",
            "Sổ tiêm chủng được đọc lần cuối lúc 14:05.",
        ),
    ],
)
def test_a_person_reads_in_plain_words_what_may_be_missing(
    read_to: datetime, en: str, vi: str
) -> None:
    assert model.sentence(health(read_to=read_to), now=NOW) == {"vi": vi, "en": en}


def test_a_reading_of_another_day_names_the_day_in_vietnam() -> None:
    late = datetime(2022, 1, 3, 18, 30, tzinfo=UTC)  # already the 4th
    said = model.sentence(health(last_success_at=late, read_to=late), now=NOW)
    assert "at 01:30 on 4/1/2022; doses of the last 2 days" in said["en"]
    assert "lúc 01:30 ngày 4/1/2022" in said["vi"]


@given(
    st.sampled_from(model.KINDS),
    st.one_of(st.none(), st.timedeltas(min_value=timedelta(), max_value=timedelta(days=900))),
)
def test_every_source_has_a_sentence_in_both_languages(kind: str, behind: timedelta | None) -> None:
    read_to = None if behind is None else NOW - behind
    said = model.sentence(health(kind=kind, read_to=read_to), now=NOW)
    assert said["vi"].endswith(".")
    assert said["en"].endswith(".")


def test_metrics_name_sources_and_nobody() -> None:
    text = metrics.text([health(source='a "quoted" one', backlog=None)])
    assert 'motma_source_up{source="a \\"quoted\\" one"} 1.0' in text
    assert "motma_source_backlog{" not in text
    assert "motma_source_error_ratio" in text


def test_of_two_sources_of_a_kind_people_hear_of_the_older_one() -> None:
    fresh, old = health(), health(source="far", read_to=NOW - timedelta(days=3))
    never = health(source="new", kind="tests", read_to=None, last_success_at=None)
    assert model.told([fresh, old, never]) == [old, never]
