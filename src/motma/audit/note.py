"""Signed notes and checkpoints of C2SP: text that any transparency tool can read.

Sources: c2sp.org/signed-note, c2sp.org/tlog-checkpoint, c2sp.org/tlog-cosignature (Ed25519). Our
checkpoint has one extension line, `at <RFC 3339>`: retention is judged by it, so it must be signed.
"""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from motma.kernel.errors import Malformed
from motma.keys import signatures
from motma.keys.model import Algorithm

#: Signature types. Source: c2sp.org/signed-note, “Signature types”.
ED25519: Final = 0x01
COSIGNATURE: Final = 0x04

_DASH: Final = "— "
_KEY_HASH_BYTES: Final = 4
_ROOT_BYTES: Final = 32
_HEAD_LINES: Final = 4


@dataclass(frozen=True, slots=True)
class NoteSignature:
    """One signature line."""

    name: str
    key_hash: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and who signed it."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return self.text + "\n" + "".join(signature_line(each) for each in self.signatures)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What a checkpoint says: whose log, how many leaves, their root, and when."""

    origin: str
    size: int
    root: bytes
    at: datetime

    def text(self) -> str:
        """The body of the note."""
        root = b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\nat {self.at.isoformat()}\n"


def key_hash(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes that name a key in a signature line."""
    return sha256(name.encode() + b"\n" + bytes((kind,)) + public).digest()[:_KEY_HASH_BYTES]


def verifier_key(name: str, kind: int, public: bytes) -> str:
    """The text form of a public key (vkey): `name+hash+base64`."""
    encoded = b64encode(bytes((kind,)) + public).decode()
    return f"{name}+{key_hash(name, kind, public).hex()}+{encoded}"


def verifier_keys(origin: str, keys: Iterable[bytes]) -> list[str]:
    """The vkeys of a log's own keys: what witnesses, gates and wallets check it with."""
    return [verifier_key(origin, ED25519, public) for public in keys]


def read_verifier_key(text: str) -> tuple[str, int, bytes]:
    """Name, signature type and public bytes of a vkey."""
    try:
        name, written, encoded = text.strip().split("+", 2)
        material = b64decode(encoded, validate=True)
        kind, public = material[0], material[1:]
        signatures.public_key(Algorithm.EDDSA, public)
        if not name or bytes.fromhex(written) != key_hash(name, kind, public):
            raise Malformed("audit.vkey-malformed")
    except (ValueError, IndexError) as error:
        raise Malformed("audit.vkey-malformed") from error
    return name, kind, public


def read_note(text: str) -> Note:
    """Split text and signature lines; Malformed for anything else."""
    body, separator, tail = text.rpartition("\n\n")
    lines = tail.split("\n")
    if not separator or not lines[:-1] or lines[-1] or "\r" in text:
        raise Malformed("audit.note-malformed")
    return Note(body + "\n", tuple(read_signature(line) for line in lines[:-1]))


def read_signature(line: str) -> NoteSignature:
    """One signature line."""
    name, separator, encoded = line.removeprefix(_DASH).partition(" ")
    try:
        material = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("audit.note-malformed") from error
    if not (line.startswith(_DASH) and separator and name and len(material) > _KEY_HASH_BYTES):
        raise Malformed("audit.note-malformed")
    return NoteSignature(name, material[:_KEY_HASH_BYTES], material[_KEY_HASH_BYTES:])


def read_head(text: str) -> Head:
    """The head in a checkpoint's text."""
    lines = text.split("\n")
    try:
        origin, size, root, at = lines[:_HEAD_LINES]
        head = Head(
            origin=origin,
            size=int(size),
            root=b64decode(root, validate=True),
            at=datetime.fromisoformat(at.removeprefix("at ")),
        )
    except ValueError as error:
        raise Malformed("audit.checkpoint-malformed") from error
    if (
        head.at.tzinfo is None
        or head.size < 0
        or len(head.root) != _ROOT_BYTES
        or head.text() != text
    ):
        raise Malformed("audit.checkpoint-malformed")
    return head


def signed_by(note: Note, name: str, keys: Iterable[bytes]) -> bool:
    """Whether one of these Ed25519 keys of `name` signed the note."""
    for public in keys:
        expected = key_hash(name, ED25519, public)
        key = signatures.public_key(Algorithm.EDDSA, public)
        for line in note.signatures:
            if (line.name, line.key_hash) != (name, expected):
                continue
            if signatures.verify(key, note.text.encode(), line.signature):
                return True
    return False


def cosigned_text(text: str, seconds: int) -> bytes:
    """What a witness signs: that at this second it knew of no larger tree of this log."""
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def cosigned_at(note: Note, name: str, public: bytes) -> int | None:
    """The second at which this witness cosigned the note; None when it did not."""
    expected = key_hash(name, COSIGNATURE, public)
    key = signatures.public_key(Algorithm.EDDSA, public)
    for line in note.signatures:
        if (line.name, line.key_hash) != (name, expected):
            continue
        seconds, signature = int.from_bytes(line.signature[:8], "big"), line.signature[8:]
        if signatures.verify(key, cosigned_text(note.text, seconds), signature):
            return seconds
    return None


def signature_line(signature: NoteSignature) -> str:
    """One signature as a line of a note."""
    encoded = b64encode(signature.key_hash + signature.signature).decode()
    return f"{_DASH}{signature.name} {encoded}\n"
