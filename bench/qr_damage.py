"""Pictures of a QR symbol as a cheap camera takes them: one physical model, seeded.

A symbol of five centimetres lies in front of a camera of 1280 × 720 pixels that sees 65 degrees,
is lit, blurred, disturbed and compressed. The same shot and seed give the same bytes.
"""

import io
import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from motma.codec import symbols

#: Side of the symbol without quiet zone, centimetres. Source: domain.md §2, smallest print.
SIDE_CM: Final = 5.0

#: Camera: pixels across and field of view. Source: ours; front camera of a phone of 2016.
CAMERA_PIXELS: Final = 1280
CAMERA_DEGREES: Final = 65.0

#: Standard deviation of the sensor's own noise, grey levels of 255.
READ_NOISE: Final = 2.0

#: Frames are made so much larger and averaged, as a sensor's pixel averages.
OVERSAMPLING: Final = 3

#: Ink reaches as far as the edge, softened by the paper, is darker than this of 255.
INK_SPREADS_TO: Final = 150

Frame = npt.NDArray[np.float64]

_CM_PER_INCH: Final = 2.54
_MODULE_PIXELS: Final = 8
_INK, _PAPER = 30.0, 225.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """How a picture is taken; the defaults are a steady hand in a lit room."""

    distance_cm: float = 18.0
    tilt_degrees: float = 0.0
    blur_pixels: float = 0.4  # standard deviation
    light: float = 1.0  # of what fills the sensor
    noise: float = 0.0  # standard deviation, grey levels
    glare: float = 0.0  # share of the symbol's area under a white reflection
    jpeg_quality: int = 85
    print_dpi: int | None = None  # None: a screen


def photograph(text: str, shot: Shot, seed: int) -> bytes:
    """A JPEG of the text's symbol, taken as the shot says."""
    random = np.random.default_rng(seed)
    symbol = _printed(text, shot.print_dpi, random) if shot.print_dpi else _shown(text)
    frame = _projected(symbol, shot, random)
    if shot.glare:
        frame = _glaring(frame, shot, random)
    frame *= shot.light * _shade(frame.shape, random)
    image = Image.fromarray(frame.clip(0, 255).astype(np.uint8))
    blurred = np.asarray(image.filter(ImageFilter.GaussianBlur(shot.blur_pixels)), dtype=np.float64)
    photons = np.sqrt(np.maximum(blurred, 0)) * 0.4
    sigma = np.sqrt(READ_NOISE**2 + photons**2 + shot.noise**2)
    noisy = blurred + random.normal(size=blurred.shape) * sigma
    out = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(
        out, "JPEG", quality=shot.jpeg_quality
    )
    return out.getvalue()


def side_pixels(distance_cm: float) -> float:
    """Side of the symbol in the picture, pixels, when it faces the camera."""
    width_cm = 2 * distance_cm * math.tan(math.radians(CAMERA_DEGREES / 2))
    return float(SIDE_CM * CAMERA_PIXELS / width_cm)


def _shown(text: str) -> Image.Image:
    """The symbol on a screen, quiet zone included, in ink and paper grey."""
    return _grey(Image.open(io.BytesIO(symbols.draw_png(text, _MODULE_PIXELS))).convert("L"))


def _grey(image: Image.Image) -> Image.Image:
    """Black and white become what a camera sees of ink and paper."""
    return image.point(lambda value: _INK + (_PAPER - _INK) * value / 255)


def _printed(text: str, dpi: int, random: np.random.Generator) -> Image.Image:
    """The symbol from an office printer: whole dots, ink that spreads, paper that is uneven."""
    drawn = Image.open(io.BytesIO(symbols.draw_png(text, 1))).convert("L")
    modules = drawn.width - 2 * symbols.QUIET_ZONE
    dots = round(SIDE_CM / _CM_PER_INCH * dpi * drawn.width / modules)
    exact = drawn.resize((dots, dots), Image.Resampling.NEAREST)
    fine = exact.resize((dots * 3, dots * 3), Image.Resampling.NEAREST)
    spread = fine.filter(ImageFilter.GaussianBlur(1.2)).point(
        lambda grey: 0 if grey < INK_SPREADS_TO else 255
    )
    texture = random.normal(0, 8, (dots * 3, dots * 3))
    grey = np.asarray(_grey(spread), dtype=np.float64) + texture
    return Image.fromarray(grey.clip(0, 255).astype(np.uint8))


