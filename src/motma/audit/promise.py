"""Promises of inclusion: what a scan's answer carries until the event has its place in the tree."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from motma.audit.model import Event, microseconds
from motma.keys import signatures
from motma.keys.model import Algorithm, PublicKeyInfo, Purpose
from motma.keys.signer import Signer

#: Keeps a promise apart from everything else the log key signs.
_LABEL: Final = b"motma promise v1\0"


def promise(signer: Signer, event: Event) -> dict[str, str]:
    """A signed promise that the event is in the tree within the merge delay of `known_at`.

    It names no person: the commitment is salted.
    """
    kid, signature = signer.sign(Purpose.LOG, _signed(event.commitment, event.known_at))
    return {
        "event_id": str(event.event_id),
        "commitment": b64encode(event.commitment).decode(),
        "known_at": event.known_at.isoformat(),
        "kid": kid,
        "signature": b64encode(signature).decode(),
    }


def check_promise(keys: Iterable[PublicKeyInfo], promised: Mapping[str, Any]) -> bool:
    """Whether one of the log's keys made this promise; false for anything malformed."""
    try:
        commitment = b64decode(promised["commitment"], validate=True)
        signature = b64decode(promised["signature"], validate=True)
        data = _signed(commitment, datetime.fromisoformat(promised["known_at"]))
        kid = promised["kid"]
    except (KeyError, TypeError, ValueError):
        return False
    return any(
        signatures.verify(signatures.public_key(Algorithm.EDDSA, key.raw), data, signature)
        for key in keys
        if key.kid == kid
    )


def _signed(commitment: bytes, known_at: datetime) -> bytes:
    return _LABEL + commitment + microseconds(known_at).to_bytes(8, signed=True)
