"""Built files go out in the smallest form that the browser takes, and are asked for once."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from motma.web.files import BuiltFiles

SCRIPT = b"export const answer = 42;\n" * 100


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """In front of a page with a compressed script, a picture and its own HTML."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "index-1.js").write_bytes(SCRIPT)
    (assets / "index-1.js.gz").write_bytes(gzip.compress(SCRIPT, 9))
    (assets / "index-1.js.br").write_bytes(b"what brotli made of it")
    (tmp_path / "index.html").write_bytes(b"<!doctype html>")
    app = Starlette(routes=[Mount("/page", BuiltFiles(directory=tmp_path, html=True))])
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://motma") as client:
        yield client


async def test_a_script_goes_out_compressed_under_its_own_type(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/page/assets/index-1.js", headers={"accept-encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert int(answer.headers["content-length"]) < len(SCRIPT) / 10
    assert answer.content == SCRIPT


async def test_the_smallest_form_wins_and_who_takes_none_gets_the_file(
    browser: httpx.AsyncClient,
) -> None:
    path = "/page/assets/index-1.js"
    async with browser.stream("GET", path, headers={"accept-encoding": "gzip, br"}) as smallest:
        assert smallest.headers["content-encoding"] == "br"
        assert b"".join([part async for part in smallest.aiter_raw()]) == b"what brotli made of it"
    whole = await browser.get(path, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in whole.headers
    assert whole.content == SCRIPT
    tags = {answer.headers["etag"] for answer in (smallest, whole)}
    assert len(tags) == 2, "a cache must not take one form for the other"
    assert {answer.headers["vary"] for answer in (smallest, whole)} == {"Accept-Encoding"}


async def test_a_form_that_is_there_already_is_not_sent_again(browser: httpx.AsyncClient) -> None:
    asked = {"accept-encoding": "gzip"}
    first = await browser.get("/page/assets/index-1.js", headers=asked)
    again = await browser.get(
        "/page/assets/index-1.js", headers=asked | {"if-none-match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["vary"] == "Accept-Encoding"


async def test_what_has_a_hash_in_its_name_is_kept_for_ever_and_the_page_asks(
    browser: httpx.AsyncClient,
) -> None:
    kept = {
        path: (await browser.get(path)).headers.get("cache-control", "")
        for path in ("/page/assets/index-1.js", "/page/", "/page/assets/gone.js")
    }
    assert "immutable" in kept["/page/assets/index-1.js"]
    assert kept["/page/"] == "no-cache"
    assert kept["/page/assets/gone.js"] == ""
