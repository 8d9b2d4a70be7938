"""Proves to a source that we read who we are: a token for our signed assertion, or a header.

The assertion (RFC 7523, `private_key_jwt`) is signed with the ring's key of the purpose `client`;
the header's value stands in a file, so that no secret is in the database or its backup.
"""

import stat
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import msgspec

from motma.access.clients.model import ASSERTION_TYPE
from motma.access.means import Means
from motma.access.tokens import b64
from motma.egress.client import Egress
from motma.egress.errors import AnswerRefused
from motma.keys.model import Purpose
from motma.records.sources.errors import AnswerUnreadable, ProofRefused, SecretUnreadable
from motma.records.sources.model import ByAssertion, ByHeader, Proof

#: How long an assertion is good.
_ASSERTION_S: Final = 60
#: A token is asked for anew this long before it ends: a page may take as long.
_EARLY: Final = timedelta(seconds=30)
#: What a token is good for when the source does not say. Source: RFC 6749 §5.1 leaves it open.
_UNSAID_S: Final = 60.0
_LONGEST_S: Final = 86_400.0
_LONGEST_SECRET: Final = 4096
_UNAUTHORISED: Final = frozenset({401, 403})
#: How the token end point says that it does not know us. Source: RFC 6749 §5.2.
_NOT_KNOWN: Final = frozenset({400, 401, 403})
_FORM: Final = "application/x-www-form-urlencoded"


class _Token(msgspec.Struct, frozen=True):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - the name of a type
    expires_in: float = _UNSAID_S


_token: Final = msgspec.json.Decoder(_Token)


@dataclass(slots=True)
class Prover:
    """Proves who we are to one source; remembers its token for as long as it is good."""

    means: Means
    _value: str = field(default="", repr=False)
    _of: Proof | None = None
    _until: datetime | None = None

    async def ask(
        self,
        egress: Egress,
        proof: Proof | None,
        request: Callable[[Mapping[str, str]], Awaitable[bytes]],
    ) -> bytes:
        """The answer to a request that carries the proof; ProofRefused when it is not believed.

        A token may have ended early, so one that is refused is replaced once.
        """
        kept = proof == self._of and self._good()
        try:
            return await request(await self._headers(egress, proof))
        except AnswerRefused as refused:
            if refused.status not in _UNAUTHORISED:
                raise
            self._until = None
            if not kept:
                raise ProofRefused from refused
        try:
            return await request(await self._headers(egress, proof))
        except AnswerRefused as refused:
            if refused.status in _UNAUTHORISED:
                raise ProofRefused from refused
            raise

    async def _headers(self, egress: Egress, proof: Proof | None) -> dict[str, str]:
        if proof is None:
            return {}
        if isinstance(proof, ByHeader):
            return {proof.name: secret_of(Path(proof.file))}
        if proof != self._of or not self._good():
            await self._renew(egress, proof)
        return {"authorization": f"Bearer {self._value}"}

    def _good(self) -> bool:
        return self._until is not None and self.means.clock.now() < self._until

    async def _renew(self, egress: Egress, proof: ByAssertion) -> None:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion(self.means, proof),
        } | ({"scope": proof.scope} if proof.scope else {})
        now = self.means.clock.now()
        try:
            answer = await egress.post(
                proof.token_address, urlencode(form).encode(), media_type=_FORM
            )
        except AnswerRefused as refused:
            if refused.status in _NOT_KNOWN:
                raise ProofRefused from refused
            raise
        try:
            token = _token.decode(answer)
        except (msgspec.DecodeError, ValueError) as error:
            raise AnswerUnreadable from error
        whole = token.access_token.isascii() and token.access_token.isprintable()
        if not whole or not token.access_token or not 0 <= token.expires_in < _LONGEST_S:
            raise AnswerUnreadable
        self._value, self._of = token.access_token, proof
        self._until = now + timedelta(seconds=token.expires_in) - _EARLY


def assertion(means: Means, proof: ByAssertion) -> str:
    """Who we are, signed for this source's token end point, for a minute, once."""
    made = int(means.clock.now().timestamp())
    keys = means.keyring
    head = {"alg": "ES256", "typ": "JWT", "kid": keys.active(Purpose.CLIENT).kid}
    claims = {
        "iss": proof.client, "sub": proof.client, "aud": proof.token_address,
        "jti": means.random(16).hex(), "iat": made, "exp": made + _ASSERTION_S,
    }  # fmt: skip
    signed = ".".join(b64(msgspec.json.encode(part)) for part in (head, claims))
    _, signature = keys.sign(Purpose.CLIENT, signed.encode())
    return f"{signed}.{b64(signature)}"


def secret_of(file: Path) -> str:
    """The header's value: one line of a file that nobody else may read."""
    try:
        with file.open("rb") as opened:
            mode = stat.S_IMODE(file.stat().st_mode)
            text = opened.read(_LONGEST_SECRET + 1).decode("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretUnreadable from error
    if mode & 0o077 or not text or len(text) > _LONGEST_SECRET or not text.isprintable():
        raise SecretUnreadable
    return text
