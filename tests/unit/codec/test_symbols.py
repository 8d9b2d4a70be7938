"""Drawing symbols, and reading pictures in a bounded process."""

import io
import os
import signal
import struct
import subprocess
import zlib
from collections.abc import Iterator
from xml.etree import ElementTree as ET

import pypdfium2
import pytest
from PIL import Image

from motma.codec import pictures, symbols
from motma.kernel.errors import Malformed

TEXT = "001093029317|NGUYEN VAN MAU|1993-01-18|0|162979388586171100|<1"


@pytest.fixture(scope="module")
def reader() -> Iterator[pictures.PictureReader]:
    with pictures.PictureReader() as kept:
        yield kept


def png_of_size(width: int, height: int) -> bytes:
    """A PNG whose header promises more than its few bytes hold."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(10))
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def as_format(form: str, mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.open(io.BytesIO(symbols.draw_png(TEXT))).convert(mode).save(out, form)
    return out.getvalue()


def test_the_svg_stands_alone_and_keeps_its_quiet_zone() -> None:
    svg = ET.fromstring(symbols.draw_svg(TEXT))  # noqa: S314 - our own text
    side = 17 + 4 * symbols.version(TEXT) + 2 * symbols.QUIET_ZONE
    assert svg.get("viewBox") == f"0 0 {side} {side}"


@pytest.mark.parametrize("text", ["<script>", "a" * 4000])
def test_the_svg_holds_nothing_of_the_text(text: str) -> None:
    if len(text) < 100:
        assert "script" not in symbols.draw_svg(text)
    else:
        with pytest.raises(Malformed, match=r"qr\.too-long"):
            symbols.draw_svg(text)


@pytest.mark.parametrize("scale", [0, 1000])
def test_a_png_has_a_sensible_size(scale: int) -> None:
    with pytest.raises(Malformed, match=r"qr\.picture-scale"):
        symbols.draw_png(TEXT, scale)


def test_the_symbol_in_a_terminal_is_read_back(reader: pictures.PictureReader) -> None:
    lines = symbols.modules(TEXT).split("\n")
    pixels = [character in half for line in lines for half in ("█▀", "█▄") for character in line]
    side = len(lines[0])
    picture = Image.new("1", (side, len(pixels) // side))
    picture.putdata(pixels)
    out = io.BytesIO()
    picture.resize((side * 6, picture.height * 6)).save(out, "PNG")
    assert reader.read(out.getvalue()) == [TEXT]


def test_vietnamese_text_is_drawn_and_read_as_utf8(reader: pictures.PictureReader) -> None:
    assert reader.read(symbols.draw_png("Nguyễn Thị Mẫu|Nữ")) == ["Nguyễn Thị Mẫu|Nữ"]


@pytest.mark.parametrize("form", ["PNG", "JPEG", "PDF"])
def test_png_jpeg_and_pdf_are_read(reader: pictures.PictureReader, form: str) -> None:
    assert reader.read(as_format(form)) == [TEXT]


def test_ink_on_nothing_is_read_as_ink_on_paper(reader: pictures.PictureReader) -> None:
    code = Image.open(io.BytesIO(symbols.draw_png(TEXT))).convert("L")
    clear = Image.new("LA", code.size, (0, 0))
    clear.putalpha(code.point(lambda value: 255 - value))
    out = io.BytesIO()
    clear.save(out, "PNG")
    assert reader.read(out.getvalue()) == [TEXT]


def test_a_picture_without_a_code_gives_nothing(reader: pictures.PictureReader) -> None:
    out = io.BytesIO()
    Image.new("L", (200, 200), "white").save(out, "PNG")
    assert reader.read(out.getvalue()) == []


def test_several_codes_are_each_told_once(reader: pictures.PictureReader) -> None:
    first, second = (Image.open(io.BytesIO(symbols.draw_png(t))) for t in (TEXT, "second"))
    sheet = Image.new("1", (first.width * 2 + second.width, first.height), 1)
    for code, x in ((first, 0), (second, first.width), (first, first.width + second.width)):
        sheet.paste(code, (x, 0))
    out = io.BytesIO()
    sheet.save(out, "PNG")
    assert sorted(reader.read(out.getvalue())) == sorted([TEXT, "second"])


def pages(count: int) -> bytes:
    document = pypdfium2.PdfDocument.new()
    for _ in range(count):
        document.new_page(100, 100)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "qr.picture-format"),
        (b"GIF89a", "qr.picture-format"),
        (b"<svg/>", "qr.picture-format"),
        (b"\xff\xd8\xff\xe0junk", "qr.picture-damaged"),
        (b"%PDF-1.7 junk", "qr.picture-damaged"),
        (b"\x89PNG\r\n\x1a\n", "qr.picture-damaged"),
        (bytes(pictures.MAX_BYTES + 1), "qr.picture-too-big"),
        (png_of_size(100_000, 100_000), "qr.picture-too-many-pixels"),
        (pages(11), "qr.picture-too-many-pages"),
    ],
)
def test_what_is_no_picture_for_us_is_refused_with_its_own_code(
    reader: pictures.PictureReader, data: bytes, reason: str
) -> None:
    with pytest.raises(Malformed) as caught:
        reader.read(data)
    assert caught.value.reason == reason
    assert reader.read(symbols.draw_png(TEXT)) == [TEXT]  # and the process still serves


def process_of(reader: pictures.PictureReader) -> subprocess.Popen[bytes]:
    """The process in which the reader decodes now."""
    process = reader._process._process
    assert process is not None
    return process


def test_a_process_that_dies_is_replaced(reader: pictures.PictureReader) -> None:
    reader.read(symbols.draw_png(TEXT))
    process = process_of(reader)
    process.kill()
    process.wait()
    assert reader.read(symbols.draw_png(TEXT)) == [TEXT]


def test_a_picture_that_stops_the_process_is_too_costly() -> None:
    with pictures.PictureReader(patience_seconds=2) as reader:
        reader.read(symbols.draw_png(TEXT))
        os.kill(process_of(reader).pid, signal.SIGSTOP)
        with pytest.raises(Malformed, match=r"qr\.picture-too-costly"):
            reader.read(symbols.draw_png(TEXT))
        assert reader.read(symbols.draw_png(TEXT)) == [TEXT]


def test_the_process_has_its_limits(reader: pictures.PictureReader) -> None:
    reader.read(symbols.draw_png(TEXT))
    with open(f"/proc/{process_of(reader).pid}/limits") as file:  # noqa: PTH123 - a file of the kernel
        limits = {line[:26].strip(): line[26:47].strip() for line in file}
    assert limits["Max address space"] == str(1 << 30)
    assert limits["Max file size"] == "0"
    assert limits["Max core file size"] == "0"
    assert limits["Max cpu time"].isdigit()


def test_one_call_is_enough_for_one_picture() -> None:
    assert pictures.read_picture(symbols.draw_png(TEXT)) == [TEXT]
