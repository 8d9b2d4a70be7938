"""The process in which documents become PDFs: it has limits, opens no other file, keeps nothing.

Started as `python -m motma.printing.press_worker`. Each frame on standard input is JSON:
`document` and `made_s`; each frame on standard output is one byte (0: a PDF follows, 1: a permanent
code or what failed) and the rest.
"""

import resource
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import msgspec
import typst

from motma.kernel import framed
from motma.kernel.errors import where_raised
from motma.printing import symbol

#: Address space; 250 cards take 0.4 GB of it.
MEMORY_BYTES: Final = 3 << 30

#: CPU one document may take, seconds; 250 cards take about one.
CPU_SECONDS: Final = 30

#: Tagged, titled, in a stated language, with words for every picture: ISO 14289-1.
STANDARD: Final = "ua-1"

_DONE: Final = b"\x00"
_FAILED: Final = b"\x01"


class Request(msgspec.Struct, frozen=True):
    """One document to set, and the moment that is written into it."""

    document: dict[str, Any]
    made_s: int


def main() -> None:
    """Answer frames until the input ends."""
    _limit()
    press = compiler()
    source, target = sys.stdin.buffer, sys.stdout.buffer
    decoder = msgspec.json.Decoder(Request)
    while (data := framed.read(source)) is not None:
        _allow_cpu()
        try:
            body = _DONE + print_pdf(press, decoder.decode(data))
        except MemoryError:
            body = _FAILED + b"printing.too-costly"
        except Exception as error:  # noqa: BLE001 - its text may hold a name: only where it was
            body = _FAILED + f"{type(error).__name__} at {where_raised(error)}".encode()
        framed.write(target, body)


def compiler() -> typst.Compiler:
    """The templates with the fonts that stand beside them, and no others."""
    here = Path(str(files("motma.printing")))
    fonts = typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[here / "fonts"]
    )
    templates = here / "templates"
    return typst.Compiler(templates / "document.typ", root=templates, font_paths=fonts)


def print_pdf(press: typst.Compiler, request: Request) -> bytes:
    """The PDF of a document; what it says goes in as data, and is never read as markup."""
    for part in request.document["parts"]:
        for item in (*part.get("cards", ()), *([part["poster"]] if "poster" in part else ())):
            item["symbol"] = symbol.svg(item.pop("text"))
        for slip in part.get("slips", ()):
            slip["symbol"] = symbol.svg(slip["link"]) if slip["link"] else ""
    pdf = press.compile(
        format="pdf",
        sys_inputs={"document": msgspec.json.encode(request.document).decode()},
        pdf_standards=[STANDARD],
        timestamp=request.made_s,
    )
    if not isinstance(pdf, bytes):
        raise TypeError(type(pdf).__name__)
    return pdf


def _limit() -> None:
    """What the process may take at most: memory, no files of its own, no core dump."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _allow_cpu() -> None:
    """From now on, CPU_SECONDS more."""
    used = int(time.process_time()) + CPU_SECONDS
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (used, hard))


if __name__ == "__main__":
    main()
