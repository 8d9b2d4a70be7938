"""QR codes measured: parsing, signing, verifying, drawing, symbol sizes, and the battery.

    python bench/qr.py [--quick] [--docs]

`--docs` writes the tables into docs/qr-format.md between their marks; `--quick` leaves the battery
out. Each rate is the median of seven runs, in CPU seconds of one core where one process does it
all. Last line: one JSON object.
"""

import argparse
import json
import platform
import re
import statistics
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final

import qr_battery
import qr_sizes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from qr_samples import (
    KEY,
    KID,
    OFFICIAL,
    PHONE,
    PUBLIC,
    TODAY,
    find,
    paper_text,
    phone_text,
    sign_randomly,
)

from motma.codec import issued, picture_worker, pictures, symbols
from motma.codec.reading import read

DOCS: Final = Path(__file__).parents[1] / "docs" / "qr-format.md"
RUNS: Final = 7
SCHEME: Final = ec.ECDSA(SHA256())

Figures = dict[str, object]
CODES: Final = {
    "official": OFFICIAL,
    "phone": phone_text(),
    "paper": paper_text(),
}


def main() -> None:
    """Measure, print, and write the tables if asked."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--quick", action="store_true", help="leave the battery out")
    options.add_argument("--docs", action="store_true", help="write the tables into the docs")
    chosen = options.parse_args()
    figures: Figures = {"machine": machine()}
    tables = {"sizes": sizes(figures), "speed": speed(figures)}
    if not chosen.quick:
        tables["battery"] = battery(figures)
    for name, table in tables.items():
        print(f"\n{name}\n{table}")
        if chosen.docs:
            write(name, table)
    print(json.dumps(figures, ensure_ascii=False))


def machine() -> str:
    """What it was measured on."""
    packages = ("cryptography", "zxing-cpp", "pillow")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return f"{platform.machine()}, Python {platform.python_version()}, {versions}"


def sizes(figures: Figures) -> str:
    """The table of symbol versions by alphabet of the signature, and of our forms."""
    rows = qr_sizes.alphabets()
    figures["alphabets"] = {row.alphabet: row.versions for row in rows}
    figures["versions"] = {name: symbols.version(text) for name, text in CODES.items()}
    return qr_sizes.table(rows)


def speed(figures: Figures) -> str:
    """The table of rates beside the bare work that bounds each."""
    text, lines = CODES["phone"], [OFFICIAL] * 20_000
    message = issued.CONTEXT + b"x" * len(text)
    signature = KEY.sign(message, SCHEME)
    rates = {
        "split": rate(lambda: [line.split("|") for line in lines], len(lines)),
        "parse": rate(lambda: [read(line, today=TODAY) for line in lines], len(lines)),
        "parse issued": rate(lambda: [read(text, today=TODAY) for _ in range(5_000)], 5_000),
        "bare sign": rate(lambda: [KEY.sign(message, SCHEME) for _ in range(300)], 300),
        "sign": rate(
            lambda: [issued.compose(PHONE, kid=KID, sign=sign_randomly) for _ in range(300)], 300
        ),
        "bare verify": rate(
            lambda: [PUBLIC.verify(signature, message, SCHEME) for _ in range(1_000)],
            1_000,
        ),
        "verify": rate(lambda: [issued.verify(text, find) for _ in range(1_000)], 1_000),
        "draw SVG": rate(lambda: [symbols.draw_svg(text) for _ in range(50)], 50),
        "draw PNG": rate(lambda: [symbols.draw_png(text) for _ in range(50)], 50),
    }
    rates |= picture_rates(symbols.draw_png(text))
    figures["rates"] = {name: round(value, 1) for name, value in rates.items()}
    figures["ratios"] = {
        "parse/split": round(rates["parse"] / rates["split"], 4),
        "verify/bare": round(rates["verify"] / rates["bare verify"], 3),
        "sign/bare": round(rates["sign"] / rates["bare sign"], 3),
    }
    head = "| work | a second | ms each |\n|---|---:|---:|\n"
    return head + "".join(
        f"| {name} | {value:,.0f} | {1000 / value:.4f} |\n" for name, value in rates.items()
    )


def picture_rates(png: bytes) -> dict[str, float]:
    """Pictures a second: through the kept process, and with a process of its own."""
    with pictures.PictureReader() as reader:
        reader.read(png)
        kept = wall_rate(lambda: [reader.read(png) for _ in range(20)], 20)
    return {
        "read PNG, kept process": kept,
        "read PNG, new process": wall_rate(lambda: once(png), 1),
    }


def once(png: bytes) -> list[str]:
    """One picture with a process of its own."""
    return pictures.read_picture(png)


def rate(work: Callable[[], object], count: int) -> float:
    """Units of work a second of one core's time, median of the runs: neighbours don't count."""
    return _rate(work, count, time.process_time)


def wall_rate(work: Callable[[], object], count: int) -> float:
    """Units of work a second by the clock on the wall: other processes work too."""
    return _rate(work, count, time.perf_counter)


def _rate(work: Callable[[], object], count: int, clock: Callable[[], float]) -> float:
    """Units of work a second of that clock, median of the runs."""
    seconds = []
    for _ in range(RUNS):
        start = clock()
        work()
        seconds.append(clock() - start)
    return count / statistics.median(seconds)


def battery(figures: Figures) -> str:
    """The table of damaged pictures read, and of the largest readable damage."""
    found = {
        name: qr_battery.verdicts(text, qr_battery.shots(), picture_worker.texts)
        for name, text in CODES.items()
    }
    normal = {
        name: qr_battery.verdicts(text, qr_battery.normal_use(), picture_worker.texts)
        for name, text in CODES.items()
    }
    official = [was_read for _, was_read in found["official"]]
    figures["battery"] = {
        name: {
            "read": sum(was_read for _, was_read in verdicts),
            "taken": len(verdicts),
            "normal_use": sum(was_read for _, was_read in normal[name]) / len(normal[name]),
            "of_what_official_reads": round(
                sum(a and b for (_, a), b in zip(verdicts, official, strict=True)) / sum(official),
                4,
            ),
        }
        for name, verdicts in found.items()
    }
    limits = {name: qr_battery.limits(text, picture_worker.texts) for name, text in CODES.items()}
    figures["largest_damage"] = limits
    merged = {name: [*found[name], *normal[name]] for name in CODES}
    return qr_battery.table(merged, limits)


def write(name: str, table: str) -> None:
    """Put a table between its marks in the documentation."""
    text = DOCS.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: written by bench/qr.py --docs -->\n", f"<!-- /{name} -->"
    pattern = re.escape(begin) + r".*?" + re.escape(end)
    DOCS.write_text(
        re.sub(pattern, lambda _: begin + table + end, text, count=1, flags=re.DOTALL),
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
