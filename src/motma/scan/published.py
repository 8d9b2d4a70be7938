"""The published keys of personal codes, as this process knows them, and since when."""

from datetime import datetime

from motma.codec import es256, jwks
from motma.kernel.clock import Clock
from motma.keys.keyring import Keyring


class PublishedKeys:
    """Finds the key of a signature; an unknown key makes it look at the ring again."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._keyring = keyring
        self._clock = clock
        self._version = keyring.version
        self._known = jwks.parse(keyring.jwks())
        self.checked_at: datetime = clock.now()

    def find(self, kid: str) -> es256.PublicKey | None:
        """The key, unless it is retired or was never ours."""
        self._take_over()
        key = self._known.find(kid)
        if key is None:
            self.refresh()
            key = self._known.find(kid)
        return key

    def refresh(self) -> None:
        """Take over what another process changed: a retired key is believed no longer."""
        self._keyring.refresh()
        self._take_over()
        self.checked_at = self._clock.now()

    def _take_over(self) -> None:
        if self._keyring.version != self._version:
            self._known = jwks.parse(self._keyring.jwks())
            self._version = self._keyring.version
