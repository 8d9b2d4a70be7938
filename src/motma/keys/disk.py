"""The two files of a ring: how they are written, read and doubted.

`kek.json` holds the keys that wrap; nothing in it says which one is in use. `ring.json` says that,
holds every other key wrapped (RFC 3394), and ends in a MAC under the wrapping key. So a copy of
`ring.json` alone is worthless, and rotating the wrapping key is: add it to `kek.json`, then replace
`ring.json` by one rename. A crash between the two leaves a wrapping key that nothing uses.
"""

import fcntl
import hmac
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from motma.kernel import durable
from motma.keys.errors import RingMissing, RingOpen, RingTampered
from motma.keys.model import Key, Purpose, State

RING: Final = "ring.json"
KEK: Final = "kek.json"
_LOCK: Final = "lock"
_MAC_LABEL: Final = b"motma key ring v1\0"


def read(directory: Path) -> tuple[bool, list[Key]]:
    """Whether the ring is a demo's, and its keys with their secrets."""
    _refuse_strangers(directory)
    try:
        wrapping = {kid: b64decode(text) for kid, text in _load(directory / KEK).items()}
        ring = _load(directory / RING)
        body, written_mac, kek = ring["body"], ring["mac"], ring["kek"]
        if not hmac.compare_digest(_mac(wrapping[kek], body), written_mac):
            raise RingTampered(RING)
        demo = bool(body["demo"])
        return demo, [_key(entry, wrapping) for entry in body["keys"]]
    except (KeyError, TypeError, ValueError, AttributeError, InvalidUnwrap) as error:
        raise RingTampered(RING) from error


def write(directory: Path, *, demo: bool, keys: Sequence[Key]) -> None:
    """Replace the ring, wrapped by its active wrapping key; the caller holds `exclusive`."""
    wrapping = {key.kid: key.secret for key in keys if key.purpose is Purpose.KEK and key.secret}
    kek = next(k for k in keys if k.purpose is Purpose.KEK and k.state is State.ACTIVE)
    assert kek.secret is not None  # noqa: S101 - an active key has its secret
    before = _load(directory / KEK) if (directory / KEK).exists() else {}
    after = {kid: b64encode(secret).decode() for kid, secret in wrapping.items()}
    _replace(directory / KEK, before | after)
    body = {"demo": demo, "keys": [_entry(key, kek) for key in keys]}
    _replace(directory / RING, {"kek": kek.kid, "body": body, "mac": _mac(kek.secret, body)})
    if before.keys() - after.keys():
        _replace(directory / KEK, after)


@contextmanager
def exclusive(directory: Path) -> Iterator[None]:
    """Hold the ring against other processes that would change it."""
    with _locked(directory, fcntl.LOCK_EX):
        yield


@contextmanager
def shared(directory: Path) -> Iterator[None]:
    """Hold the ring for reading both files as one."""
    if not (directory / RING).exists():
        raise RingMissing(RING)
    if not (directory / _LOCK).exists():  # a ring that was only copied here
        yield
        return
    with _locked(directory, fcntl.LOCK_SH):
        yield


def version(directory: Path) -> tuple[int, int]:
    """Changes whenever the ring was replaced."""
    try:
        status = (directory / RING).stat()
    except FileNotFoundError as error:
        raise RingMissing(RING) from error
    return status.st_ino, status.st_mtime_ns


@contextmanager
def _locked(directory: Path, operation: int) -> Iterator[None]:
    changing = operation == fcntl.LOCK_EX  # readers may have no right to write
    flags = os.O_RDWR | os.O_CREAT if changing else os.O_RDONLY
    lock = os.open(directory / _LOCK, flags, 0o600)
    try:
        fcntl.flock(lock, operation)
        yield
    finally:
        os.close(lock)


def _refuse_strangers(directory: Path) -> None:
    """A ring that others may read or replace is no ring."""
    for path in (directory, directory / KEK, directory / RING):
        try:
            mode = path.stat().st_mode
        except FileNotFoundError as error:
            raise RingMissing(path.name) from error
        if mode & 0o077:
            raise RingOpen(path.name)


def _load(path: Path) -> dict[str, Any]:
    try:
        loaded = json.loads(path.read_bytes())
    except ValueError as error:
        raise RingTampered(path.name) from error
    if not isinstance(loaded, dict):
        raise RingTampered(path.name)
    return loaded


def _replace(path: Path, content: dict[str, Any]) -> None:
    durable.replace(path, json.dumps(content, indent=1).encode())


def _mac(kek: bytes, body: dict[str, Any]) -> str:
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
    under = hmac.digest(kek, _MAC_LABEL, "sha256")  # the wrapping key itself only wraps
    return hmac.digest(under, canonical, "sha256").hex()


def _entry(key: Key, kek: Key) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "kid": key.kid,
        "purpose": key.purpose.value,
        "number": key.number,
        "state": key.state.value,
        "not_before": key.not_before.isoformat(),
        "not_after": key.not_after and key.not_after.isoformat(),
    }
    if key.purpose is not Purpose.KEK and key.secret is not None and kek.secret is not None:
        entry["wrapped"] = aes_key_wrap(kek.secret, key.secret).hex()
        entry["by"] = kek.kid
    return entry


def _key(entry: dict[str, Any], wrapping: dict[str, bytes]) -> Key:
    ended = entry["not_after"]
    key = Key(
        kid=entry["kid"],
        purpose=Purpose(entry["purpose"]),
        number=entry["number"],
        state=State(entry["state"]),
        not_before=datetime.fromisoformat(entry["not_before"]),
        not_after=datetime.fromisoformat(ended) if ended else None,
    )
    if key.state is State.RETIRED:
        return key
    if key.purpose is Purpose.KEK:
        return replace(key, secret=wrapping[key.kid])
    secret = aes_key_unwrap(wrapping[entry["by"]], bytes.fromhex(entry["wrapped"]))
    return replace(key, secret=secret)
