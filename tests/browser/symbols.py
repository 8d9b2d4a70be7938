"""Pictures of a code as a camera or a file gives them."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from motma.codec.symbols import draw_png

_WIDTH: Final = 640
_HEIGHT: Final = 480
_A_SECOND: Final = 10  # frames
_WALL: Final = 140  # grey behind the code, of 255
_HAND: Final = 330  # side of the held-up code in the frame, pixels

_QUEUE_WIDTH: Final = 480
_QUEUE_HEIGHT: Final = 360
_PHONE: Final = 270


def write_video(path: Path, text: str | None) -> None:
    """A short YUV4MPEG2 film, which Chromium plays as its camera: a held-up code, or a wall."""
    frame = Image.new("L", (_WIDTH, _HEIGHT), _WALL)
    if text is not None:
        code = Image.open(io.BytesIO(draw_png(text))).convert("L").resize((_HAND, _HAND))
        frame.paste(code, ((_WIDTH - _HAND) // 2, (_HEIGHT - _HAND) // 2))
    _write_still(path, frame)


def write_film_of(path: Path, picture: Image.Image) -> None:
    """A camera held over a picture, a screen or a printed card, as large as fits its view."""
    scale = min(_WIDTH / picture.width, _HEIGHT / picture.height)
    seen = picture.resize((round(picture.width * scale), round(picture.height * scale)))
    frame = Image.new("L", (_WIDTH, _HEIGHT), _WALL)
    frame.paste(seen, ((_WIDTH - seen.width) // 2, (_HEIGHT - seen.height) // 2))
    _write_still(path, frame)


def write_queue(path: Path, texts: Sequence[str]) -> None:
    """A film of people in masks who hold up one code after another, each for three frames.

    In the first the hand still moves, in the second a lamp shines on the screen.
    """
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{_QUEUE_WIDTH} H{_QUEUE_HEIGHT} F5:1 Ip A1:1 C420mpeg2\n".encode())
        colourless = bytes([128]) * (_QUEUE_WIDTH * _QUEUE_HEIGHT // 2)
        for text in texts:
            still = _person_with(text)
            moving = still.transform(still.size, Image.Transform.AFFINE, (1, 0, 6, 0, 1, 3))
            blurred = Image.blend(still, moving, 0.5).filter(ImageFilter.BoxBlur(1.5))
            for frame in (blurred, _glaring(still), still):
                film.write(b"FRAME\n" + frame.tobytes() + colourless)


def write_troubles(path: Path, pair: Sequence[str], torn: str, copy: str) -> None:
    """A film of what goes wrong before a gate, over and over, with a bare wall in between.

    Two codes side by side; one that is torn, for longer than a gate waits; one code by itself.
    """
    wall = Image.new("L", (_WIDTH, _HEIGHT), _WALL)
    scenes = [
        (_side_by_side(pair), 2), (wall, 2), (_side_by_side([torn], spoiled=True), 5),
        (wall, 2), (_side_by_side([copy]), 2), (wall, 2),
    ]  # fmt: skip
    _write_film(path, [frame for frame, seconds in scenes for _ in range(seconds * _A_SECOND)])


def _side_by_side(texts: Sequence[str], *, spoiled: bool = False) -> Image.Image:
    """Codes in one view; spoiled: torn through, so that nobody can read them."""
    frame = Image.new("L", (_WIDTH, _HEIGHT), _WALL)
    side = _WIDTH // len(texts) - 40 if len(texts) > 1 else _HAND
    for at, text in enumerate(texts):
        code = Image.open(io.BytesIO(draw_png(text))).convert("L").resize((side, side))
        if spoiled:
            torn = ImageDraw.Draw(code)
            torn.rectangle((side * 0.35, side * 0.35, side * 0.9, side * 0.9), fill=_WALL)
        frame.paste(code, (20 + at * (side + 40), (_HEIGHT - side) // 2))
    return frame


def _write_still(path: Path, frame: Image.Image) -> None:
    """A second of one frame."""
    _write_film(path, [frame] * _A_SECOND)


def _write_film(path: Path, frames: Sequence[Image.Image]) -> None:
    """Frames, put in place whole: a camera may just open the film."""
    colourless = bytes([128]) * (_WIDTH * _HEIGHT // 2)
    written = path.with_suffix(".part")
    with written.open("wb") as film:
        rate = f"F{_A_SECOND}:1"
        film.write(f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} {rate} Ip A1:1 C420mpeg2\n".encode())
        for frame in frames:
            film.write(b"FRAME\n" + frame.tobytes() + colourless)
    written.replace(path)


def _person_with(text: str) -> Image.Image:
    """Somebody in a mask who holds a code before the chest."""
    frame = Image.new("L", (_QUEUE_WIDTH, _QUEUE_HEIGHT), _WALL)
    draw = ImageDraw.Draw(frame)
    draw.ellipse((190, -70, 290, 50), fill=190)
    draw.polygon([(195, 5), (285, 5), (275, 45), (205, 45)], fill=235)
    for fold in (15, 25, 35):
        draw.line((205, fold, 275, fold), fill=200)
    code = Image.open(io.BytesIO(draw_png(text))).convert("L").resize((_PHONE, _PHONE))
    frame.paste(code, ((_QUEUE_WIDTH - _PHONE) // 2, _QUEUE_HEIGHT - _PHONE - 10))
    return frame


def _glaring(still: Image.Image) -> Image.Image:
    """A lamp on the screen: a white spot of some 3 % of the symbol, and less contrast."""
    lit = ImageEnhance.Contrast(still).enhance(0.6)
    ImageDraw.Draw(lit).ellipse((200, 180, 248, 228), fill=255)
    return lit.filter(ImageFilter.GaussianBlur(0.6))


def write_pdf(path: Path, text: str) -> None:
    """A PDF page with a code, as an app or a printer makes it."""
    page = Image.new("L", (1240, 1754), 255)  # A4 at 150 dpi
    page.paste(Image.open(io.BytesIO(draw_png(text))).convert("L"), (200, 200))
    page.save(path, "PDF", resolution=150)


def write_picture(path: Path, text: str) -> None:
    """A picture file of a code."""
    path.write_bytes(draw_png(text))
