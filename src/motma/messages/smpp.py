"""An operator's SMSC over SMPP 3.4: one bound session, made anew whenever it breaks."""

import asyncio
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from motma.egress.addresses import allowed
from motma.kernel.clock import Clock
from motma.messages import pdu
from motma.messages.errors import NotSent, NumberRefused
from motma.messages.model import Message

#: Seconds for an answer, and between two signs of life. A message in flight stays within its lease.
PATIENCE_S: Final = 10.0
ALIVE_S: Final = 30.0

_log = structlog.get_logger("motma.messages")


@dataclass(slots=True, eq=False)
class Session:
    """A bound connection; several may ask at once, each hears its own answer."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    alive_s: float = ALIVE_S
    waiting: dict[int, asyncio.Future[int]] = field(default_factory=dict)
    last: int = 0
    over: bool = False
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Listen, and show life."""
        self.tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._live())]

    async def ask(self, command: int, body: bytes = b"") -> int:
        """The status that comes back; NotSent when none does."""
        if self.over:
            raise NotSent
        self.last = self.last % 0x7FFFFFFF + 1
        sequence = self.last
        heard = self.waiting[sequence] = asyncio.get_running_loop().create_future()
        try:
            self.writer.write(pdu.pdu(command, sequence, body))
            async with asyncio.timeout(PATIENCE_S):
                await self.writer.drain()
                status: int = await heard
                return status
        except (OSError, TimeoutError):
            del self.waiting[sequence]
            self.end()  # whether it went out nobody knows: it is sent again
            raise NotSent from None
        finally:
            self.waiting.pop(sequence, None)

    def end(self) -> None:
        """Hang up; whoever waits hears that nothing came."""
        self.over = True
        for one in self.waiting.values():
            if not one.done():
                one.set_exception(NotSent())
        for task in self.tasks:
            if task is not asyncio.current_task():
                task.cancel()
        self.writer.close()

    async def _listen(self) -> None:
        """Hand answers to who waits for them; a second one, which nobody waits for, is let go."""
        try:
            while True:
                head = await self.reader.readexactly(pdu.HEAD.size)
                length, command, status, sequence = pdu.HEAD.unpack(head)
                if not pdu.HEAD.size <= length <= pdu.MOST_BYTES:
                    break
                await self.reader.readexactly(length - pdu.HEAD.size)
                if command & pdu.ANSWER:
                    heard = self.waiting.get(sequence)
                    if heard is not None and not heard.done():
                        failed = command == pdu.GENERIC_NACK and status == pdu.OK
                        heard.set_result(pdu.QUEUE_FULL if failed else status)
                elif command in {pdu.ENQUIRE_LINK, pdu.UNBIND}:
                    self.writer.write(pdu.pdu(command | pdu.ANSWER, sequence))
                    if command == pdu.UNBIND:
                        break
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self.end()

    async def _live(self) -> None:
        """Ask for a sign of life now and then: a dead line is found before somebody needs it."""
        with suppress(NotSent):
            while not self.over:
                await asyncio.sleep(self.alive_s)
                await self.ask(pdu.ENQUIRE_LINK)


@dataclass(slots=True, eq=False, kw_only=True)
class Smpp:
    """Sends through an operator's SMSC. Plain connections are for networks of one's own only."""

    host: str
    port: int
    system_id: str
    password: str = field(repr=False)
    sender: str
    clock: Clock
    tls: bool = True
    ca_file: Path | None = None
    private_network: bool = False
    alive_s: float = ALIVE_S
    session: Session | None = None
    binding: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def send(self, message: Message) -> None:
        """Submit every part; a part that is refused for now makes the whole text come again."""
        session = await self._bound()
        valid = message.expires_at - self.clock.now()
        for part in pdu.parts(message.text, reference=message.message_id.bytes[-1]):
            body = pdu.submit(part, sender=self.sender, to=message.to, valid=valid)
            status = await session.ask(pdu.SUBMIT_SM, body)
            if status in pdu.OF_THE_MESSAGE:
                raise NumberRefused
            if status != pdu.OK:  # throttled, full, or anything else that may pass
                raise NotSent

    async def _bound(self) -> Session:
        """The session, or a new one in its place."""
        async with self.binding:
            if self.session is None or self.session.over:
                self.session = await self._bind()
            return self.session

    async def _bind(self) -> Session:
        try:
            async with asyncio.timeout(PATIENCE_S):
                address = await self._address()
                reader, writer = await asyncio.open_connection(
                    address,
                    self.port,
                    ssl=ssl.create_default_context(cafile=self.ca_file) if self.tls else None,
                    server_hostname=self.host if self.tls else None,
                )
        except (OSError, TimeoutError):
            raise NotSent from None
        session = Session(reader, writer, self.alive_s)
        session.start()
        status = await session.ask(pdu.BIND_TRANSMITTER, pdu.bind(self.system_id, self.password))
        if status != pdu.OK:
            session.end()
            _log.warning("smsc refused to bind", status=status)
            raise NotSent
        return session

    async def _address(self) -> str:
        """An address of the SMSC that may be connected to."""
        loop = asyncio.get_running_loop()
        for *_, where in await loop.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM):
            address = str(where[0])
            if allowed(address, private_network=self.private_network, plain=not self.tls):
                return address
        raise NotSent
