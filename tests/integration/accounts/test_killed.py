"""The database's process is killed before each statement of what an account promises."""

from typing import Any, cast
from uuid import UUID

from tests.integration.accounts.authenticator import Authenticator, add
from tests.integration.accounts.phoning import Phones, bind
from tests.staging import Caller, Stage

from motma.access.accounts import ending, passkeys, webauthn
from motma.access.accounts.webauthn import Attested, NewCredential
from motma.storage.pool import Connection

STATEMENTS = {"execute", "executemany", "fetch", "fetchrow", "fetchval"}


class Killed:
    """A connection whose server process dies before its nth statement; counts from nought."""

    def __init__(self, db: Connection, killer: Connection, before: int) -> None:
        self.db, self.killer, self.left = db, killer, before

    def __getattr__(self, name: str) -> Any:
        method = getattr(self.db, name)
        if name not in STATEMENTS:
            return method

        async def run(*args: Any, **options: Any) -> Any:
            if self.left == 0:
                pid = self.db.get_server_pid()
                await self.killer.execute("SELECT pg_terminate_backend($1, 5000)", pid)
            self.left -= 1
            return await method(*args, **options)

        return run


async def kept(on: Stage) -> tuple[int, ...]:
    """What opens the account."""
    async with on.platform.pool.acquire() as db:
        return tuple(
            [
                await db.fetchval(f"SELECT count(*) FROM {part}")
                for part in (
                    "device WHERE status = 'active' AND kind = 'wallet'",
                    "session WHERE ended_at IS NULL",
                    "account_phone",
                    "passkey",
                    "passkey_challenge",
                    "enrolment_code WHERE used_at IS NULL AND expires_at > now()",
                )
            ]
        )


async def cut(on: Stage, before: int, work: Any) -> bool:
    """Do some work and be killed before its nth statement; whether it came so far."""
    try:
        async with on.platform.pool.acquire() as killer, on.platform.transaction() as db:
            killed = Killed(db, killer, before)
            await work(cast("Connection", killed))
    except Exception:  # noqa: BLE001 - of whatever kind: the connection is gone
        return True
    assert killed.left >= 0, "it was killed and went on"
    return False


async def test_a_deletion_that_is_killed_at_any_step_leaves_the_account_whole_or_gone(
    on: Stage,
) -> None:
    person = await on.person(phones=())
    wallet = await on.wallet(person.person_id)
    await on.wallet(person.person_id)
    await bind(wallet, Phones(on))
    await add(wallet, Authenticator())
    await wallet.post("/v1/me/passkeys:begin", {})
    whole = await kept(on)
    assert all(whole[:5])

    async def work(db: Connection) -> None:
        await ending.delete(db, on.platform.means, [person.person_id])

    step = 0
    while await cut(on, step, work):
        assert await kept(on) == whole, step
        assert (await wallet.send("GET", "/v1/me/code")).status_code == 200
        step += 1
    assert step > 8
    assert not any(await kept(on))
    assert (await wallet.send("GET", "/v1/me/code")).json()["code"] == "access.device-lost"


async def test_a_passkey_whose_adding_is_killed_at_any_step_is_added_by_the_same_answer_once(
    on: Stage,
) -> None:
    person = await on.person(phones=())
    wallet: Caller = await on.wallet(person.person_id)
    asked = (await wallet.post("/v1/me/passkeys:begin", {})).json()
    response = Authenticator().make(asked["public_key"])
    body = {"challenge_id": asked["challenge_id"], "credential": response}
    party = webauthn.party_of("")
    assert party is not None

    async def work(db: Connection) -> None:
        done = await passkeys.add(
            db, on.platform.means, party,
            challenge_id=asked["challenge_id"], selves=[person.person_id],
            device_id=UUID(wallet.device_id),
            answer=NewCredential(id=response["id"], response=Attested(
                client_data=response["response"]["clientDataJSON"],
                attestation=response["response"]["attestationObject"],
            )),
        )  # fmt: skip
        assert isinstance(done, passkeys.Passkey)
        raise InterruptedError  # between the last statement and the commit

    for step in range(4):
        assert await cut(on, step, work)
        assert (await wallet.send("GET", "/v1/me/passkeys")).json()["passkeys"] == []
    assert (await wallet.post("/v1/me/passkeys", body)).status_code == 201
    assert (await wallet.post("/v1/me/passkeys", body)).status_code == 409
    assert len((await wallet.send("GET", "/v1/me/passkeys")).json()["passkeys"]) == 1
