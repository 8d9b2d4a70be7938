"""PDFs as a printer, a bad camera and a screen reader meet them."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium
import zxingcpp
from PIL import Image

DPI: Final = 150
POINTS_AN_INCH: Final = 72
MM_AN_INCH: Final = 25.4
#: Drawings inside drawings.
DEEPEST: Final = 8
#: Cut marks and boxes have fewer, any code has more.
FEWEST_STROKES: Final = 200


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


def pages_of_words(pdf: bytes) -> list[str]:
    """The text of each page, as it is copied out of a viewer."""
    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]


def words(pdf: bytes) -> str:
    """All text of the document."""
    return "\n".join(pages_of_words(pdf))


def tagged(pdf: bytes) -> bool:
    """Whether the document says that it is tagged."""
    document = pypdfium2.PdfDocument(pdf)  # closed when nobody holds it
    return bool(pdfium.FPDFCatalog_IsTagged(document.raw))


def alternatives(pdf: bytes) -> list[str]:
    """The words that stand for pictures, page by page, in reading order."""
    return _said(pdf, pdfium.FPDF_StructElement_GetAltText)


def language(pdf: bytes) -> str:
    """The language that the document names."""
    document = pypdfium2.PdfDocument(pdf)
    units = (ctypes.c_ushort * 40)()
    size = pdfium.FPDFCatalog_GetLanguage(document.raw, units, ctypes.sizeof(units))
    return bytes(units)[: max(0, size - 2)].decode("utf-16-le")


def title(pdf: bytes) -> str:
    """The title that a viewer shows."""
    return str(pypdfium2.PdfDocument(pdf).get_metadata_value("Title"))


def fonts(pdf: bytes) -> set[tuple[str, bool]]:
    """Each font by name, and whether it is in the file."""
    found = set()
    for page in pypdfium2.PdfDocument(pdf):
        for shown in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT], max_depth=DEEPEST):
            font = pdfium.FPDFTextObj_GetFont(shown.raw)
            name = ctypes.create_string_buffer(200)
            pdfium.FPDFFont_GetBaseFontName(font, name, len(name))
            found.add((name.value.decode(), pdfium.FPDFFont_GetIsEmbedded(font) == 1))
    return found


def english(pdf: bytes) -> str:
    """The text that is marked as English, so that a voice reads it as such."""
    return " ".join(
        page.get_textpage().get_text_bounded(*shown.get_bounds())
        for page in pypdfium2.PdfDocument(pdf)
        for shown in page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT], max_depth=DEEPEST)
        if _mark(shown, b"Lang") == "en"
    )


def codes_mm(pdf: bytes) -> list[tuple[float, float]]:
    """Width and height of the ink of each code, by the numbers in the file."""
    return [
        _ink_mm(path)
        for page in pypdfium2.PdfDocument(pdf)
        for path in page.get_objects([pdfium.FPDF_PAGEOBJ_PATH], max_depth=DEEPEST)
        if pdfium.FPDFPath_CountSegments(path.raw) > FEWEST_STROKES
    ]


def _ink_mm(path: Any) -> tuple[float, float]:
    """The reach of horizontal strokes, each as high as its stroke is wide."""
    xs, ys = [], []
    for i in range(pdfium.FPDFPath_CountSegments(path.raw)):
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(pdfium.FPDFPath_GetPathSegment(path.raw, i), x, y)
        xs.append(x.value)
        ys.append(y.value)
    stroke = ctypes.c_float()
    pdfium.FPDFPageObj_GetStrokeWidth(path.raw, stroke)
    scale = path.get_matrix()
    wide, high = (max(xs) - min(xs)) * scale.a, (max(ys) - min(ys) + stroke.value) * -scale.d
    return wide / POINTS_AN_INCH * MM_AN_INCH, high / POINTS_AN_INCH * MM_AN_INCH


def words_inside(pdf: bytes) -> str:
    """Only what stands wholly on its page."""
    found = []
    for page in pypdfium2.PdfDocument(pdf):
        width, height = page.get_size()
        found.append(page.get_textpage().get_text_bounded(0, 0, width, height))
    return "\n".join(found)


def _mark(shown: Any, key: bytes) -> str:
    """What a mark around a drawn object says of it."""
    for i in range(pdfium.FPDFPageObj_CountMarks(shown.raw)):
        mark = pdfium.FPDFPageObj_GetMark(shown.raw, i)
        size, units = ctypes.c_ulong(), (ctypes.c_ushort * 40)()
        if pdfium.FPDFPageObjMark_GetParamStringValue(mark, key, units, ctypes.sizeof(units), size):
            return bytes(units)[: size.value - 2].decode("utf-16-le")
    return ""


def _said(pdf: bytes, get: Any) -> list[str]:
    """What a tag's text is, of each tag that has one, page by page."""
    found: list[str] = []
    for page in pypdfium2.PdfDocument(pdf):
        tree = pdfium.FPDF_StructTree_GetForPage(page.raw)
        for i in range(pdfium.FPDF_StructTree_CountChildren(tree)):
            found += _said_below(pdfium.FPDF_StructTree_GetChildAtIndex(tree, i), get)
        pdfium.FPDF_StructTree_Close(tree)
    return found


def _said_below(element: Any, get: Any) -> Iterator[str]:
    said = _string(get, element)
    if said:
        yield said
    for i in range(max(0, pdfium.FPDF_StructElement_CountChildren(element))):
        child = pdfium.FPDF_StructElement_GetChildAtIndex(element, i)
        if child:
            yield from _said_below(child, get)


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
