"""What no text of any family may hold, and the repair of UTF-8 that was read as Latin-1."""

import json
import re
from typing import Final

from motma.codec.model import MAX_BYTES, Finding

#: What keyboards and readers add at the ends; it is taken off with a warning.
EDGES: Final = "\r\n\t \ufeff"

#: Controls, bidirectional and invisible format characters, line separators, lone surrogates.
_HIDDEN: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

#: How UTF-8 of Vietnamese letters looks when each byte became one character.
_MOJIBAKE: Final = re.compile("[\u00c3-\u00c6\u00e1-\u00e2][\u0080-\u00bf\u0152-\u2122]")


def screen(text: str) -> list[Finding]:
    """Problems of the text as a whole: length, coding, hidden characters, mojibake."""
    if not text:
        return [Finding("qr.empty")]
    if _SURROGATE.search(text):
        return [Finding("qr.not-utf8")]
    if len(text) > MAX_BYTES or len(text.encode()) > MAX_BYTES:
        return [Finding("qr.too-long")]
    if not text.isascii() and repair_mojibake(text) is not None:
        return [Finding("qr.mojibake")]
    if _HIDDEN.search(text):
        return [Finding("qr.hidden-character")]
    return []


def repair_mojibake(text: str) -> str | None:
    """The text that was meant, when its UTF-8 was read as Latin-1 or Windows-1252; else None.

    >>> repair_mojibake("Ná»¯"), repair_mojibake("Nữ")
    ('Nữ', None)
    """
    if not _MOJIBAKE.search(text):
        return None
    try:
        repaired = b"".join(map(_byte, text)).decode()
    except (UnicodeEncodeError, UnicodeDecodeError):
        return None
    return repaired if repaired != text else None


def _byte(character: str) -> bytes:
    """The byte that a Western reader showed as this character."""
    try:
        return character.encode("latin-1")
    except UnicodeEncodeError:
        return character.encode("cp1252")


def show_hidden(json_text: str) -> str:
    r"""JSON with its hidden characters written as escapes, so that no terminal obeys them.

    >>> show_hidden('"a\u202eb"')
    '"a\\u202eb"'
    """
    return _HIDDEN.sub(lambda found: json.dumps(found[0])[1:-1], json_text)
