"""How large a symbol is under each alphabet of the signature, and under each layout of tokens."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from qr_samples import NAME_20, NAME_40, paper_text, phone_text

from motma.codec import es256, issued, symbols

_BASE45: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


@dataclass(frozen=True, slots=True)
class Row:
    """One alphabet: characters of the signature, and versions of our forms under it."""

    alphabet: str
    characters: int
    versions: list[int]
    keyboard: str


def base45(data: bytes) -> str:
    """Base45 of an even number of bytes. Source: RFC 9285."""
    pairs = (int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2))
    return "".join(_BASE45[n % 45] + _BASE45[n // 45 % 45] + _BASE45[n // 2025] for n in pairs)


ALPHABETS: Final[dict[str, tuple[Callable[[bytes], str], str]]] = {
    "decimal": (es256.to_digits, "digits only: no case, no layout of letters, no Telex"),
    "base32": (lambda s: base64.b32encode(s).decode().rstrip("="), "letters: Telex changes them"),
    "base45": (base45, "spaces that are trimmed, symbols that layouts move, letters"),
    "base64url": (
        lambda s: base64.urlsafe_b64encode(s).decode().rstrip("="),
        "case, symbols that layouts move, letters",
    ),
}

FORMS: Final = (
    ("phone, card, living code, 20 letters", phone_text(NAME_20)),
    ("the same, 40 letters", phone_text(NAME_40)),
    ("paper, 20 letters", paper_text(NAME_20)),
)


def alphabets() -> list[Row]:
    """The versions of our forms with the signature written in each alphabet."""
    rows = []
    for name, (write, keyboard) in ALPHABETS.items():
        versions, length = [], 0
        for _, text in FORMS:
            digits = issued.parse(text).signature
            written = write(int(digits).to_bytes(es256.SIGNATURE_BYTES, "big"))
            length = len(written)
            versions.append(symbols.version(text.replace(digits, written)))
        rows.append(Row(name, length, versions, keyboard))
    return [*rows, separate_tokens()]


def separate_tokens() -> Row:
    """The versions with decimal signature when each part of `m`, `c` and `t` is a token of its own.

    The same content in the same number of digits; what can be absent is absent on paper.
    """
    signed = "<v=1<k=987654<f=1<a=1<n=1<i=20211005<x=20221005"
    phone = f"{signed}<d=12345678<c=1234.G.202110200304<t=12345678.654237"
    versions = [
        symbols.version(text.partition("<v=")[0] + (signed if form.startswith("paper") else phone))
        for form, text in FORMS
    ]
    return Row("decimal, separate tokens", es256.SIGNATURE_DIGITS, versions, "as decimal")


def table(rows: list[Row]) -> str:
    """The rows as Markdown."""
    heads = " | ".join(form for form, _ in FORMS)
    lines = [f"| alphabet | characters | {heads} | typed by a handheld reader |"]
    lines.append("|---|---:|" + "---:|" * len(FORMS) + "---|")
    for row in rows:
        versions = " | ".join(f"{version}-M" for version in row.versions)
        lines.append(f"| {row.alphabet} | {row.characters} | {versions} | {row.keyboard} |")
    return "\n".join(lines) + "\n"
