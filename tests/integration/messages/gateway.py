"""An operator's gateway on a real socket: keeps what it is sent, and answers as it is told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Gateway:
    """`status` is what it answers; while `open` is not set it answers nobody."""

    status: int = 200
    got: list[dict[str, Any]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request; whoever is killed meanwhile hears nothing."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
            self.got.append(json.loads(await reader.readexactly(length)))
            self.arrived.set()
            await self.open.wait()
            writer.write(b"HTTP/1.1 %d Said\r\ncontent-length: 0\r\n\r\n" % self.status)
            await writer.drain()
        except OSError:
            pass
        finally:
            writer.close()

    @property
    def ids(self) -> list[str]:
        """Which messages came, in order."""
        return [one["id"] for one in self.got]


@asynccontextmanager
async def gateway(*, status: int = 200, answers: bool = True) -> AsyncIterator[Gateway]:
    """A gateway that listens."""
    made = Gateway(status=status)
    if answers:
        made.open.set()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/sms"
    try:
        yield made
    finally:
        made.open.set()
        server.close()
