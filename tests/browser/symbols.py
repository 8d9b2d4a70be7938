"""Pictures of a code as a camera or a file gives them."""

import io
from pathlib import Path
from typing import Final

from PIL import Image

from motma.codec.symbols import draw_png

_WIDTH: Final = 640
_HEIGHT: Final = 480
_FRAMES: Final = 10
_WALL: Final = 140  # grey behind the code, of 255
_HAND: Final = 330  # side of the held-up code in the frame, pixels


def write_video(path: Path, text: str | None) -> None:
    """A short YUV4MPEG2 film, which Chromium plays as its camera: a held-up code, or a wall."""
    frame = Image.new("L", (_WIDTH, _HEIGHT), _WALL)
    if text is not None:
        code = Image.open(io.BytesIO(draw_png(text))).convert("L").resize((_HAND, _HAND))
        frame.paste(code, ((_WIDTH - _HAND) // 2, (_HEIGHT - _HAND) // 2))
    colourless = bytes([128]) * (_WIDTH * _HEIGHT // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F10:1 Ip A1:1 C420mpeg2\n".encode())
        for _ in range(_FRAMES):
            film.write(b"FRAME\n" + frame.tobytes() + colourless)


def write_pdf(path: Path, text: str) -> None:
    """A PDF page with a code, as an app or a printer makes it."""
    page = Image.new("L", (1240, 1754), 255)  # A4 at 150 dpi
    page.paste(Image.open(io.BytesIO(draw_png(text))).convert("L"), (200, 200))
    page.save(path, "PDF", resolution=150)


def write_picture(path: Path, text: str) -> None:
    """A picture file of a code."""
    path.write_bytes(draw_png(text))
