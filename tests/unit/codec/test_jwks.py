"""Published keys."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from motma.codec import jwks
from motma.kernel.errors import Malformed


@pytest.fixture
def jwk(private_key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    point = private_key.public_key().public_numbers()
    x, y = (
        urlsafe_b64encode(number.to_bytes(32, "big")).decode().rstrip("=")
        for number in (point.x, point.y)
    )
    return {"kty": "EC", "crv": "P-256", "kid": "987654", "x": x, "y": y}


@pytest.mark.parametrize(
    ("state", "believed"),
    [("pending", True), ("active", True), ("verify-only", True), ("retired", False)],
)
def test_all_but_retired_keys_are_believed(jwk: dict[str, Any], state: str, believed: bool) -> None:  # noqa: FBT001
    keys = jwks.parse({"keys": [jwk | {"state": state}]})
    assert keys.keys["987654"].state == state
    assert (keys.find("987654") is not None) is believed


def test_a_plain_key_set_of_others_is_active(jwk: dict[str, Any]) -> None:
    assert jwks.parse({"keys": [jwk]}).keys["987654"].state is jwks.KeyState.ACTIVE


def test_keys_of_other_kinds_are_passed_over(jwk: dict[str, Any]) -> None:
    keys = jwks.parse({"keys": [{"kty": "OKP"}, {"kty": "EC", "crv": "P-384"}, jwk]})
    assert list(keys.keys) == ["987654"]


def test_a_key_that_is_not_there_is_not_found() -> None:
    assert jwks.parse({"keys": []}).find("1") is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"x": "AAAA"}, "jwks.key"),
        ({"x": 5}, "jwks.key"),
        ({"x": "é"}, "jwks.key"),
        ({"y": "A" * 43}, "jwks.key"),
        ({"kid": 5}, "jwks.key"),
        ({"state": "odd"}, "jwks.key"),
    ],
)
def test_a_key_that_is_none_is_refused(
    jwk: dict[str, Any], change: dict[str, object], reason: str
) -> None:
    with pytest.raises(Malformed) as caught:
        jwks.parse({"keys": [jwk | change]})
    assert caught.value.reason == reason


@pytest.mark.parametrize("document", [None, [], {}, {"keys": {}}, {"keys": [1]}])
def test_what_is_no_key_set_is_refused(document: object) -> None:
    with pytest.raises(Malformed) as caught:
        jwks.parse(document)
    assert caught.value.reason == "jwks.form"


def test_two_keys_of_one_id_are_refused(jwk: dict[str, Any]) -> None:
    with pytest.raises(Malformed) as caught:
        jwks.parse({"keys": [jwk, jwk]})
    assert caught.value.reason == "jwks.same-kid"
