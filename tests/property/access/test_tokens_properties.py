"""Tokens, proofs and limits: whatever is sent is refused with a code, what is ours comes back."""

import hashlib
import hmac
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from tests.staging import DeviceKey

from motma.access import tokens
from motma.access.errors import ProofRefused, ProofTime, TokenExpired, TokenRefused
from motma.access.limits import Counters, Limit
from motma.access.model import line, new_code, plain_code
from motma.access.service import plain_login
from motma.access.tokens import Claims, mint, read_jwk, read_proof, read_token
from motma.kernel.errors import Malformed

NOW = datetime(2026, 1, 1, tzinfo=UTC)
KEY = DeviceKey()
ANY_TEXT = st.text(max_size=200) | st.from_regex(r"[\w-]*\.[\w-]*\.[\w-]*", fullmatch=True)
UUIDS = st.uuids()
CLAIMS = st.builds(
    Claims,
    device=UUIDS,
    session=UUIDS,
    thumbprint=st.text(max_size=43),
    expires_s=st.integers(0, 2**40),
    reader=st.none() | UUIDS,
    person=st.none() | UUIDS,
    role=st.none() | st.text(max_size=20),
    organisation=st.none() | UUIDS,
)


def mac(data: bytes, kid: str | None) -> tuple[str, bytes]:
    if kid not in {None, "k1"}:
        raise TokenRefused
    return "k1", hmac.digest(b"secret", data, "sha256")


@given(CLAIMS)
def test_a_token_of_ours_comes_back_until_it_expires(claims: Claims) -> None:
    token = mint(claims, mac)
    ends = datetime.fromtimestamp(claims.expires_s % 2**33, UTC)
    if claims.expires_s < 2**33:
        with pytest.raises(TokenExpired):
            read_token(token, mac, ends)
        if claims.expires_s:
            assert read_token(token, mac, ends - timedelta(microseconds=1)) == claims


@given(CLAIMS, st.integers(0), st.integers(1, 255))
def test_a_token_with_any_changed_character_is_refused(claims: Claims, at: int, by: int) -> None:
    token = mint(claims, mac).encode()
    at %= len(token)
    changed = (token[:at] + bytes([token[at] ^ by]) + token[at + 1 :]).decode("latin-1")
    with suppress(TokenRefused, TokenExpired):
        # the last character of base64 has bits that mean nothing
        assert read_token(changed, mac, NOW - timedelta(days=30_000)) == claims


@given(ANY_TEXT)
def test_any_text_is_no_token_and_no_proof(text: str) -> None:
    with pytest.raises(TokenRefused):
        read_token(text, mac, NOW)
    with pytest.raises(ProofRefused):
        read_proof(text, method="GET", path="/", token=None, now=NOW)


@given(st.floats(-1e6, 1e6))
def test_a_proof_is_good_within_its_minute_and_else_tells_the_time(off_s: float) -> None:
    assume(not 59.9 < abs(off_s) < 60.1)
    made_at = NOW + timedelta(seconds=off_s)
    proof = KEY.proof("POST", "https://any.host/v1/x?y#z", token="t", at=made_at)
    if abs(off_s) <= tokens.PROOF_WINDOW_S:
        thumbprint, _ = read_proof(proof, method="POST", path="/v1/x", token="t", now=NOW)
        assert thumbprint == read_jwk(dict(KEY.jwk))[0]
    else:
        with pytest.raises(ProofTime):
            read_proof(proof, method="POST", path="/v1/x", token="t", now=NOW)


@given(st.dictionaries(st.sampled_from(["kty", "crv", "x", "y", "d"]), st.text() | st.integers()))
def test_any_object_is_a_key_or_malformed(jwk: dict[str, object]) -> None:
    with suppress(Malformed):
        read_jwk(jwk)
    assert read_jwk(dict(KEY.jwk))[0] == read_jwk({**KEY.jwk, "kid": "x"})[0]


@given(st.binary(min_size=16, max_size=16))
def test_a_code_survives_being_typed(chance: bytes) -> None:
    code = new_code(lambda _: chance)
    assert plain_code(f" {code.lower().replace('-', ' ')} ") == plain_code(code)
    assert len(plain_code(code)) == 12
    assert not set("01ILOU") & set(plain_code(code))


@given(st.text())
def test_a_line_hides_nothing(text: str) -> None:
    with suppress(Malformed):
        one = line(text, field="reason")
        assert one.isprintable()
        assert len(one) <= 200
        assert line(one, field="reason") == one
    assert plain_login(text).isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 2000)), max_size=30),
)
def test_a_limit_allows_its_count_in_every_window(
    tmp_path: Path, calls: list[tuple[int, int, int]]
) -> None:
    counters = Counters(tmp_path / "counters")
    limit = Limit(name=hashlib.sha256(repr(calls).encode()).hexdigest(), count=5, window_s=100)
    start, seen = 1_000_000_000, dict[tuple[int, int], int]()
    for who, count, later_s in sorted(calls, key=lambda call: call[2]):
        at_s = start + later_s
        window = (who, at_s // 100)
        seen[window] = seen.get(window, 0) + count
        left = counters.take(limit, UUID(int=who).bytes, at_s=at_s, count=count)
        assert left.remaining == 5 - seen[window]
        assert left.exceeded == (seen[window] > 5)
        assert 0 < left.reset_s <= 100
