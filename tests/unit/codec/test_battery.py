"""A small part of the battery of damaged pictures; `python bench/qr.py` takes the whole."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from itertools import islice
from pathlib import Path
from types import ModuleType

import pytest

from motma.codec import issued, living
from motma.codec.issued import Issue, Sign
from motma.codec.picture_worker import texts

BENCH = Path(__file__).parents[3] / "bench"
SEEDS = 3


@pytest.fixture(scope="module")
def battery() -> Iterator[ModuleType]:
    """The module that defines the battery; it lives with the benchmarks."""
    sys.path.insert(0, str(BENCH))
    yield import_module("qr_battery")
    sys.path.remove(str(BENCH))


@pytest.fixture(scope="module")
def text(issue: Issue, sign: Sign) -> str:
    """The densest text in common use: a phone's, with card and living code."""
    now = datetime(2021, 10, 6, tzinfo=UTC)
    signed = issued.compose(issue, kid="987654", sign=sign)
    return living.attach(signed, name=12345678, secret=b"s" * 32, at=now)


def test_every_picture_of_normal_use_is_read(battery: ModuleType, text: str) -> None:
    pictures = islice(battery.normal_use(), 2 * SEEDS)  # screens and prints in turn
    assert battery.verdicts(text, pictures, texts) == [("normal use", True)] * 2 * SEEDS


@pytest.mark.parametrize(
    "kind",
    ["blur", "perspective", "low light", "noise", "small", "JPEG 30", "5×5 cm at 150 dpi"],
)
def test_the_mildest_damage_of_each_kind_is_read(battery: ModuleType, text: str, kind: str) -> None:
    mildest = battery.BATTERY[kind][0]
    pictures = ((kind, mildest, seed) for seed in range(SEEDS))
    assert battery.verdicts(text, pictures, texts) == [(kind, True)] * SEEDS


def test_the_same_seed_gives_the_same_picture(battery: ModuleType, text: str) -> None:
    kind, shot, seed = next(battery.shots())
    first, second = (battery.photograph(text, shot, seed) for _ in range(2))
    assert (kind, first) == ("blur", second)


def test_what_nobody_could_read_is_not_read(battery: ModuleType, text: str) -> None:
    hopeless = battery.Shot(blur_pixels=20)
    assert battery.verdicts(text, [("blur", hopeless, 0)], texts) == [("blur", False)]
