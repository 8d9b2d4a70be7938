"""Whatever a stranger sends as an authenticator's answer is refused, and nothing of it raises."""

import base64
from typing import Any, Final

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.integration.accounts.authenticator import Authenticator
from tests.staging import b64

from motma.access.accounts import webauthn
from motma.access.accounts.webauthn import Assertion, NewCredential, Party

PARTY: Final = Party(rp_id="localhost", origin="http://localhost:8000")
CHALLENGE: Final = bytes(range(32))
HANDLE: Final = b"handle" * 4
PARTS: Final = ("clientDataJSON", "authenticatorData", "signature", "userHandle")

texts = st.text(max_size=60) | st.binary(max_size=300).map(b64)


def honest() -> tuple[Authenticator, bytes, dict[str, Any]]:
    """An authenticator, the credential it made, and what it signs."""
    authenticator = Authenticator()
    options = webauthn.creation(PARTY, challenge=CHALLENGE, handle=HANDLE, name="x", known=[])
    made = webauthn.made(
        PARTY, CHALLENGE, msgspec.convert(authenticator.make(options), NewCredential)
    )
    assert made is not None
    signed = authenticator.sign(webauthn.request(PARTY, challenge=CHALLENGE))
    return authenticator, made.credential, signed


AUTHENTICATOR, CREDENTIAL, SIGNED = honest()


def counter(signed: dict[str, Any]) -> int | None:
    """What the answer comes to."""
    answer = msgspec.convert(signed, Assertion)
    return webauthn.signed(PARTY, CHALLENGE, answer, credential=CREDENTIAL, handle=HANDLE)


def test_an_honest_answer_holds() -> None:
    assert counter(SIGNED) == 0


@given(part=st.sampled_from(PARTS), place=st.integers(0), bit=st.integers(0, 7))
def test_an_answer_with_a_changed_bit_never_holds(part: str, place: int, bit: int) -> None:
    text = SIGNED["response"][part]
    data = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    data[place % len(data)] ^= 1 << bit
    response = SIGNED["response"] | {part: b64(bytes(data))}
    assert counter(SIGNED | {"response": response}) is None


@given(name=texts, client=texts, data=texts, signature=texts, handle=st.none() | texts)
def test_any_answer_to_sign_in_is_refused_without_a_defect(
    name: str, client: str, data: str, signature: str, handle: str | None
) -> None:
    parts = dict(zip(PARTS, (client, data, signature, handle), strict=True))
    given_name = {"id": name, "response": parts}
    assert counter(given_name) is None
    webauthn.id_of(msgspec.convert(given_name, Assertion))


@settings(max_examples=200)
@given(name=texts, client=texts, attestation=texts)
def test_any_new_credential_is_refused_without_a_defect(
    name: str, client: str, attestation: str
) -> None:
    parts = {"clientDataJSON": client, "attestationObject": attestation}
    answer = msgspec.convert({"id": name, "response": parts}, NewCredential)
    assert webauthn.made(PARTY, CHALLENGE, answer) is None


@given(size=st.integers(0, 64), byte=st.sampled_from((0x81, 0xA1, 0xD8, 0xFF, 0x9F)))
def test_a_deeply_nested_attestation_is_refused(size: int, byte: int) -> None:
    options = webauthn.creation(PARTY, challenge=CHALLENGE, handle=HANDLE, name="x", known=[])
    made = Authenticator().make(options)
    made["response"]["attestationObject"] = b64(bytes([byte]) * size * 500)
    answer = msgspec.convert(made, NewCredential)
    assert webauthn.made(PARTY, CHALLENGE, answer) is None