def _projected(symbol: Image.Image, shot: Shot, random: np.random.Generator) -> Frame:
    """The symbol in the frame: turned by up to ten degrees, tilted about an axis of its own."""
    quiet = 1 + 2 * symbols.QUIET_ZONE / _modules(symbol)
    side = side_pixels(shot.distance_cm) * quiet * OVERSAMPLING
    size = math.ceil(side * 1.25)
    corners = _corners(side, shot, random) + size / 2
    source = [(0, 0), (symbol.width, 0), (symbol.width, symbol.height), (0, symbol.height)]
    frame = symbol.transform(
        (size, size),
        Image.Transform.PERSPECTIVE,
        _coefficients(corners, source),
        Image.Resampling.BILINEAR,
        fillcolor=int(_PAPER),
    )
    return np.asarray(frame.reduce(OVERSAMPLING), dtype=np.float64)


def _modules(symbol: Image.Image) -> float:
    """Modules across without quiet zone, from the finder pattern's first row of ink."""
    grey = np.asarray(symbol)
    inked = np.flatnonzero(grey.min(axis=0) < (_INK + _PAPER) / 2)
    quiet = float(inked[0]) / symbol.width
    return symbols.QUIET_ZONE / quiet - 2 * symbols.QUIET_ZONE


def _corners(side: float, shot: Shot, random: np.random.Generator) -> Frame:
    """Where the corners are seen, around the middle of the frame."""
    turn = math.radians(random.uniform(-10, 10))
    axis = random.uniform(0, 2 * math.pi)
    tilt = math.radians(shot.tilt_degrees)
    away = shot.distance_cm * side / (SIDE_CM * 1.2)
    seen = []
    for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        flat = side / 2 * (x + 1j * y) * complex(math.cos(turn), math.sin(turn))
        along = flat * complex(math.cos(-axis), math.sin(-axis))
        depth = away + along.imag * math.sin(tilt)
        tipped = complex(along.real, along.imag * math.cos(tilt)) * away / depth
        back = tipped * complex(math.cos(axis), math.sin(axis))
        seen.append((back.real, back.imag))
    return np.array(seen)


def _coefficients(to: Frame, source: list[tuple[int, int]]) -> list[float]:
    """Pillow's eight numbers that carry frame points to symbol points."""
    rows, values = [], []
    for (x, y), (u, v) in zip(to, source, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return [float(value) for value in np.linalg.solve(np.array(rows), np.array(values))]


def _glaring(frame: Frame, shot: Shot, random: np.random.Generator) -> Frame:
    """A round reflection with a soft edge, somewhere on the symbol."""
    height, width = frame.shape
    side = side_pixels(shot.distance_cm)
    radius = math.sqrt(shot.glare * side * side / math.pi)
    x, y = (width / 2 + side * offset for offset in random.uniform(-0.3, 0.3, 2))
    rows, columns = np.mgrid[0:height, 0:width]
    distance = np.hypot(columns - x, rows - y)
    spot: Frame = 255 * np.clip((radius * 1.15 - distance) / (radius * 0.3), 0, 1)
    return frame + spot


def _shade(shape: tuple[int, ...], random: np.random.Generator) -> Frame:
    """Light that falls off by up to a quarter across the picture."""
    height, width = shape
    angle = random.uniform(0, 2 * math.pi)
    rows, columns = np.mgrid[0:height, 0:width]
    slope = (columns / width - 0.5) * math.cos(angle) + (rows / height - 0.5) * math.sin(angle)
    shade: Frame = 0.875 + 0.25 * slope
    return shade
