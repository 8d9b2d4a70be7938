"""The port behind which signing happens; a purpose and bytes go in, a key never comes out.

The file ring (`Keyring`) is the only implementation today. A PKCS#11 one would keep `qr`, `log` and
`place` keys in hardware behind the same three methods.
"""

from collections.abc import Sequence
from typing import Protocol

from motma.keys.model import PublicKeyInfo, Purpose


class Signer(Protocol):
    """Signs by purpose and publishes what verifies."""

    def sign(self, purpose: Purpose | str, data: bytes) -> tuple[str, bytes]:
        """Key id and signature: ES256 as raw r ‖ s (64 bytes), or Ed25519 (64 bytes)."""
        ...

    def verify(self, purpose: Purpose | str, kid: str, data: bytes, signature: bytes) -> bool:
        """Whether a key that is still believed made this signature."""
        ...

    def public_keys(self, purpose: Purpose | str) -> Sequence[PublicKeyInfo]:
        """All but the retired ones, oldest first."""
        ...
