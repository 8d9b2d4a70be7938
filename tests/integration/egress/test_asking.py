"""The egress client against a real server: sizes, times, redirects, names that lead inside."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from motma.egress.client import Egress
from motma.egress.errors import AddressRefused, AnswerRefused, AnswerTooLarge, NoAnswer


@asynccontextmanager
async def _server(answer: bytes, *, hold: bool = False) -> AsyncIterator[tuple[str, list[bytes]]]:
    """A server that answers everybody alike; what it was asked stands in the list."""
    asked: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        if hold:
            await reader.read()  # until the other side gives up
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://localhost:{port}/x?after=7", asked
    finally:
        server.close()
        await asyncio.sleep(0.05)  # what was asked last ends


def _ok(body: bytes, *, length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (size, body)


async def test_a_body_comes_whole_and_the_name_is_still_said() -> None:
    async with _server(_ok(b"hello")) as (url, asked), Egress(private_network=True) as egress:
        assert await egress.get(url) == b"hello"
        assert await egress.post(url, b"x", media_type="text/plain") == b"hello"
    assert asked[0].startswith(b"GET /x?after=7 HTTP/1.1\r\n")
    assert b"host: localhost:" in asked[0].lower()


async def test_a_name_that_leads_inside_is_refused_before_anything_is_sent() -> None:
    async with _server(_ok(b"hello")) as (url, asked), Egress() as egress:
        with pytest.raises(AddressRefused):
            await egress.get(url.replace("http:", "https:"))
    assert asked == []


async def test_plain_http_to_a_public_address_is_refused_in_a_network_of_our_own_too() -> None:
    async with Egress(private_network=True) as egress:
        with pytest.raises(AddressRefused):
            await egress.get("http://1.1.1.1/")


async def test_a_redirect_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n"
    async with _server(moved) as (url, asked), Egress(private_network=True) as egress:
        with pytest.raises(AnswerRefused) as refused:
            await egress.get(url)
    assert refused.value.status == 302
    assert len(asked) == 1


async def test_an_answer_that_is_too_large_too_slow_or_cut_off_is_no_answer() -> None:
    async with (
        _server(_ok(b"x" * 5000)) as (large, _),
        _server(_ok(b"x", length=10), hold=True) as (slow, _),
        _server(_ok(b"x", length=10)) as (cut, _),
        Egress(private_network=True, most_bytes=1000, patience_s=0.5) as egress,
    ):
        with pytest.raises(AnswerTooLarge):
            await egress.get(large)
        for url in (slow, cut, "http://127.0.0.1:1/", "http://no-such-host.invalid/"):
            with pytest.raises(NoAnswer):
                await egress.get(url)


async def test_the_environments_proxy_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with _server(_ok(b"direct")) as (url, _), Egress(private_network=True) as egress:
        assert await egress.get(url) == b"direct"
