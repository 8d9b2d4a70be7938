"""A small SMSC on a real socket: keeps what it is given, and cuts, throttles, doubles as told."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

HEAD = struct.Struct(">IIII")
BIND, SUBMIT, ENQUIRE = 0x02, 0x04, 0x15


@dataclass(frozen=True)
class Submitted:
    """One submit_sm, read by what the specification says and not by the code that wrote it."""

    source: bytes
    to: bytes
    esm_class: int
    valid: bytes
    coding: int
    data: bytes

    @property
    def text(self) -> str:
        """Without its header; letters as the phone shows them."""
        data = self.data[1 + self.data[0] :] if self.esm_class & 0x40 else self.data
        return data.decode("utf-16-be" if self.coding == 8 else "ascii")


@dataclass
class Smsc:
    """`statuses` are answers to the next submits, then all is well; None = hang up instead."""

    statuses: list[int | None] = field(default_factory=list)
    bind_status: int = 0
    doubles: bool = False
    asks: bool = False
    silent: bool = False
    got: list[Submitted] = field(default_factory=list)
    binds: list[tuple[bytes, bytes]] = field(default_factory=list)
    answered: list[int] = field(default_factory=list)  # commands the sender answered
    alive: int = 0
    port: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One session."""
        self.writers.append(writer)
        try:
            while True:
                length, command, _, number = HEAD.unpack(await reader.readexactly(16))
                body = await reader.readexactly(length - 16)
                if not await self._hear(writer, command, number, body):
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _hear(
        self, writer: asyncio.StreamWriter, command: int, number: int, body: bytes
    ) -> bool:
        status: int | None = 0
        if command & 0x80000000:
            self.answered.append(command)
            return True
        if command == BIND:
            system_id, password, *_ = body.split(b"\0")
            self.binds.append((system_id, password))
            status = self.bind_status
        elif command == SUBMIT:
            self.got.append(_read(body))
            status = self.statuses.pop(0) if self.statuses else 0
        elif command == ENQUIRE:
            self.alive += 1
        if status is None:
            return False
        if self.silent and command != BIND:
            return True
        if self.asks and command == SUBMIT:
            writer.write(HEAD.pack(16, ENQUIRE, 0, 99))
        answer = HEAD.pack(17, command | 0x80000000, status, number) + b"\0"
        writer.write(answer * (2 if self.doubles else 1))
        await writer.drain()
        return True

    def cut(self) -> None:
        """Hang up on everybody."""
        for writer in self.writers:
            writer.close()


def _read(body: bytes) -> Submitted:
    service, rest = body.split(b"\0", 1)
    assert service == b""
    source, rest = rest[2:].split(b"\0", 1)
    ton_npi, rest = rest[:2], rest[2:]
    to, rest = rest.split(b"\0", 1)
    assert ton_npi == b"\x01\x01"
    esm_class, rest = rest[0], rest[3:]
    at, valid, rest = rest.split(b"\0", 2)
    assert at == b""
    _, _, coding, _, length = rest[:5]
    assert length == len(rest[5:])
    return Submitted(source, to, esm_class, valid, coding, rest[5:])


@asynccontextmanager
async def smsc(tls: ssl.SSLContext | None = None) -> AsyncIterator[Smsc]:
    """An SMSC that listens."""
    made = Smsc()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=tls)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        made.cut()
