"""Picture → texts of the codes in it, decoded in a process of its own with limits.

What a stranger sends must not be able to take our memory, our time or our secrets through a
decoder: it runs elsewhere, bounded, and nothing is stored. decisions.md no. 18.
"""

import json
import subprocess
import sys
import threading
from types import TracebackType
from typing import IO, Final, Self

from motma.kernel.errors import Malformed

#: Largest picture, bytes. Source: ours; a photo of 50 megapixels as JPEG has about 15 MB.
MAX_BYTES: Final = 20_000_000

#: The parent's patience with one picture, seconds of the wall clock; CPU is bounded inside.
PATIENCE_SECONDS: Final = 10.0

#: After so many pictures the process is replaced: a decoder that leaks can't grow for ever.
PICTURES_A_PROCESS: Final = 500

_LENGTH_BYTES: Final = 4


def read_picture(data: bytes) -> list[str]:
    """The texts of all codes in a PNG, JPEG or PDF; starts a process for this one picture."""
    with PictureReader() as reader:
        return reader.read(data)


class PictureReader:
    """Keeps one decoding process between pictures; starts another when that one died.

    One picture at a time: callers of several threads wait for each other.
    """

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._patience_seconds = patience_seconds
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

    def read(self, data: bytes) -> list[str]:
        """The texts, or `Malformed` with a code of the family `qr.picture-`."""
        if not data:
            raise Malformed("qr.picture-format")
        if len(data) > MAX_BYTES:
            raise Malformed("qr.picture-too-big")
        with self._lock:
            answer = self._ask(data)
        reason, texts = answer.get("reason"), answer.get("texts")
        if isinstance(reason, str):
            raise Malformed(reason)
        return [str(text) for text in texts] if isinstance(texts, list) else []

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

    def _ask(self, data: bytes) -> dict[str, object]:
        """One frame out, one frame in; a process that dies over a picture found it too costly."""
        process = self._running()
        alarm = threading.Timer(self._patience_seconds, process.kill)
        alarm.start()
        try:
            body = _exchange(process, data)
        finally:
            alarm.cancel()
        if body is None:
            self.close()
            return {"reason": "qr.picture-too-costly"}
        self._served += 1
        answer: dict[str, object] = json.loads(body)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        """The process, started if need be; it inherits neither environment nor open files."""
        alive = self._process is not None and self._process.poll() is None
        if self._process is not None and alive and self._served < PICTURES_A_PROCESS:
            return self._process
        self.close()
        self._served = 0
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "motma.codec.picture_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
        )
        return self._process


def _exchange(process: subprocess.Popen[bytes], data: bytes) -> bytes | None:
    """Send a frame and wait for the answer; None when the process is gone."""
    if process.stdin is None or process.stdout is None:
        return None
    try:
        process.stdin.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
        process.stdin.flush()
    except BrokenPipeError:
        return None
    head = process.stdout.read(_LENGTH_BYTES)
    if len(head) < _LENGTH_BYTES:
        return None
    length = int.from_bytes(head, "big")
    body = process.stdout.read(length)
    return body if len(body) == length else None


def _close_quietly(pipe: IO[bytes]) -> None:
    """Close a pipe whose other end may be gone with bytes still waiting."""
    try:
        pipe.close()
    except BrokenPipeError:
        return
