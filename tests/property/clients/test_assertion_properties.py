"""Assertions: what one side makes the other believes, and no other text of any kind."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from motma.access.clients import model
from motma.access.clients.errors import ClientRefused
from motma.access.clients.model import Client
from motma.access.tokens import b64

NOW = datetime(2022, 1, 5, 5, 0, tzinfo=UTC)
KEY = ec.derive_private_key(7, ec.SECP256R1())
AUDIENCE = "https://qr.example/v1/clients:token"
CLIENT = Client(
    client_id=UUID(int=1),
    organisation_id=UUID(int=2),
    name="Lab",
    scopes=("tests:write",),
    public_key=KEY.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
    active=True,
)
ASSERTION = model.assertion(KEY, CLIENT.client_id, audience=AUDIENCE, jti="one", now=NOW)


def believed(text: str, *, now: datetime = NOW, audience: str = AUDIENCE) -> datetime:
    claims = model.read_assertion(text)
    return model.believe(text, claims, CLIENT, audiences=[audience], now=now)


@given(st.text(max_size=40), st.integers(min_value=-59, max_value=119))
def test_an_assertion_is_believed_while_it_lasts_and_remembered_longer(
    jti: str, seconds: int
) -> None:
    text = model.assertion(KEY, CLIENT.client_id, audience=AUDIENCE, jti=f"j{jti}", now=NOW)
    at = NOW + timedelta(seconds=seconds)
    assert believed(text, now=at) > at + timedelta(seconds=1)


@pytest.mark.parametrize("seconds", [-62, 121, 4000])
def test_before_and_after_it_is_not(seconds: int) -> None:
    with pytest.raises(ClientRefused):
        believed(ASSERTION, now=NOW + timedelta(seconds=seconds))


@given(st.integers(min_value=0, max_value=len(ASSERTION) - 1), st.sampled_from("AZaz09-_."))
def test_a_changed_letter_is_never_believed(place: int, letter: str) -> None:
    changed = ASSERTION[:place] + letter + ASSERTION[place + 1 :]
    if changed == ASSERTION or place == len(ASSERTION) - 1:  # its last bits say nothing
        return
    with pytest.raises(ClientRefused):
        believed(changed)


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["iss", "sub", "aud", "exp", "jti", "iat"]), JSON))
def test_odd_claims_are_refused_and_nothing_else_is_raised(claims: dict[str, object]) -> None:
    body = b64(msgspec.json.encode(claims))
    with pytest.raises(ClientRefused):
        believed(f"{ASSERTION.split('.')[0]}.{body}.{ASSERTION.split('.')[2]}")


@given(st.text(max_size=300))
def test_any_text_is_refused_and_nothing_else_is_raised(text: str) -> None:
    with pytest.raises(ClientRefused):
        believed(text)
