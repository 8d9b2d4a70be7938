"""The key ring: makes, rotates and uses keys by purpose; the file implementation of `Signer`."""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from motma.kernel.clock import Clock, SystemClock
from motma.kernel.ids import Random, system_random
from motma.keys import disk, signatures
from motma.keys.errors import KeyMissing, KeyUnknown, PurposeUnsuited, RingExists
from motma.keys.model import (
    KID_DIGITS,
    MOST_NUMBERS,
    USABLE,
    Algorithm,
    Key,
    PublicKeyInfo,
    Purpose,
    State,
    activated,
    retired,
)

_SIGNING: Final = frozenset({Algorithm.ES256, Algorithm.EDDSA})


@dataclass(frozen=True, slots=True)
class _Pair:
    """A signing key, ready to use."""

    private: signatures.PrivateKey
    public: signatures.PublicKey
    info: PublicKeyInfo


class Keyring:
    """An open ring. Every process opens its own; `refresh` sees what another one changed."""

    def __init__(self, directory: Path, *, clock: Clock, random: Random) -> None:
        self.directory = directory
        self._clock = clock
        self._random = random
        with disk.shared(directory):
            self._read()

    @classmethod
    def create(cls, directory: Path, *, clock: Clock, random: Random, demo: bool) -> Self:
        """Make a ring with one active key for each purpose; the directory must hold none yet."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        with disk.exclusive(directory):
            if (directory / disk.RING).exists() or (directory / disk.KEK).exists():
                raise RingExists(directory.name)
            keys: list[Key] = []
            for purpose in Purpose:
                fresh = _fresh(keys, purpose, clock=clock, random=random)
                keys = activated(keys, fresh, at=fresh.not_before)
            disk.write(directory, demo=demo, keys=keys)
        return cls(directory, clock=clock, random=random)

    @classmethod
    def open(
        cls, directory: Path, *, clock: Clock | None = None, random: Random = system_random
    ) -> Self:
        """Read a ring; RingBroken when it is missing, changed by hand or open to others."""
        return cls(directory, clock=clock or SystemClock(), random=random)

    # use ---------------------------------------------------------------------------------

    def sign(self, purpose: Purpose | str, data: bytes) -> tuple[str, bytes]:
        """Key id and signature of the active key: ES256 as r ‖ s, or Ed25519; 64 bytes."""
        kid = self.active(purpose).kid
        return kid, signatures.sign(self._pair(purpose, kid).private, data)

    def verify(self, purpose: Purpose | str, kid: str, data: bytes, signature: bytes) -> bool:
        """Whether a key that is still believed made this signature."""
        key = self._by_kid.get(kid)
        if key is None or key.purpose != purpose or key.state not in USABLE:
            return False
        return signatures.verify(self._pair(purpose, kid).public, data, signature)

    def mac(self, purpose: Purpose | str, data: bytes, kid: str | None = None) -> tuple[str, bytes]:
        """Key id and HMAC-SHA-256 of the active key, or of the named one while it is believed."""
        key = self.active(purpose) if kid is None else self._usable_key(purpose, kid)
        if key.algorithm is not Algorithm.HMAC or key.secret is None:
            raise PurposeUnsuited(str(purpose))
        return key.kid, hmac.digest(key.secret, data, "sha256")

    def macs(self, purpose: Purpose | str, data: bytes) -> list[bytes]:
        """The HMAC-SHA-256 under every key that is held, the active one's first.

        For what somebody keeps longer than a key is the active one.
        """
        return [hmac.digest(key.secret or b"", data, "sha256") for key in self.held(purpose)]

    # publish -----------------------------------------------------------------------------

    def public_keys(self, purpose: Purpose | str) -> Sequence[PublicKeyInfo]:
        """All but the retired ones, oldest first; pending ones are published before their use."""
        chosen = [k for k in self._keys if k.purpose == purpose and k.state is not State.RETIRED]
        return [self._pair(purpose, key.kid).info for key in chosen]

    def jwks(self, purpose: Purpose = Purpose.QR) -> dict[str, Any]:
        """The keys of an ES256 purpose as a JWK set (RFC 7517) with `state`; no retired ones."""
        return {"keys": [_jwk(info, demo=self.demo) for info in self.public_keys(purpose)]}

    def listed(self) -> Sequence[Key]:
        """Every key, without its secret: for lists and reports."""
        return [replace(key, secret=None) for key in self._keys]

    def problems(self, production: bool) -> list[str]:  # noqa: FBT001 - reads as a question
        """What keeps this ring from serving; each names the key. Empty means ready."""
        found = [
            f"keys.missing: no active key for {purpose}"
            for purpose in Purpose
            if (purpose, State.ACTIVE) not in {(k.purpose, k.state) for k in self._keys}
        ]
        if production and self.demo:
            found.append("keys.demo: demo keys are refused here; make real ones: motma keys create")
        return found

    # change ------------------------------------------------------------------------------

    def stage(self, purpose: Purpose | str) -> str:
        """Make a pending key, to be published before `rotate` puts it to use; its id."""
        return self._change(lambda: self._staged(Purpose(purpose))[0], then=self._pending(purpose))

    def rotate(self, purpose: Purpose | str) -> str:
        """Put the pending key (or a new one) to use; the earlier one only verifies. Its id."""

        def activate() -> list[Key]:
            keys, fresh = self._staged(Purpose(purpose))
            return activated(keys, fresh, at=self._clock.now())

        return self._change(activate, then=lambda: self.active(purpose).kid)

    def complete(self) -> list[str]:
        """Give each purpose that a ring of an earlier release lacks its first key; their ids."""
        return [self.rotate(purpose) for purpose in Purpose if str(purpose) not in self._active]

    def retire(self, kid: str) -> None:
        """Destroy the secret of a key that is not active; what it sealed can't be opened again."""

        def forget() -> list[Key]:
            if kid not in self._by_kid:
                raise KeyUnknown(kid)
            return retired(self._keys, kid, at=self._clock.now())

        self._change(forget, then=lambda: kid)

    def refresh(self) -> bool:
        """Read the ring again if another process replaced it; whether it did."""
        if disk.version(self.directory) == self.version:
            return False
        with disk.shared(self.directory):
            self._read()
        return True

    # for the vault, inside this context ----------------------------------------------------

    def active(self, purpose: Purpose | str) -> Key:
        """The key in use."""
        try:
            return self._active[str(purpose)]
        except KeyError:
            raise KeyMissing(str(purpose)) from None

    def held(self, purpose: Purpose | str) -> list[Key]:
        """Every key that has its secret: the active one, then the pending and earlier ones.

        Pending ones too: another process may put one to use before this one hears of it.
        """
        held = [k for k in self._keys if k.purpose == purpose and k.state is not State.RETIRED]
        return sorted(held, key=lambda key: (key.state is not State.ACTIVE, -key.number))

    # private -----------------------------------------------------------------------------

    def _read(self) -> None:
        self.version = disk.version(self.directory)
        self.demo, self._keys = disk.read(self.directory)
        self._by_kid = {key.kid: key for key in self._keys}
        self._active = {str(k.purpose): k for k in self._keys if k.state is State.ACTIVE}
        self._pairs: dict[str, _Pair] = {}

    def _change(self, change: Callable[[], list[Key]], *, then: Callable[[], str]) -> str:
        with disk.exclusive(self.directory):
            self._read()  # what another process changed since
            disk.write(self.directory, demo=self.demo, keys=change())
            self._read()
        return then()

    def _staged(self, purpose: Purpose) -> tuple[list[Key], Key]:
        """The keys with a pending one of the purpose, and that one."""
        for key in self._keys:
            if key.purpose is purpose and key.state is State.PENDING:
                return self._keys, key
        fresh = _fresh(self._keys, purpose, clock=self._clock, random=self._random)
        return [*self._keys, fresh], fresh

    def _pending(self, purpose: Purpose | str) -> Callable[[], str]:
        return lambda: next(
            k.kid for k in self._keys if k.purpose == purpose and k.state is State.PENDING
        )

    def _usable_key(self, purpose: Purpose | str, kid: str) -> Key:
        key = self._by_kid.get(kid)
        if key is None or key.purpose != purpose or key.state not in USABLE:
            raise KeyMissing(str(purpose), kid)
        return key

    def _pair(self, purpose: Purpose | str, kid: str) -> _Pair:
        pair = self._pairs.get(kid)
        if pair is None:
            pair = self._pairs[kid] = _paired(self._by_kid[kid])
        if pair.info.purpose != purpose:
            raise PurposeUnsuited(str(purpose))
        return pair


