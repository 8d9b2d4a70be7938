"""The process in which pictures are decoded: it has limits, opens no file, keeps nothing.

Started as `python -m motma.codec.picture_worker`. Each frame (`kernel.framed`) on standard input is
a picture; each on standard output JSON: `texts`, or `reason` with a permanent code.
"""

import io
import json
import math
import resource
import sys
import time
from collections.abc import Iterator
from typing import Final

import pypdfium2
import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from motma.kernel import framed

#: Address space; a picture at the pixel cap in four channels takes 200 MB of it.
MEMORY_BYTES: Final = 1 << 30

#: CPU a single picture may take, seconds.
CPU_SECONDS: Final = 5

#: Most pixels of a picture. Source: ours; phones of 2021 make 12 to 50 million.
MAX_PIXELS: Final = 50_000_000

#: Most pages of a PDF, and the resolution at which they are looked at.
MAX_PAGES: Final = 10
PAGE_DPI: Final = 200
MAX_PAGE_PIXELS: Final = 20_000_000

#: Below this side, pixels, a picture is enlarged when nothing was found in it.
SMALL_SIDE: Final = 1_000

_POINTS_PER_INCH: Final = 72
_FORMATS: Final = zxingcpp.barcode_formats_from_str("QRCode,Aztec,DataMatrix")

#: Our own cap answers with a code; Pillow's would warn.
Image.MAX_IMAGE_PIXELS = None


class Refused(Exception):
    """A picture that isn't looked into; the first argument is the permanent code."""


def main() -> None:
    """Answer frames until the input ends."""
    _limit()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while (data := framed.read(source)) is not None:
        _allow_cpu()
        try:
            answer: dict[str, object] = {"texts": texts(data)}
        except Refused as why:
            answer = {"reason": str(why)}
        except MemoryError:
            answer = {"reason": "qr.picture-too-costly"}
        framed.write(target, json.dumps(answer).encode())


def texts(data: bytes) -> list[str]:
    """The texts of all codes in a PNG, a JPEG or a PDF, each once, in the order found."""
    found: dict[str, None] = {}
    for image in _images(data):
        for text in _codes(image):
            found[text] = None
    return list(found)


def _images(data: bytes) -> Iterator[Image.Image]:
    """The picture, or the pages of the PDF, in grey."""
    if data.startswith(b"%PDF-"):
        yield from _pages(data)
        return
    if not data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise Refused("qr.picture-format")
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as image:
            if image.width * image.height > MAX_PIXELS:
                raise Refused("qr.picture-too-many-pixels")
            yield _grey(image)
    except (OSError, ValueError, SyntaxError):
        raise Refused("qr.picture-damaged") from None


def _grey(image: Image.Image) -> Image.Image:
    """In grey on white: what is transparent is paper."""
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layers = image.convert("RGBA")
        paper = Image.new("RGBA", layers.size, "white")
        return Image.alpha_composite(paper, layers).convert("L")
    return image.convert("L")


def _pages(data: bytes) -> Iterator[Image.Image]:
    """The pages of a PDF as they would be printed."""
    try:
        document = pypdfium2.PdfDocument(data)
        if len(document) > MAX_PAGES:
            raise Refused("qr.picture-too-many-pages")
        for number in range(len(document)):
            yield _rendered(document[number])
    except pypdfium2.PdfiumError:
        raise Refused("qr.picture-damaged") from None


def _rendered(page: pypdfium2.PdfPage) -> Image.Image:
    """One page in grey, smaller than asked when it would have too many pixels."""
    area = max(page.get_width() * page.get_height(), 1.0)
    scale = min(PAGE_DPI / _POINTS_PER_INCH, math.sqrt(MAX_PAGE_PIXELS / area))
    picture: Image.Image = page.render(scale=scale, grayscale=True).to_pil()
    return picture.convert("L")


def _codes(image: Image.Image) -> list[str]:
    """The codes of one picture; the first way of looking that finds any decides."""
    for looked_at, binarizer in _ways(image):
        codes = zxingcpp.read_barcodes(
            looked_at,
            formats=_FORMATS,
            text_mode=zxingcpp.TextMode.Plain,
            binarizer=binarizer,
        )
        if codes:
            return [_text(code) for code in codes]
    return []


def _ways(image: Image.Image) -> Iterator[tuple[Image.Image, zxingcpp.Binarizer]]:
    """Ways of looking, cheapest first; the later ones cost only what could not be read.

    Which ones, and how strong, was chosen on the battery of docs/qr-format.md.
    """
    local = zxingcpp.Binarizer.LocalAverage
    yield image, local
    contrasted = ImageOps.autocontrast(image, cutoff=1)
    yield contrasted, zxingcpp.Binarizer.GlobalHistogram
    if max(image.size) > SMALL_SIDE:
        yield image.filter(ImageFilter.MedianFilter(3)), local
        return
    yield _enlarged(contrasted), local
    for softness, sharpness in ((0.7, 6), (1.0, 8)):
        soft = _enlarged(image.filter(ImageFilter.GaussianBlur(softness)))
        yield soft, local
        yield soft.filter(ImageFilter.UnsharpMask(sharpness, 250, 0)), local


def _enlarged(image: Image.Image) -> Image.Image:
    """Three times as large, so that the reader finds several pixels in every module."""
    return image.resize((image.width * 3, image.height * 3), Image.Resampling.BICUBIC)


def _text(code: zxingcpp.Barcode) -> str:
    """The text; bytes that are UTF-8 are UTF-8, whatever the reader guesses."""
    try:
        return code.bytes.decode()
    except UnicodeDecodeError:
        return code.text


def _limit() -> None:
    """Memory bounded; no file can grow, no process start, no core be dumped."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_cpu() -> None:
    """Give the next picture its seconds; the kernel ends the process when they are used up."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + CPU_SECONDS, hard))


if __name__ == "__main__":
    main()
