"""PDFs as a printer, a bad camera and a screen reader meet them."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # the same
import zxingcpp
from PIL import Image

DPI: Final = 150
POINTS_AN_INCH: Final = 72
MM_AN_INCH: Final = 25.4


@dataclass(frozen=True, slots=True)
class Seen:
    """A code on a page: its text and its side, millimetres, without the quiet zone."""

    text: str
    side_mm: float


def sizes_mm(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of each page."""
    pages = pypdfium2.PdfDocument(pdf)
    return [
        tuple(round(side / POINTS_AN_INCH * MM_AN_INCH, 1) for side in page.get_size())
        for page in pages
    ]


def pictures(pdf: bytes, dpi: int = DPI) -> Iterator[Image.Image]:
    """The pages in grey, as printed."""
    for page in pypdfium2.PdfDocument(pdf):
        yield page.render(scale=dpi / POINTS_AN_INCH, grayscale=True).to_pil()


def noisy(picture: Image.Image, seed: int = 4, strength: int = 60) -> Image.Image:
    """As a worn print under a cheap camera: grey noise on every pixel, a tenth of a gradient."""
    chance = np.random.default_rng(seed)
    grey = np.asarray(picture, dtype=np.float64)
    shade = np.linspace(0, 25, grey.shape[1])[np.newaxis, :]
    spoilt = grey * 0.8 + 20 + chance.normal(0, strength / 2, grey.shape) - shade
    return Image.fromarray(spoilt.clip(0, 255).astype(np.uint8))


def read(picture: Image.Image, dpi: int = DPI) -> list[Seen]:
    """The codes in a picture, from the top left."""
    found = zxingcpp.read_barcodes(picture)
    found.sort(key=lambda code: (code.position.top_left.y // 50, code.position.top_left.x))
    return [Seen(code.text, _side_mm(code.position, dpi)) for code in found]


def words(pdf: bytes) -> str:
    """All text of the document, as it is copied out of a viewer."""
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def tagged(pdf: bytes) -> bool:
    """Whether the document says that it is tagged."""
    return bool(pdfium.FPDFCatalog_IsTagged(pypdfium2.PdfDocument(pdf).raw))


def alternatives(pdf: bytes) -> list[str]:
    """The words that stand for pictures, page by page, in reading order."""
    document = pypdfium2.PdfDocument(pdf)
    found: list[str] = []
    for page in document:
        tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
        for i in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            found += _alternatives(pdfium.FPDF_StructTree_GetChildAtIndex(tree, i))
        pdfium.FPDF_StructTree_Close(tree)
    return found


def _alternatives(element: Any) -> Iterator[str]:
    said = _string(pdfium.FPDF_StructElement_GetAltText, element)
    if said:
        yield said
    for i in range(max(0, pdfium.FPDF_StructElement_CountChildren(element))):
        child = pdfium.FPDF_StructElement_GetChildAtIndex(element, i)
        if child:
            yield from _alternatives(child)


def _string(get: Any, element: Any) -> str:
    """A UTF-16 text of PDFium's, asked for twice: how long, then what."""
    size = get(element, None, 0)
    if size <= 2:
        return ""
    buffer = ctypes.create_string_buffer(size)
    get(element, buffer, size)
    return buffer.raw[: size - 2].decode("utf-16-le")


def _side_mm(corners: Any, dpi: int) -> float:
    """The length of a code's top edge."""
    a, b = corners.top_left, corners.top_right
    pixels = ((a.x - b.x) ** 2 + (a.y - b.y) ** 2) ** 0.5
    return float(pixels / dpi * MM_AN_INCH)
