"""The battery of damaged pictures: what is taken, what must be read, how far reading goes.

Three codes are photographed alike: the official example of Decision 1405 (92 characters), our
issued form for phones with card and living code, and our paper form.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from qr_damage import Shot, photograph

#: Seeds of a cell; each turns the symbol, the tilt's axis, the shade, the glare and the noise.
SEEDS: Final = range(5)

#: Combined shots of print-and-photo and of normal use.
PRINTS: Final = range(40)
GATE_SHOTS: Final = range(40)

#: Readable means: at least this share of the seeds.
READABLE: Final = 0.8

PRINT: Final = Shot(print_dpi=150)

#: Damage by kind: the levels of the battery. One part of a good shot is made worse at a time.
BATTERY: Final[Mapping[str, tuple[Shot, ...]]] = {
    "blur": tuple(Shot(blur_pixels=level) for level in (0.5, 1.0, 1.5, 2.0, 2.5)),
    "perspective": tuple(Shot(tilt_degrees=level) for level in (10, 20, 30, 40, 50, 60)),
    "low light": tuple(Shot(light=level) for level in (0.5, 0.25, 0.12, 0.09)),
    "noise": tuple(Shot(noise=level) for level in (10, 20, 30, 40, 50)),
    "small": tuple(Shot(distance_cm=level) for level in (25, 35, 45, 55, 65)),
    "glare": tuple(Shot(glare=level) for level in (0.01, 0.02, 0.04, 0.06, 0.08)),
    "JPEG 30": tuple(Shot(jpeg_quality=30, distance_cm=level) for level in (18, 30, 45, 60)),
    "5×5 cm at 150 dpi": tuple(replace(PRINT, distance_cm=level) for level in (12, 20, 30, 45)),
}

#: How far each kind is driven to find where reading ends: unit, then least to most damage.
SWEEPS: Final[Mapping[str, tuple[str, tuple[tuple[float, Shot], ...]]]] = {
    "blur": (
        "px σ",
        tuple((level, Shot(blur_pixels=level)) for level in (1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5)),
    ),
    "perspective": (
        "degrees",
        tuple((level, Shot(tilt_degrees=level)) for level in (40, 50, 60, 65, 70, 75)),
    ),
    "low light": (
        "of full light",
        tuple((level, Shot(light=level)) for level in (0.25, 0.12, 0.1, 0.08, 0.06, 0.05, 0.04)),
    ),
    "noise": (
        "grey levels σ",
        tuple((level, Shot(noise=level)) for level in (30, 40, 50, 60, 70, 80, 100, 120)),
    ),
    "small": (
        "cm away",
        tuple((level, Shot(distance_cm=level)) for level in (40, 50, 60, 70, 80, 90, 100, 110)),
    ),
    "glare": (
        "of the area",
        tuple((level, Shot(glare=level)) for level in (0.02, 0.04, 0.06, 0.08, 0.1, 0.15)),
    ),
    "JPEG at 30 cm": (
        "quality",
        tuple((q, Shot(jpeg_quality=q, distance_cm=30)) for q in (30, 20, 10, 5, 3, 1)),
    ),
    "5×5 cm print": (
        "dpi",
        tuple((dpi, Shot(print_dpi=dpi)) for dpi in (150, 100, 75, 60, 50, 40, 30, 25)),
    ),
}

Limits = Mapping[str, float | None]
Read = Callable[[bytes], list[str]]


@dataclass(frozen=True, slots=True)
class Tally:
    """Pictures taken and read."""

    taken: int = 0
    read: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.taken + other.taken, self.read + other.read)


def shots() -> Iterator[tuple[str, Shot, int]]:
    """The whole battery: kind, shot and seed."""
    for kind, levels in BATTERY.items():
        for shot in levels:
            for seed in SEEDS:
                yield kind, shot, seed
    for seed in PRINTS:
        yield "print and photo", _print_and_photo(seed), seed


def normal_use() -> Iterator[tuple[str, Shot, int]]:
    """The subset named normal use: every one of these must be read.

    A guard holds a phone 12 to 30 cm away, tilted by up to 30 degrees, in light down to a
    quarter, with a hand that isn't quite steady; the code is on a screen or printed at 150 dpi.
    """
    for seed in GATE_SHOTS:
        yield "normal use", _gate(seed), seed


def verdicts(
    text: str, pictures: Iterable[tuple[str, Shot, int]], read: Read
) -> list[tuple[str, bool]]:
    """For each picture of the text: its kind, and whether the text was read."""
    return [(kind, text in read(photograph(text, shot, seed))) for kind, shot, seed in pictures]


def tally(found: Iterable[tuple[str, bool]]) -> dict[str, Tally]:
    """How many pictures were read, by kind."""
    counts: dict[str, Tally] = {}
    for kind, was_read in found:
        counts[kind] = counts.get(kind, Tally()) + Tally(1, int(was_read))
    return counts


def limits(text: str, read: Read) -> dict[str, float | None]:
    """The largest damage of each kind up to which the text is readable; None if at none."""
    return {kind: _limit(text, levels, read) for kind, (_, levels) in SWEEPS.items()}


def _limit(text: str, levels: Iterable[tuple[float, Shot]], read: Read) -> float | None:
    """The last level before the first that is not readable."""
    last: float | None = None
    for level, shot in levels:
        count = sum(text in read(photograph(text, shot, seed)) for seed in SEEDS)
        if count < READABLE * len(SEEDS):
            break
        last = level
    return last


def _print_and_photo(seed: int) -> Shot:
    """A print at 150 dpi, taken by anybody: everything is a little wrong at once."""
    random = np.random.default_rng([1, seed])
    return Shot(
        print_dpi=150,
        distance_cm=random.uniform(12, 40),
        tilt_degrees=random.uniform(0, 45),
        blur_pixels=random.uniform(0.4, 1.4),
        light=random.uniform(0.2, 1),
        noise=random.uniform(0, 10),
        glare=random.choice([0, 0, 0.01, 0.03]),
        jpeg_quality=int(random.integers(30, 86)),
    )


def _gate(seed: int) -> Shot:
    """A shot of normal use."""
    random = np.random.default_rng([2, seed])
    return Shot(
        print_dpi=150 if seed % 2 else None,
        distance_cm=random.uniform(12, 30),
        tilt_degrees=random.uniform(0, 30),
        blur_pixels=random.uniform(0.4, 1.0),
        light=random.uniform(0.25, 1),
        noise=random.uniform(0, 10),
        jpeg_quality=int(random.integers(50, 91)),
    )


def table(found: Mapping[str, list[tuple[str, bool]]], ends: Mapping[str, Limits]) -> str:
    """Pictures read by kind for each code, and the largest readable damage, as Markdown."""
    names = list(found)
    counts = {name: tally(verdicts) for name, verdicts in found.items()}
    lines = ["| damage | " + " | ".join(names) + " |", "|---|" + "---:|" * len(names)]
    for kind in counts[names[0]]:
        cells = (f"{counts[name][kind].read}/{counts[name][kind].taken}" for name in names)
        lines.append(f"| {kind} | " + " | ".join(cells) + " |")
    lines += ["", "| largest readable | unit | " + " | ".join(names) + " |"]
    lines.append("|---|---|" + "---:|" * len(names))
    for kind, (unit, _) in SWEEPS.items():
        cells = (str(ends[name][kind]) for name in names)
        lines.append(f"| {kind} | {unit} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
