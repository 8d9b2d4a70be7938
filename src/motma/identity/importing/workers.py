"""The worker processes of an import, seen from the process that merges what they prepare."""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from motma.identity.importing.files import Row
from motma.identity.importing.preparing import Batch, Plan
from motma.identity.importing.worker import LENGTH_BYTES, Start, Task, encode
from motma.kernel.clock import Clock

#: Worker processes: with the merging process and PostgreSQL they fill two cores.
COUNT: Final = 2
#: Chunks on their way to or from the workers: bounds memory whatever the file's size.
_IN_FLIGHT: Final = 2 * COUNT
#: An answer may wait here whole, so that no worker waits for us.
_BUFFER_BYTES: Final = 1 << 26

_decoder = msgspec.msgpack.Decoder(Batch)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows as read, and the row number of the first; empty ones in place of what is known."""

    first: int
    rows: list[Row]
    known: int = 0


async def prepared(
    chunks: AsyncIterator[Chunk], plan: Plan, keys: Path, clock: Clock
) -> AsyncIterator[tuple[Chunk, Batch]]:
    """Each chunk with its batch, in order, prepared a few ahead of whoever merges them."""
    async with _processes(Start(str(keys), plan)) as processes:
        waiting: deque[tuple[Chunk, Process]] = deque()
        sent = 0
        while True:
            while len(waiting) < _IN_FLIGHT and (chunk := await anext(chunks, None)) is not None:
                process = processes[sent % COUNT]
                _send(process, Task(chunk.first, chunk.rows, clock.now()))
                waiting.append((chunk, process))
                sent += 1
            if not waiting:
                return
            chunk, process = waiting.popleft()
            yield chunk, await _answer(process)


@asynccontextmanager
async def _processes(start: Start) -> AsyncIterator[list[Process]]:
    """Started workers; ended however the block ends."""
    command = (sys.executable, "-m", "motma.identity.importing.worker")
    processes: list[Process] = []
    try:
        for _ in range(COUNT):
            process = await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, limit=_BUFFER_BYTES, start_new_session=True
            )
            processes.append(process)
            _send(process, start)
        yield processes
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()  # it holds nothing that could be lost
            await process.communicate()  # also closes our ends of its pipes


def _send(process: Process, message: Start | Task) -> None:
    assert process.stdin is not None  # noqa: S101 - it was started with a pipe
    process.stdin.write(encode(message))


async def _answer(process: Process) -> Batch:
    assert process.stdout is not None  # noqa: S101 - it was started with a pipe
    length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES))
    return _decoder.decode(await process.stdout.readexactly(length))