def _paired(key: Key) -> _Pair:
    if key.algorithm not in _SIGNING or key.secret is None:
        raise PurposeUnsuited(key.purpose)
    private = signatures.private_key(key.algorithm, key.secret)
    public = private.public_key()
    info = PublicKeyInfo(
        kid=key.kid,
        purpose=key.purpose,
        state=key.state,
        alg=key.algorithm,
        not_before=key.not_before,
        not_after=key.not_after,
        raw=signatures.public_bytes(public),
    )
    return _Pair(private, public, info)


def _fresh(keys: Sequence[Key], purpose: Purpose, *, clock: Clock, random: Random) -> Key:
    """A pending key whose id no key of this ring ever had."""
    number = 1 + max((k.number for k in keys if k.purpose is purpose), default=0)
    if number > MOST_NUMBERS:
        raise PurposeUnsuited(purpose)
    taken = {key.kid for key in keys}
    while True:
        kid = f"{int.from_bytes(random(8), 'big') % 10**KID_DIGITS:0{KID_DIGITS}d}"
        if kid not in taken:
            break
    now = clock.now()
    algorithm = Key(
        kid=kid, purpose=purpose, number=number, state=State.PENDING, not_before=now
    ).algorithm
    return Key(
        kid=kid,
        purpose=purpose,
        number=number,
        state=State.PENDING,
        not_before=now,
        secret=signatures.new_secret(algorithm, random),
    )


def _jwk(info: PublicKeyInfo, *, demo: bool) -> dict[str, Any]:
    jwk: dict[str, Any] = {
        "kty": "EC",
        "crv": "P-256",
        "use": "sig",
        "alg": info.alg.value,
        "kid": info.kid,
        "state": info.state.value,
        "x": urlsafe_b64encode(info.x).rstrip(b"=").decode(),
        "y": urlsafe_b64encode(info.y).rstrip(b"=").decode(),
    }
    return jwk | {"demo": True} if demo else jwk
