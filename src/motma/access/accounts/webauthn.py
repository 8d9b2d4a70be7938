"""WebAuthn as this platform uses it: what a browser is asked for, and whether its answer holds.

Signatures and formats are the library's (`fido2`); what is insisted on is said here.
Source: https://www.w3.org/TR/webauthn-3/ §7.1 and §7.2.
"""

import ipaddress
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import msgspec
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorData,
    PublicKeyCredentialRpEntity,
    RegistrationResponse,
    UserVerificationRequirement,
)

from motma.access.tokens import b64, unb64

T = TypeVar("T")

#: Shown by phones beside the passkey; people are not named to an authenticator.
NAME: Final = "Một Mã"
#: ES256, EdDSA, RS256: what phones, keys and Windows make. Source: IANA COSE algorithms.
ALGORITHMS: Final = (-7, -8, -257)
#: How long a browser waits for the person, milliseconds; the challenge lives as long.
TIMEOUT_MS: Final = 300_000
#: Longest id of a credential. Source: WebAuthn §4, credential id.
_LONGEST_ID: Final = 1023
#: Longest id and public key together, bytes: an id of 1,023 and RSA of 4,096 bits fit.
_LONGEST_CREDENTIAL: Final = 2048
_LOCALHOST: Final = "localhost"

# the library tells ids of credentials at INFO
logging.getLogger("fido2").setLevel(logging.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Who we are to an authenticator: the name in every signature, and where our pages stand."""

    rp_id: str
    origin: str  # empty: any port of this machine, for a trial

    def ours(self, origin: str) -> bool:
        """Whether a page of this origin is ours.

        >>> party_of("").ours("http://localhost:8123"), party_of("").ours("http://localhost.example")
        (True, False)
        """
        if self.origin:
            return origin == self.origin
        found = urlsplit(origin)
        return found.scheme == "http" and found.hostname == _LOCALHOST and not found.path


def party_of(public_url: str) -> Party | None:
    """The party of an address; None where browsers make no passkeys.

    >>> party_of("https://Qr.Example.vn:443/")
    Party(rp_id='qr.example.vn', origin='https://qr.example.vn')
    >>> party_of("http://qr.example.vn"), party_of("https://192.0.2.7")
    (None, None)
    """
    if not public_url:
        return Party(rp_id=_LOCALHOST, origin="")
    found = urlsplit(public_url.strip())
    host, usual = found.hostname or "", {"https": 443, "http": 80}.get(found.scheme)
    if not host or _is_address(host) or (found.scheme != "https" and host != _LOCALHOST):
        return None
    port = "" if found.port in {None, usual} else f":{found.port}"
    return Party(rp_id=host, origin=f"{found.scheme}://{host}{port}")


class Attested(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator made: base64url without padding."""

    client_data: str = msgspec.field(name="clientDataJSON")
    attestation: str = msgspec.field(name="attestationObject")


class NewCredential(msgspec.Struct, frozen=True, kw_only=True):
    """`PublicKeyCredential.toJSON()` of a new passkey; what else a browser says is passed over."""

    id: str
    response: Attested


class Asserted(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator signed: base64url without padding."""

    client_data: str = msgspec.field(name="clientDataJSON")
    authenticator_data: str = msgspec.field(name="authenticatorData")
    signature: str
    user_handle: str | None = msgspec.field(name="userHandle", default=None)


class Assertion(msgspec.Struct, frozen=True, kw_only=True):
    """`PublicKeyCredential.toJSON()` of a sign-in; what else a browser says is passed over."""

    id: str
    response: Asserted


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A passkey that an authenticator made."""

    credential_id: bytes
    credential: bytes  # id and public key, as the library writes them
    counter: int
    synced: bool  # kept in an account of the person's, on all their devices


def creation(
    party: Party, *, challenge: bytes, handle: bytes, name: str, known: Sequence[bytes]
) -> dict[str, Any]:
    """PublicKeyCredentialCreationOptionsJSON: for `parseCreationOptionsFromJSON`."""
    return {
        "rp": {"id": party.rp_id, "name": NAME},
        "user": {"id": b64(handle), "name": name, "displayName": name},
        "challenge": b64(challenge),
        "pubKeyCredParams": [{"type": "public-key", "alg": number} for number in ALGORITHMS],
        "timeout": TIMEOUT_MS,
        "excludeCredentials": [{"type": "public-key", "id": b64(one)} for one in known],
        "authenticatorSelection": {
            "residentKey": "required",
            "requireResidentKey": True,
            "userVerification": "required",
        },
        "attestation": "none",
    }


def request(party: Party, *, challenge: bytes) -> dict[str, Any]:
    """PublicKeyCredentialRequestOptionsJSON: for `parseRequestOptionsFromJSON`."""
    return {
        "rpId": party.rp_id,
        "challenge": b64(challenge),
        "timeout": TIMEOUT_MS,
        "allowCredentials": [],
        "userVerification": "required",
    }


def made(party: Party, challenge: bytes, answer: NewCredential) -> Made | None:
    """The new passkey, if it was made on our page for this challenge by somebody it verified."""

    def judge() -> tuple[RegistrationResponse, AuthenticatorData]:
        parsed = RegistrationResponse.from_dict(_as_sent(answer))
        return parsed, _server(party).register_complete(_state(challenge), parsed)

    judged = _unless_bad(judge)
    if judged is None:
        return None
    parsed, data = judged
    key = data.credential_data
    if key is None or parsed.response.client_data.cross_origin:
        return None
    if key.credential_id != parsed.raw_id or len(key.credential_id) > _LONGEST_ID:
        return None
    if key.public_key.get(3) not in ALGORITHMS or len(key) > _LONGEST_CREDENTIAL:
        return None
    return Made(
        credential_id=key.credential_id,
        credential=bytes(key),
        counter=data.counter,
        synced=data.is_backup_eligible(),
    )


def id_of(answer: Assertion) -> bytes:
    """The credential that an answer names; empty when it names none."""
    try:
        return unb64(answer.id)
    except ValueError:
        return b""


def signed(
    party: Party, challenge: bytes, answer: Assertion, *, credential: bytes, handle: bytes
) -> int | None:
    """The counter, if this passkey signed our challenge on our page for somebody it verified."""

    def judge() -> AuthenticationResponse:
        parsed = AuthenticationResponse.from_dict(_as_sent(answer))
        known = AttestedCredentialData(credential)
        _server(party).authenticate_complete(_state(challenge), [known], parsed)
        return parsed

    parsed = _unless_bad(judge)
    if parsed is None:
        return None
    response = parsed.response
    if response.client_data.cross_origin or response.user_handle != handle:
        return None
    return response.authenticator_data.counter


def _as_sent(answer: NewCredential | Assertion) -> dict[str, object]:
    """The answer as the library reads it."""
    response = msgspec.to_builtins(answer.response)
    return {"id": answer.id, "rawId": answer.id, "response": response}


def _unless_bad(judge: Callable[[], T]) -> T | None:
    """What the library makes of a stranger's bytes; None for all that it refuses or trips over.

    Its parsers raise whatever the bytes lead to, from `struct.error` to `NotImplementedError`,
    and name no common base; no such answer is a passkey.
    """
    try:
        return judge()
    except Exception:  # noqa: BLE001 - see above: there is no narrower class
        return None


def _server(party: Party) -> Fido2Server:
    entity = PublicKeyCredentialRpEntity(name=NAME, id=party.rp_id)
    return Fido2Server(entity, verify_origin=party.ours)


def _state(challenge: bytes) -> dict[str, object]:
    """What the library compares an answer with."""
    return {
        "challenge": b64(challenge),
        "user_verification": UserVerificationRequirement.REQUIRED,
    }


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
