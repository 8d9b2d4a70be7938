"""A process of our own that answers one frame with one frame, bounded in time, replaced at need.

What is costly or comes from strangers runs elsewhere: it can't take our memory, time or secrets.
A frame is a length (4 bytes, big-endian) and that many bytes.
"""

import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import IO, BinaryIO, Final, Self

LENGTH_BYTES: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long the parent waits for an answer, and after how many the process is replaced."""

    patience_seconds: float
    frames_a_process: int  # what a library leaks or remembers can't grow for ever


class Process:
    """Keeps one process of a module between frames; starts another when that one died.

    One frame at a time: callers of several threads wait for each other.
    """

    def __init__(
        self, module: str, limits: Limits, *, environment: Mapping[str, str] | None = None
    ) -> None:
        self._module = module
        self._limits = limits
        self._environment = dict(environment or {})
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._served = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def ask(self, data: bytes) -> bytes | None:
        """The answer; None when the process died over it or was out of time."""
        with self._lock:
            process = self._running()
            alarm = threading.Timer(self._limits.patience_seconds, process.kill)
            alarm.start()
            try:
                body = _exchange(process, data)
            finally:
                alarm.cancel()
            if body is None:
                self.close()
            self._served += 1
        return body

    def close(self) -> None:
        """End the process."""
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                _close_quietly(pipe)
        self._process = None

    def _running(self) -> subprocess.Popen[bytes]:
        """The process, started if need be; it inherits neither environment nor open files."""
        alive = self._process is not None and self._process.poll() is None
        if self._process is not None and alive and self._served < self._limits.frames_a_process:
            return self._process
        self.close()
        self._served = 0
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
        )
        return self._process


def read(source: BinaryIO | IO[bytes]) -> bytes | None:
    """The next frame; None at the end."""
    head = source.read(LENGTH_BYTES)
    if len(head) < LENGTH_BYTES:
        return None
    length = int.from_bytes(head, "big")
    body = source.read(length)
    return body if len(body) == length else None


def write(target: BinaryIO | IO[bytes], data: bytes) -> None:
    """One frame more."""
    target.write(len(data).to_bytes(LENGTH_BYTES, "big") + data)
    target.flush()


def _exchange(process: subprocess.Popen[bytes], data: bytes) -> bytes | None:
    """Send a frame and wait for the answer; None when the process is gone."""
    if process.stdin is None or process.stdout is None:
        return None
    try:
        write(process.stdin, data)
    except BrokenPipeError:
        return None
    return read(process.stdout)


def _close_quietly(pipe: IO[bytes]) -> None:
    """Close a pipe whose other end may be gone with bytes still waiting."""
    try:
        pipe.close()
    except BrokenPipeError:
        return
