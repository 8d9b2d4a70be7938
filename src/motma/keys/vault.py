"""The vault: seals what names a person, and finds it again by keyed indexes and pseudonyms."""

import hmac
from datetime import date
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

from motma.kernel.ids import Random, system_random
from motma.keys.errors import SealBroken
from motma.keys.keyring import Keyring
from motma.keys.model import Key, Purpose

#: A sealed value is: format (1), number of its key (1), nonce (12), ciphertext, tag (16).
SEAL_FORMAT: Final = 1
_NONCE_BYTES: Final = 12
_HEADER_BYTES: Final = 2
_LEAST_BYTES: Final = _HEADER_BYTES + _NONCE_BYTES + 16

#: Blind indexes and pseudonyms are cut to 128 bits: too many to meet by chance among 10^10 rows.
_INDEX_BYTES: Final = 16


class Vault:
    """Seals and opens columns with AES-256-GCM-SIV (RFC 8452); a few microseconds a call."""

    def __init__(self, keyring: Keyring, *, random: Random = system_random) -> None:
        self.keyring = keyring
        self._random = random
        self._load()

    def seal(self, column: str, row_id: UUID, plain: bytes) -> bytes:
        """Encrypt for one column of one row; nobody can move it to another."""
        header = self._header
        nonce = self._random(_NONCE_BYTES)
        context = b"%b%b|%b" % (header, column.encode(), row_id.bytes)
        return header + nonce + self._sealer.encrypt(nonce, plain, context)

    def open(self, column: str, row_id: UUID, sealed: bytes) -> bytes:
        """Decrypt; SealBroken when it is not what `seal` gave for this column and row."""
        if len(sealed) < _LEAST_BYTES or sealed[0] != SEAL_FORMAT:
            raise SealBroken(column)
        opener = self._openers.get(sealed[1]) or self._after_refresh(sealed[1])
        if opener is None:
            raise SealBroken(column)
        context = b"%b%b|%b" % (sealed[:_HEADER_BYTES], column.encode(), row_id.bytes)
        nonce, body = sealed[_HEADER_BYTES:14], sealed[14:]
        try:
            return opener.decrypt(nonce, body, context)
        except InvalidTag:
            raise SealBroken(column) from None

    def blind(self, kind: str, value: str) -> bytes:
        """The index under which a value is written: key number and 16 bytes of HMAC-SHA-256."""
        return _blind(self._blinds[0], kind, value)

    def blinds(self, kind: str, value: str) -> list[bytes]:
        """Every index under which it may be found while a rotation lasts; the newest first."""
        return [_blind(key, kind, value) for key in self._blinds]

    def tag(self, person_id: UUID, day: date) -> bytes:
        """The pseudonym of a person on one civil day: 16 bytes that only this key can link."""
        return _tag(self._tags[0], person_id, day)

    def tags(self, person_id: UUID, day: date) -> list[bytes]:
        """Every pseudonym of that day while a rotation of the key lasts."""
        return [_tag(key, person_id, day) for key in self._tags]

    def refresh(self) -> bool:
        """Take over a ring that another process changed; whether it had."""
        changed = self.keyring.refresh()
        if changed or self._version != self.keyring.version:
            self._load()
        return changed

    def _load(self) -> None:
        keyring = self.keyring
        self._version = keyring.version
        active = keyring.active(Purpose.DATA)
        self._header = bytes((SEAL_FORMAT, active.number))
        self._openers = {key.number: AESGCMSIV(_secret(key)) for key in keyring.held(Purpose.DATA)}
        self._sealer = self._openers[active.number]
        keyring.active(Purpose.BLIND), keyring.active(Purpose.TAG)  # or KeyMissing, now
        self._blinds = keyring.held(Purpose.BLIND)
        self._tags = keyring.held(Purpose.TAG)

    def _after_refresh(self, number: int) -> AESGCMSIV | None:
        """Another process may have rotated since: look once more before giving up."""
        self.refresh()
        return self._openers.get(number)


def _secret(key: Key) -> bytes:
    assert key.secret is not None  # noqa: S101 - usable keys have their secret
    return key.secret


def _blind(key: Key, kind: str, value: str) -> bytes:
    digest = hmac.digest(_secret(key), f"{kind}|{value}".encode(), "sha256")
    return key.number.to_bytes(1) + digest[:_INDEX_BYTES]


def _tag(key: Key, person_id: UUID, day: date) -> bytes:
    message = person_id.bytes + day.toordinal().to_bytes(4)
    return hmac.digest(_secret(key), message, "sha256")[:_INDEX_BYTES]
