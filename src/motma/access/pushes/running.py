"""Knocks at browsers: carries what is to be told to subscriptions, and sends it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from prometheus_client import Counter

from motma.access.means import Means
from motma.access.pushes import model, queries
from motma.access.pushes.model import Knock, Subscription
from motma.access.pushes.service import public_key
from motma.access.tokens import b64
from motma.egress.addresses import target_of
from motma.egress.client import Egress
from motma.egress.errors import AddressRefused, AnswerRefused
from motma.kernel.errors import Declined, where_raised
from motma.kernel.rounds import rounds
from motma.keys.errors import SealBroken
from motma.keys.keyring import Keyring
from motma.keys.model import Purpose
from motma.storage.pool import Pool

#: Seconds between two looks, knocks under way at once, and carried at once.
ROUND_S: Final = 1.0
AT_ONCE: Final = 16
CARRIED: Final = 500
#: An answer's body says nothing to us. Bytes, and seconds for it all.
MOST_BYTES: Final = 16 * 1024
PATIENCE_S: Final = 15.0
#: Answers after which the browser is not knocked at again: gone, or bound to another key of ours.
#: Source: RFC 8030 §7.3, RFC 8292 §4.2.
GONE: Final = frozenset({400, 401, 403, 404, 410})
#: How long a push service keeps a knock for a phone that is off, seconds; and a proof is good for.
_TTL_S: Final = 86_400
_PROOF_LIFE: Final = timedelta(hours=12)

KNOCKS: Final = Counter("motma_pushes", "Knocks at browsers by what became of them", ["outcome"])

_log = structlog.get_logger("motma.access")


@dataclass(frozen=True, slots=True, kw_only=True)
class Knocker:
    """Works on knocks; several processes may. `contact` is whom a push service can ask."""

    pool: Pool
    means: Means
    contact: str
    private_network: bool = False

    async def run(self, stop: asyncio.Event) -> None:
        """Round after round until told to stop."""

        async def work() -> bool:
            return await self.round() == AT_ONCE

        await rounds(work, stop, rest_s=ROUND_S, failed=_failed)

    async def round(self) -> int:
        """Carry, then knock at everybody who is due; how many that were."""
        now = self.means.clock.now()
        async with self.pool.acquire() as db:
            async with db.transaction():
                if await db.fetchval(queries.ONE_CARRIES):
                    await db.execute(queries.CARRY, now, now + model.KNOCK_LIFE, CARRIED)
            await db.execute(queries.GIVE_UP, now)
            rows = await db.fetch(queries.TAKE, now, now + model.LEASE, AT_ONCE)
        await asyncio.gather(*(self._knock(Knock(**dict(row))) for row in rows))
        return len(rows)

    async def _knock(self, knock: Knock) -> None:
        """Knock at one, and keep what became of it."""
        outcome = await self._send(knock)
        KNOCKS.labels(outcome).inc()
        now = self.means.clock.now()
        async with self.pool.acquire() as db:
            if outcome == "gone":
                await db.execute(queries.REMOVE, knock.device_id)
            elif outcome == "sent":
                await db.execute(queries.DONE, knock.device_id, knock.tries, knock.waiting, now)
            else:
                due = now + model.back_off(knock.tries)
                await db.execute(queries.LATER, knock.device_id, knock.tries, due)

    async def _send(self, knock: Knock) -> str:
        """What became of it: sent, gone or failed."""
        try:
            plain = self.means.vault.open(model.COLUMN, knock.device_id, knock.sealed)
            to = msgspec.json.decode(plain, type=Subscription)
        except (SealBroken, msgspec.DecodeError):
            return "gone"
        salt = self.means.random(model.SALT_BYTES)
        private = generate_private_key(SECP256R1())
        body = model.seal(knock.payload(), to, private=private, salt=salt)
        try:
            async with Egress(self.private_network, PATIENCE_S, MOST_BYTES) as egress:
                await egress.post(
                    to.endpoint,
                    body,
                    media_type="application/octet-stream",
                    headers={
                        "content-encoding": "aes128gcm",
                        "ttl": str(_TTL_S),
                        "urgency": "normal",
                        "topic": "inbox",  # a phone that was off hears of the latest only
                        "authorization": self._proof(to.endpoint),
                    },
                )
        except AnswerRefused as refused:
            return "gone" if refused.status in GONE else "failed"
        except AddressRefused:
            return "gone"
        except Declined:
            return "failed"
        return "sent"

    def _proof(self, endpoint: str) -> str:
        """Who knocks, for this push service alone (RFC 8292)."""
        scheme, host, port, _ = target_of(endpoint, private_network=self.private_network)
        usual = (scheme, port) in {("https", 443), ("http", 80)}
        audience = f"{scheme}://{host}" + ("" if usual else f":{port}")
        now = self.means.clock.now()
        return proof(self.means.keyring, audience=audience, contact=self.contact, now=now)


def _failed(error: Exception) -> None:
    _log.warning("pushes failed", error=type(error).__name__, where=where_raised(error))


def proof(ring: Keyring, *, audience: str, contact: str, now: datetime) -> str:
    """The Authorization header: a token that says for whom and until when, and the key."""
    head = {"typ": "JWT", "alg": "ES256"}
    expires = int((now + _PROOF_LIFE).timestamp())
    claims = {"aud": audience, "exp": expires, "sub": contact}
    signed = f"{b64(msgspec.json.encode(head))}.{b64(msgspec.json.encode(claims))}"
    _, signature = ring.sign(Purpose.PUSH, signed.encode())
    return f"vapid t={signed}.{b64(signature)}, k={public_key(ring)}"
