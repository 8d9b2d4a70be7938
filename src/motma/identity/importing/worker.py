"""The worker process of an import: a loop over its standard input, started by `workers`.

A process of its own rather than one of multiprocessing: it loads none of the command that started
it (half the memory, a second less), and it ends by itself when that one is killed, as its input
ends.
"""

import gc
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

import msgspec

from motma.identity.importing.files import Row
from motma.identity.importing.preparing import Batch, Plan, prepare
from motma.kernel.ids import system_random
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault

#: A message is its length in this many bytes, big endian, then MessagePack.
LENGTH_BYTES: Final = 4
_PAGE_BYTES: Final = 65_536
_RARELY: Final = 1_000_000


class Reserve:
    """The system's generator, asked for a page at a time: a row needs six small draws."""

    def __init__(self) -> None:
        self._page, self._used = b"", 0

    def __call__(self, count: int) -> bytes:
        """Bytes that were never handed out before."""
        if self._used + count > len(self._page):
            self._page, self._used = system_random(max(_PAGE_BYTES, count)), 0
        drawn = self._page[self._used : self._used + count]
        self._used += count
        return drawn


class Start(NamedTuple):
    """The first message: where the keys are and what to do with rows."""

    keys: str
    plan: Plan


class Task(NamedTuple):
    """Every other message; each is answered by a `Batch`."""

    first: int
    rows: list[Row]
    now: datetime


def encode(message: Start | Task | Batch) -> bytes:
    """A message with its length."""
    body = msgspec.msgpack.encode(message)
    return len(body).to_bytes(LENGTH_BYTES) + body


def main(stdin: BinaryIO, stdout: BinaryIO) -> None:
    """Answer until the input ends."""
    gc.set_threshold(_RARELY)  # rows make no cycles; counting references frees them
    start = msgspec.msgpack.decode(_message(stdin) or b"", type=Start)
    random = Reserve()
    vault = Vault(Keyring.open(Path(start.keys)), random=random)
    decoder = msgspec.msgpack.Decoder(Task)
    while body := _message(stdin):
        task = decoder.decode(body)
        batch = prepare(vault, random, start.plan, task.first, task.rows, task.now)
        answer = encode(batch)
        try:
            stdout.write(answer)
            stdout.flush()
        except BrokenPipeError:  # nobody waits for it any more
            os._exit(0)


def _message(stdin: BinaryIO) -> bytes | None:
    """The next message; None when there is none, or when it was cut."""
    length = int.from_bytes(stdin.read(LENGTH_BYTES))
    body = stdin.read(length) if length else b""
    return body if body and len(body) == length else None


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
