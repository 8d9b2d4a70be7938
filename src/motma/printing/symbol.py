"""A code's text → its symbol for a page: dark runs as one path of strokes, one unit a module."""

import re
from typing import Final

import zxingcpp
from PIL import Image

from motma.codec.symbols import LEVEL

_DARK: Final = re.compile(rb"\x00+")


def svg(text: str) -> str:
    """The symbol without its quiet zone: the templates leave the room for it.

    One path of horizontal strokes sets in two thirds of the time that the encoder's own
    rectangles take. It is a path and no picture: viewers smooth the edges of small pictures.
    """
    barcode = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=LEVEL)
    image = Image.fromarray(barcode.to_image(scale=1, add_quiet_zones=False))
    side, pixels = image.width, image.tobytes()
    strokes = "".join(
        f"M{run.start()} {y}.5h{run.end() - run.start()}"
        for y in range(side)
        for run in _DARK.finditer(pixels[y * side : (y + 1) * side])
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" '
        f'shape-rendering="crispEdges"><path stroke="#000" d="{strokes}"/></svg>'
    )
