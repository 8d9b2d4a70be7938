"""What an app shows, and what it ought to show: read from files, every picture looked at once."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, cast

import msgspec
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

from motma.codec import jwks
from motma.codec.jwks import KeySet
from motma.kernel.errors import Malformed

#: Most bytes and pixels of a picture: a phone's screen has about 4 million.
MOST_BYTES: Final = 20_000_000
MOST_PIXELS: Final = 30_000_000
MOST_SHOTS: Final = 500

#: Luminance of each pixel, 0 to 1.
Grey = NDArray[np.float64]

_QUIET: Final = 4  # modules, ISO/IEC 18004 §5.3.8
_FIRST_SIDE, _STEP = 17, 4  # modules of a symbol of version v: 17 + 4 v


class Shot(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A picture of the app's screen: whose code, in which mode, when, and how dense the screen is.

    `first` is the screen as it came up, before anybody touched it.
    """

    file: str
    person: str
    mode: Literal["masked", "full"]
    at: datetime
    scale: float = 1.0  # device pixels of a CSS pixel
    first: bool = False


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an app hands in: `evidence.json` beside the pictures."""

    app: str
    shots: list[Shot]


class Code(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person's code of a time: its QID, and which issue of it."""

    qid: str
    number: int = 1


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sandbox person: the code of now, those that ended, and when the last change was."""

    code: Code
    former: list[Code] = []
    changed_at: datetime | None = None
    promised_s: float = 60.0


class Expected(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the platform knows of the sandbox people, and its keys."""

    people: dict[str, Person]
    jwks: dict[str, Any]  # as `/.well-known/jwks.json` has them


T = TypeVar("T", Shown, Expected)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One code in a picture, with what its surroundings measure."""

    text: str
    level: str
    unused_correction: float  # 0 to 1: what damage has left of the error correction
    modules: int
    sides_px: tuple[float, float, float, float]
    tilt_degrees: float
    dark: float  # luminance of the darker half of the modules, 0 to 1
    light: float
    quiet: float  # luminance of the quiet zone where it is darkest, 0 to 1
    inverted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A shot and what was seen in it; no picture: it could not be read."""

    shot: Shot
    codes: Sequence[Seen] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All of it."""

    app: str
    people: Mapping[str, Person]
    keys: KeySet
    looked: Sequence[Looked]


def read(folder: Path, expected: Path) -> Evidence:
    """Read `evidence.json` and its pictures; Malformed when the lists themselves cannot be read."""
    shown = _decoded(folder / "evidence.json", Shown)
    wanted = _decoded(expected, Expected)
    if len(shown.shots) > MOST_SHOTS:
        raise Malformed("conformance.too-many-shots", "shots")
    looked = [Looked(shot=shot, codes=_codes(folder, shot.file)) for shot in shown.shots]
    keys = jwks.parse(wanted.jwks)
    return Evidence(app=shown.app, people=wanted.people, keys=keys, looked=looked)


def _decoded(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except OSError:
        raise Malformed("conformance.file-missing", path.name) from None
    except msgspec.DecodeError:
        raise Malformed("conformance.file-form", path.name) from None


def _codes(folder: Path, name: str) -> Sequence[Seen] | None:
    """The codes in a picture of the folder itself; None for what is no picture of ours."""
    path = folder / name
    if Path(name).name != name or not path.is_file() or path.stat().st_size > MOST_BYTES:
        return None
    try:
        with Image.open(io.BytesIO(path.read_bytes()), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                return None
            picture = opened.convert("L")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    grey = np.asarray(picture, dtype=np.float64) / 255
    formats = zxingcpp.barcode_formats_from_str("QRCode")
    return [_seen(grey, code) for code in zxingcpp.read_barcodes(picture, formats=formats)]


def _seen(grey: Grey, code: zxingcpp.Barcode) -> Seen:
    at, extra = code.position, cast("dict[str, Any]", code.extra)
    corners = np.array(
        [(p.x, p.y) for p in (at.top_left, at.top_right, at.bottom_right, at.bottom_left)],
        dtype=np.float64,
    )
    sides = [float(np.hypot(*(corners[i] - corners[i - 1]))) for i in (1, 2, 3, 0)]
    count = _FIRST_SIDE + _STEP * int(extra["Version"])
    cells = _sampled(grey, corners, count)
    inside = cells[_QUIET:-_QUIET, _QUIET:-_QUIET]
    low, high = np.percentile(inside, [20, 80])
    around = np.concatenate([cells[0], cells[-1], cells[:, 0], cells[:, -1],
                             cells[1], cells[-2], cells[:, 1], cells[:, -2]])  # fmt: skip
    edge = corners[1] - corners[0]
    return Seen(
        text=code.text,
        level=str(extra["ECLevel"]),
        unused_correction=float(extra["UEC"]),
        modules=count,
        sides_px=(sides[0], sides[1], sides[2], sides[3]),
        tilt_degrees=abs(float(np.degrees(np.arctan2(edge[1], edge[0])))),
        dark=float(low),
        light=float(high),
        quiet=float(np.percentile(around, 2)),
        inverted=bool(inside[3, 3] > np.median(around)),  # the middle of a finder pattern
    )


def _sampled(grey: Grey, corners: NDArray[np.float64], count: int) -> Grey:
    """The luminance of each module's middle, with the quiet zone around; beyond the picture: 0."""
    steps = (np.arange(-_QUIET, count + _QUIET) + 0.5) / count
    u, v = np.meshgrid(steps, steps)
    top = corners[0] + u[..., None] * (corners[1] - corners[0])
    bottom = corners[3] + u[..., None] * (corners[2] - corners[3])
    points = top + v[..., None] * (bottom - top)
    x, y = np.rint(points[..., 0]).astype(int), np.rint(points[..., 1]).astype(int)
    inside = (x >= 0) & (y >= 0) & (x < grey.shape[1]) & (y < grey.shape[0])
    found = np.zeros(x.shape)
    found[inside] = grey[y[inside], x[inside]]
    return found
