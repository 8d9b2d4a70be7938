"""Asks the outside: one request, one checked address, an end to time and size."""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from types import TracebackType
from typing import Final, Self

import httpx

from motma.egress.addresses import allowed, target_of
from motma.egress.errors import AddressRefused, AnswerRefused, AnswerTooLarge, NoAnswer

#: Seconds for one request from the first look-up to the last byte.
PATIENCE_S: Final = 20.0
#: Largest answer, bytes.
MOST_BYTES: Final = 8 << 20

_SUCCESS: Final = range(200, 300)


@cache
def _trust() -> ssl.SSLContext:
    """Whom we believe; made once, for reading the roots takes 15 ms."""
    return httpx.create_ssl_context(trust_env=False)


@dataclass(slots=True)
class Egress:
    """Asks; use it as a context, so that its connections end with it.

    No connection is kept: one that was opened for a name must not serve another at its address.
    """

    private_network: bool = False
    patience_s: float = PATIENCE_S
    most_bytes: int = MOST_BYTES
    _http: httpx.AsyncClient = field(init=False, repr=False)

    async def __aenter__(self) -> Self:
        """Open."""
        self._http = httpx.AsyncClient(
            follow_redirects=False,
            trust_env=False,
            timeout=self.patience_s,
            verify=_trust(),
            limits=httpx.Limits(max_keepalive_connections=0),
            headers={"accept-encoding": "identity"},  # nothing small may become something large
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        await self._http.aclose()

    async def get(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        """The body behind an address."""
        return await self._ask("GET", url, headers or {}, None)

    async def post(
        self, url: str, body: bytes, *, media_type: str, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """The answer to a body."""
        sent = {"content-type": media_type, **(headers or {})}
        return await self._ask("POST", url, sent, body)

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None
    ) -> bytes:
        scheme, host, port, path = target_of(url, private_network=self.private_network)
        try:
            async with asyncio.timeout(self.patience_s):
                address = await self._address_of(host, port, plain=scheme == "http")
                shown = f"[{address}]" if ":" in address else address
                request = self._http.build_request(
                    method,
                    f"{scheme}://{shown}:{port}{path}",
                    content=body,
                    headers={**headers, "host": host if port in {80, 443} else f"{host}:{port}"},
                    # the certificate is checked against the name, not the address
                    extensions={"sni_hostname": host},
                )
                return await self._answer(request)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
            raise NoAnswer from error

    async def _address_of(self, host: str, port: int, *, plain: bool) -> str:
        """An address of the host that may be asked; the one that is then connected to."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        for *_, where in found:
            address = str(where[0])
            if allowed(address, private_network=self.private_network, plain=plain):
                return address
        raise AddressRefused

    async def _answer(self, request: httpx.Request) -> bytes:
        answer = await self._http.send(request, stream=True)
        try:
            if answer.status_code not in _SUCCESS:
                raise AnswerRefused(answer.status_code)
            body = bytearray()
            async for part in answer.aiter_raw():
                body += part
                if len(body) > self.most_bytes:
                    raise AnswerTooLarge(self.most_bytes)
            return bytes(body)
        finally:
            await answer.aclose()
