"""SMPP 3.4 on the wire: the few PDUs that a sender needs, and a text cut into short messages.

Source: Short Message Peer to Peer Protocol Specification v3.4, issue 1.2; 3GPP TS 23.038
(alphabet), TS 23.040 §9.2.3.24.1 (concatenation). Pure: bytes and values, no network.
"""

import struct
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

#: Commands; an answer has the highest bit set.
GENERIC_NACK: Final = 0x80000000
BIND_TRANSMITTER: Final = 0x00000002
SUBMIT_SM: Final = 0x00000004
UNBIND: Final = 0x00000006
ENQUIRE_LINK: Final = 0x00000015
ANSWER: Final = 0x80000000

#: Statuses (§5.1.3): fine; come back later; this message is refused whoever sends it again.
OK: Final = 0x00
QUEUE_FULL: Final = 0x14
THROTTLED: Final = 0x58
OF_THE_MESSAGE: Final = frozenset({0x01, 0x0B, 0x50, 0x61})  # length, address, its TON, its NPI

HEAD: Final = struct.Struct(">IIII")
#: No answer that a sender hears is larger. Bytes.
MOST_BYTES: Final = 4096

_GSM: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_EXTENDED: Final = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F,
    "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
_ESCAPE: Final = 0x1B
#: Every character of the alphabet as it goes out; an extended one takes two septets.
_SEPTETS: Final = {
    **{letter: bytes([code]) for code, letter in enumerate(_GSM) if code != _ESCAPE},
    **{letter: bytes([_ESCAPE, code]) for letter, code in _GSM_EXTENDED.items()},
}
#: Data coding, and how many bytes fit into one message alone and into one of several.
_DEFAULT: Final = (0x00, 160, 153)
_UCS2: Final = (0x08, 140, 134)
_UDHI: Final = 0x40
#: International number, ISDN plan; and a name of letters as the sender.
_INTERNATIONAL, _ISDN, _ALPHANUMERIC = 1, 1, 5
_VERSION: Final = 0x34


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One short message of a text."""

    coding: int
    concatenated: bool
    data: bytes  # with its header, if it is one of several


def parts(text: str, *, reference: int) -> list[Part]:
    """The text as short messages: the GSM alphabet if it fits, else UCS-2, as Vietnamese needs.

    `reference` ties those of one text together. No character is cut in two.

    >>> [(p.coding, p.concatenated, len(p.data)) for p in parts("a" * 161, reference=7)]
    [(0, True, 159), (0, True, 14)]
    >>> [(p.coding, len(p.data)) for p in parts("Mã đăng nhập", reference=7)]
    [(8, 24)]
    """
    plain = unicodedata.normalize("NFC", text)
    if all(letter in _SEPTETS for letter in plain):
        (coding, alone, several), letters = _DEFAULT, [_SEPTETS[letter] for letter in plain]
    else:
        (coding, alone, several), letters = _UCS2, [one.encode("utf-16-be") for one in plain]
    whole = b"".join(letters)
    if len(whole) <= alone:
        return [Part(coding=coding, concatenated=False, data=whole)]
    cut = [b""]
    for letter in letters:
        if len(cut[-1]) + len(letter) > several:
            cut.append(b"")
        cut[-1] += letter
    return [
        Part(
            coding=coding,
            concatenated=True,
            data=bytes([5, 0, 3, reference & 0xFF, len(cut), number]) + data,
        )
        for number, data in enumerate(cut, 1)
    ]


def pdu(command: int, sequence: int, body: bytes = b"", *, status: int = OK) -> bytes:
    """A whole PDU."""
    return HEAD.pack(HEAD.size + len(body), command, status, sequence) + body


def bind(system_id: str, password: str) -> bytes:
    """The body of a bind as transmitter (§4.1.1)."""
    named = (system_id.encode(), password.encode(), b"")
    return b"".join(one + b"\0" for one in named) + bytes([_VERSION, 0, 0]) + b"\0"


def submit(part: Part, *, sender: str, to: str, valid: timedelta) -> bytes:
    """The body of one short message (§4.4.1); `to` is E.164, `valid` how long it may wait there."""
    digits = sender.lstrip("+")
    source = (
        bytes([_INTERNATIONAL, _ISDN]) if digits.isdigit() else bytes([_ALPHANUMERIC, 0])
    ) + digits.encode()
    return b"".join(
        (
            b"\0",  # service type: the default
            source + b"\0",
            bytes([_INTERNATIONAL, _ISDN]) + to.lstrip("+").encode() + b"\0",
            bytes([_UDHI if part.concatenated else 0, 0, 0]),  # class, protocol, priority
            b"\0",  # delivered at once
            _relative(valid) + b"\0",
            bytes([0, 0, part.coding, 0, len(part.data)]),  # no receipt, no replacing
            part.data,
        )
    )


def _relative(valid: timedelta) -> bytes:
    """A relative time (§7.1.1): what is late is not sent on by the operator either.

    >>> _relative(timedelta(minutes=10, seconds=5))
    b'000000001005000R'
    """
    seconds = max(int(valid.total_seconds()), 1)
    days, rest = divmod(seconds, 86_400)
    return f"0000{min(days, 30):02}{rest // 3600:02}{rest // 60 % 60:02}{rest % 60:02}000R".encode()
