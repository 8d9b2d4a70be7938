"""A source that asks who we are hears it, signed with our key; one that knows another says so."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import uvicorn
from starlette.applications import Starlette
from tests.integration.sources.conftest import Reading
from tests.integration.sources.processes import Processes, free_port, made
from tests.integration.sources.test_telling import decided

from motma.access.means import Means
from motma.access.tokens import unb64
from motma.egress.client import Egress
from motma.egress.errors import AddressRefused
from motma.kernel.clock import SetClock, SystemClock
from motma.kernel.errors import Declined, Malformed
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.model import Purpose
from motma.keys.vault import Vault
from motma.records.sources import proving, running, service, telling
from motma.records.sources.errors import ProofRefused, SecretUnreadable
from motma.records.sources.model import ByAssertion, ByHeader, Proof
from motma.records.sources.proving import Prover
from motma.simulate.doors import CLIENT, HEADER, Door
from motma.simulate.serving import Station, Weather

NOON = datetime(2022, 1, 5, 5, 0, tzinfo=UTC)


async def add(reading: Reading, port: int, proof: Proof | None, kind: str = "immunisation") -> None:
    async with reading.platform.transaction() as db:
        await service.add(
            db,
            reading.platform.means,
            name=kind,
            kind=kind,
            address=f"http://127.0.0.1:{port}/{kind}/changes",
            private_network=True,
            proof=proof,
        )


def by_token(port: int) -> ByAssertion:
    return ByAssertion(token_address=f"http://127.0.0.1:{port}/token", client=CLIENT)


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


async def health(reading: Reading) -> tuple[str, str | None]:
    async with reading.platform.pool.acquire() as db:
        (one,) = await service.health(db, reading.platform.means)
    return one.state, one.failure


async def test_a_source_that_asks_for_a_signed_assertion_is_read_whole_and_hears_corrections(
    reading: Reading, processes: Processes
) -> None:
    platform, port = reading.platform, free_port()
    processes.guarded(port, jwks=platform.keyring.jwks(Purpose.CLIENT))
    await add(reading, port, None)
    with pytest.raises(ProofRefused):
        await running.drain(platform.pool, platform.means, "immunisation")
    assert await health(reading) == ("failing", "sources.proof-refused")

    await add(reading, port, by_token(port))
    taken = await running.drain(platform.pool, platform.means, "immunisation")
    assert taken > 100
    assert (await health(reading))[0] == "ok"
    await decided(reading)
    assert await telling.tell(platform.pool, platform.means, "immunisation") == 2


async def test_a_wrong_key_is_one_clear_problem_and_the_right_one_ends_it(
    reading: Reading, processes: Processes, tmp_path: Path
) -> None:
    platform, port = reading.platform, free_port()
    other = Keyring.create(tmp_path / "other", clock=SystemClock(), random=system_random, demo=True)
    known = platform.keyring.jwks(Purpose.CLIENT)["keys"]
    wrong = [{**other.jwks(Purpose.CLIENT)["keys"][0], "kid": key["kid"]} for key in known]
    process = processes.guarded(port, jwks={"keys": wrong})
    await add(reading, port, by_token(port))
    for _ in range(2):
        with pytest.raises(ProofRefused):
            await running.drain(platform.pool, platform.means, "immunisation")
        await reading.run("UPDATE local.source SET not_before = NULL")
    assert await health(reading) == ("failing", "sources.proof-refused")
    process.kill()
    process.join()

    processes.guarded(port, jwks={"keys": known})
    assert await running.drain(platform.pool, platform.means, "immunisation") > 0
    assert await health(reading) == ("ok", None)


async def test_a_header_from_a_file_opens_the_door_while_only_we_can_read_it(
    reading: Reading, processes: Processes, tmp_path: Path
) -> None:
    platform, port = reading.platform, free_port()
    processes.guarded(port, secret="open sesame")
    file = written(tmp_path / "secret", "another word\n")
    await add(reading, port, ByHeader(name=HEADER, file=str(file)))

    async def pull() -> int:
        return await running.drain(platform.pool, platform.means, "immunisation")

    for spoilt, problem in (
        (lambda: None, ProofRefused),
        (lambda: written(file, "open sesame\n", 0o644), SecretUnreadable),
        (file.unlink, SecretUnreadable),
        (lambda: written(file, "two\nlines\n"), SecretUnreadable),
    ):
        spoilt()
        with pytest.raises(problem):
            await pull()
        assert await health(reading) == ("failing", problem.code)
        await reading.run("UPDATE local.source SET not_before = NULL, failures = 0")
    written(file, "open sesame\n")
    assert await pull() > 0
    stored = await reading.value("SELECT proof::text FROM local.source")
    assert "sesame" not in stored


async def test_a_token_serves_many_pages_and_one_that_ended_early_is_replaced(
    reading: Reading,
) -> None:
    clock, keyring = SetClock(NOON), reading.platform.keyring
    door, port = Door(clock=clock, jwks=keyring.jwks(Purpose.CLIENT)), free_port()
    app = Station(made(), clock, Weather(most=5), door).app()
    prover = Prover(dataclasses.replace(reading.platform.means, clock=clock))
    address = f"http://127.0.0.1:{port}/tests/changes"
    async with _serving(app, port), Egress(private_network=True) as egress:

        async def page() -> bytes:
            return await prover.ask(
                egress, by_token(port), lambda proof: egress.get(address, proof)
            )

        for _ in range(3):
            await page()
        assert door.given == 1
        door.forget()  # the source was started anew
        await page()
        assert door.given == 2
        clock.advance(timedelta(seconds=door.token_s))
        await page()
        assert door.given == 3


@asynccontextmanager
async def _serving(app: Starlette, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield
    server.should_exit = True
    await task


async def test_a_proof_that_could_not_be_given_is_not_kept(reading: Reading) -> None:
    for proof, code in (
        (ByHeader(name="Host", file="/run/secret"), "sources.proof"),
        (ByHeader(name="x key", file="/run/secret"), "sources.proof"),
        (ByHeader(name=HEADER, file="secret"), "sources.proof"),
        (ByAssertion(token_address="http://127.0.0.1/token", client=""), "request.text-missing"),
        (ByAssertion(token_address="ftp://x.example/token", client=CLIENT), AddressRefused.code),
    ):
        with pytest.raises(Declined) as declined:
            await add(reading, 9, proof)
        said = declined.value
        assert (said.reason if isinstance(said, Malformed) else said.code) == code
    assert await reading.value("SELECT count(*) FROM local.source") == 0


def test_an_assertion_is_for_one_source_one_minute_and_one_time(tmp_path: Path) -> None:
    clock = SetClock(NOON)
    ring = Keyring.create(tmp_path / "keys", clock=clock, random=system_random, demo=True)
    means = Means(clock, system_random, ring, Vault(ring))
    texts = [proving.assertion(means, by_token(9)) for _ in range(2)]
    head, claims = (msgspec.json.decode(unb64(part)) for part in texts[0].split(".")[:2])
    assert head == {"alg": "ES256", "typ": "JWT", "kid": ring.active(Purpose.CLIENT).kid}
    assert (claims["iss"], claims["sub"]) == (CLIENT, CLIENT)
    assert claims["aud"] == "http://127.0.0.1:9/token"
    assert claims["exp"] - claims["iat"] == 60
    assert claims["jti"] != msgspec.json.decode(unb64(texts[1].split(".")[1]))["jti"]
