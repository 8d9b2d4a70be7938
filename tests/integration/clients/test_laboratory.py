"""A laboratory whose answers are lost on the way: it sends again, and nothing comes twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from tests.integration.sources.processes import free_port, made
from tests.staging import DeviceKey, Stage

from motma.access.clients import service
from motma.egress.client import Egress
from motma.simulate.laboratory import Laboratory
from motma.web.app import create


@asynccontextmanager
async def _served(stage: Stage) -> AsyncIterator[int]:
    """The platform at a port, as laboratories reach it."""
    port = free_port()
    config = uvicorn.Config(create(platform=stage.platform), port=port, log_level="critical")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield port
    finally:
        server.should_exit = True
        await serving


class Proxy:
    """Passes connections on; cuts some before the request, some before the answer."""

    def __init__(self, target: int) -> None:
        self.target, self.chance = target, Random(17)
        self.lost = {"request": 0, "answer": 0}

    async def pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request and its answer, or half of that."""
        fate = self.chance.random()
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                if fate < 0.2:
                    self.lost["request"] += 1
                    return
                request = await _message(reader)
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
                far_writer.write(request)
                answer = await _message(far_reader)  # the platform is done
                far_writer.close()
                await far_writer.wait_closed()
                if fate < 0.5:
                    self.lost["answer"] += 1
                    return
                writer.write(answer)
                await writer.drain()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _message(reader: asyncio.StreamReader) -> bytes:
    """A whole HTTP message with a content-length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(
        int(line.partition(b":")[2])
        for line in head.lower().split(b"\r\n")
        if line.startswith(b"content-length:")
    )
    return head + await reader.readexactly(length)


async def test_a_laboratory_whose_answers_are_lost_sends_again_and_nothing_comes_twice(
    on_stage: Stage,
) -> None:
    key = DeviceKey()
    assert isinstance(key.private, ec.EllipticCurvePrivateKey)
    async with on_stage.platform.transaction() as db:
        client_id = await service.add(
            db,
            on_stage.platform.means,
            organisation_id=on_stage.organisation,
            name="Lab 7",
            scopes=["tests:write"],
            jwk=dict(key.jwk),
        )
    tests = made(people=900).tests
    sent = {item["id"] for item in tests if len(item["what"]["at"]) > 10}
    async with _served(on_stage) as port:
        proxy = Proxy(port)
        server = await asyncio.start_server(proxy.pass_on, "127.0.0.1", 0)
        address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with Egress(private_network=True) as egress:
            lab = Laboratory(
                address, client_id, key.private, on_stage.platform.clock, egress, batch=5
            )
            taken = await lab.push(tests)
        server.close()
    assert taken >= len(sent)
    assert min(proxy.lost.values()) >= 5
    async with on_stage.platform.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM health_record") == len(sent)
        assert await db.fetchval("SELECT count(*) FROM health_record_version") == len(sent)
        events = "SELECT count(*) FROM event WHERE kind = 'records.received'"
        assert await db.fetchval(events) == len(sent)
