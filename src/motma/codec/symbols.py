"""Text → QR symbol: level M, quiet zone of four modules, SVG or PNG."""

import io
import re
from typing import Final

import zxingcpp
from PIL import Image

from motma.kernel.errors import Malformed

LEVEL: Final = "M"

#: Modules of white around the symbol. Source: ISO/IEC 18004, §5.3.8.
QUIET_ZONE: Final = 4

#: Largest side of a PNG, pixels.
MAX_SIDE: Final = 4000

_HALF_BLOCKS: Final = {
    (True, True): "█",
    (True, False): "▀",
    (False, True): "▄",
    (False, False): " ",
}
_PATH: Final = re.compile(r'<path d="([^"]+)"')


def draw_svg(text: str) -> str:
    """The symbol as SVG, one unit a module, without DOCTYPE so that a page can hold it inline."""
    svg = _barcode(text).to_svg(scale=1, add_quiet_zones=True)
    side, path = svg.partition('<svg width="')[2].partition('"')[0], _PATH.search(svg)
    if path is None:
        raise RuntimeError("the drawing library changed the form of its SVG")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" role="img" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/>'
        f'<path d="{path[1]}"/></svg>'
    )


def draw_png(text: str, scale: int = 8) -> bytes:
    """The symbol as PNG, `scale` pixels a module."""
    barcode = _barcode(text)
    modules = barcode.to_image(scale=1, add_quiet_zones=True)
    image = Image.fromarray(modules)
    if not 1 <= scale <= MAX_SIDE // image.width:
        raise Malformed("qr.picture-scale", "scale")
    out = io.BytesIO()
    side = image.width * scale
    image.resize((side, side), Image.Resampling.NEAREST).convert("1").save(out, "PNG")
    return out.getvalue()


def version(text: str) -> int:
    """Version (size) 1–40 of the symbol that is drawn for the text."""
    side = _barcode(text).to_image(scale=1, add_quiet_zones=False).shape[0]
    return (int(side) - 17) // 4


def modules(text: str) -> str:
    """The symbol for a terminal, two rows a line in half blocks.

    Light modules are drawn and dark ones left out, which is right on a dark background; readers
    also accept the opposite.
    """
    rows = Image.fromarray(_barcode(text).to_image(scale=1, add_quiet_zones=True))
    side = rows.width
    light = [value > 0 for value in rows.tobytes()] + [False] * side
    return "\n".join(
        "".join(_HALF_BLOCKS[light[y * side + x], light[(y + 1) * side + x]] for x in range(side))
        for y in range(0, side, 2)
    )


def _barcode(text: str) -> zxingcpp.Barcode:
    """The symbol; full QR always, since phones can't read Micro QR."""
    if not text:
        raise Malformed("qr.empty")
    try:
        text.encode()
        return zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=LEVEL)
    except UnicodeEncodeError:
        raise Malformed("qr.not-utf8") from None
    except ValueError:
        raise Malformed("qr.too-long") from None
