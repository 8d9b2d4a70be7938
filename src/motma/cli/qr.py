"""`motma qr`: what any QR text or picture says, one JSON object a line."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from motma.codec import issued, jwks, place, screening
from motma.codec.model import Family, Finding, Reading
from motma.codec.personal import Personal
from motma.codec.pictures import MAX_BYTES, PictureReader
from motma.codec.reading import read as read_text
from motma.kernel.birth import Birth
from motma.kernel.clock import SystemClock, civil_day
from motma.kernel.errors import Malformed

app = typer.Typer(no_args_is_help=True, help="Read QR texts and pictures of any family.")

_PARSE_EXAMPLES: Final = """Examples:

  motma qr parse '001093029317|NGUYEN LE KHA HAN|1987-01-18|0|162979388586171100|<1'

  motma qr parse --keys jwks.json < texts.txt | jq 'select(.well_formed | not)'
"""
_READ_EXAMPLES: Final = """Examples:

  motma qr read card.png photo.jpg

  motma qr read --keys jwks.json print.pdf | jq .signature
"""

Keys = Annotated[
    Path | None,
    typer.Option("--keys", metavar="JWKS.json", help="Verify our signatures with this key set."),
]


@app.callback()
def qr() -> None:
    """Read QR texts and pictures of any family."""


@app.command(epilog=_PARSE_EXAMPLES)
def parse(
    texts: Annotated[
        list[str] | None,
        typer.Argument(metavar="[TEXT]...", help="Texts; without any, one a line on stdin."),
    ] = None,
    keys: Keys = None,
) -> None:
    """Print what each text says as one JSON object a line: family, fields, problems, warnings."""
    key_set = _key_set(keys)
    given = map(os.fsencode, texts) if texts else _lines()
    _print(_line(read_text(text, today=_today()), key_set) for text in given)


@app.command(epilog=_READ_EXAMPLES)
def read(
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE...", help="PNG, JPEG or PDF.")],
    keys: Keys = None,
) -> None:
    """Print what each code in the pictures says; a picture without a code is a problem too."""
    key_set = _key_set(keys)
    failed = False
    with PictureReader() as reader:
        for picture in pictures:
            try:
                texts = reader.read(_bytes(picture))
                reason = None if texts else "qr.picture-without-code"
            except Malformed as why:
                texts, reason = [], why.reason
            failed = failed or reason is not None
            if reason:
                _print([_failure(picture, reason)])
            readings = (read_text(text, today=_today()) for text in texts)
            _print(_line(reading, key_set, picture=picture.name) for reading in readings)
    if failed:
        raise typer.Exit(1)


def _today() -> date:
    """The civil day that birth dates may not pass."""
    return civil_day(SystemClock().now())


def _lines() -> Iterator[bytes]:
    """Lines of standard input without their line feeds."""
    return (line.removesuffix(b"\n") for line in sys.stdin.buffer)


def _bytes(picture: Path) -> bytes:
    """The picture's bytes, one more than is allowed at most."""
    try:
        with picture.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError:
        raise Malformed("qr.picture-not-there") from None


def _key_set(path: Path | None) -> jwks.KeySet:
    """The keys of a file; none without one."""
    if path is None:
        return jwks.KeySet({})
    try:
        return jwks.parse(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError, Malformed) as why:
        code = why.reason if isinstance(why, Malformed) else "jwks.form"
        raise typer.BadParameter(f"{code}: not a readable key set", param_hint="--keys") from None


def _print(lines: Iterable[bytes]) -> None:
    """One line each, in one stream of bytes."""
    out = sys.stdout.buffer
    for line in lines:
        out.write(line + b"\n")
    out.flush()


def _failure(picture: Path, reason: str) -> bytes:
    """The line of a picture that gave no text."""
    return _encoded(
        {"picture": picture.name, "well_formed": False, "problems": [{"code": reason}]},
    )


def _line(reading: Reading, keys: jwks.KeySet, *, picture: str | None = None) -> bytes:
    """The line of one text."""
    line: dict[str, object] = {} if picture is None else {"picture": picture}
    line |= {
        "text": reading.text,
        "family": reading.family,
        "well_formed": not reading.problems,
        "fields": _fields(reading.fields),
        "problems": [_finding(finding) for finding in reading.problems],
        "warnings": [_finding(finding) for finding in reading.warnings],
    }
    signature = _signature(reading, keys)
    if signature is not None:
        line["signature"] = signature
    return _encoded(line)


def _encoded(line: dict[str, object]) -> bytes:
    """JSON in which nothing hidden reaches a terminal."""
    encoded = msgspec.json.encode(line)
    return encoded if encoded.isascii() else screening.show_hidden(encoded.decode()).encode()


def _signature(reading: Reading, keys: jwks.KeySet) -> str | None:
    """What the signature of our own forms is worth; None for other families."""
    if reading.family is Family.PLACE:
        found = place.verify(reading.text, keys.find)
    elif reading.family is Family.PERSONAL and issued.is_issued(reading.text):
        found = issued.verify(reading.text, keys.find)
    else:
        return None
    return "none" if found is issued.Signature.UNSIGNED else str(found)


def _finding(finding: Finding) -> dict[str, str]:
    """A finding; `field` only where there is one."""
    return {"code": finding.code} | ({"field": finding.field} if finding.field else {})


def _fields(value: object) -> dict[str, object] | None:
    """The fields of a value, as plain JSON."""
    if isinstance(value, Personal):
        return _personal(value)
    if isinstance(value, issued.Issued):
        return {
            "layout": issued.LAYOUT,
            **_plain(value.issue),
            "kid": value.kid,
            "living": value.living,
        }
    return None if value is None else _plain(value)


def _personal(value: Personal) -> dict[str, object]:
    """A v1.1 text; absent tokens of EXT are null, empty ones are empty."""
    names = ("declarant", "sex", "bhyt", "phone", "signature")
    tokens = value.tokens or ()
    ext: dict[str, object] = dict(zip(names, tokens, strict=False))
    return {
        "document": value.document,
        "name": value.name,
        "born": value.born,
        "identity_kind": value.identity_kind,
        "qid": value.qid,
        "ext": {name: ext.get(name) for name in names} | {"extra": value.extra},
    }


def _plain(value: object) -> dict[str, object]:
    """A frozen value as a dictionary, dates and nested values included."""
    if not is_dataclass(value):
        raise TypeError(type(value).__name__)
    return {field.name: _plain_part(getattr(value, field.name)) for field in fields(value)}


def _plain_part(part: object) -> object:
    """One field: births as text, moments in UTC, choices by name, nested values as objects."""
    if isinstance(part, Enum):
        return part.name.lower().replace("_", "-")
    if isinstance(part, Birth):
        return str(part)
    if isinstance(part, datetime | date):
        return part.isoformat()
    return _plain(part) if is_dataclass(part) else part
