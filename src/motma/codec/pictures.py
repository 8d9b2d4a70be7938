"""Picture → texts of the codes in it, decoded in a process of its own with limits.

What a stranger sends must not be able to take our memory, our time or our secrets through a
decoder: it runs elsewhere, bounded, and nothing is stored. decisions.md no. 18.
"""

import json
from types import TracebackType
from typing import Final, Self

from motma.kernel import framed
from motma.kernel.errors import Malformed

#: Largest picture, bytes. Source: ours; a photo of 50 megapixels as JPEG has about 15 MB.
MAX_BYTES: Final = 20_000_000

#: The parent's patience with one picture, seconds of the wall clock; CPU is bounded inside.
PATIENCE_SECONDS: Final = 10.0

#: After so many pictures the process is replaced: a decoder that leaks can't grow for ever.
PICTURES_A_PROCESS: Final = 500


def read_picture(data: bytes) -> list[str]:
    """The texts of all codes in a PNG, JPEG or PDF; starts a process for this one picture."""
    with PictureReader() as reader:
        return reader.read(data)


class PictureReader:
    """Keeps one decoding process between pictures; starts another when that one died.

    One picture at a time: callers of several threads wait for each other.
    """

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        limits = framed.Limits(
            patience_seconds=patience_seconds, frames_a_process=PICTURES_A_PROCESS
        )
        self._process = framed.Process("motma.codec.picture_worker", limits)

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
        body = self._process.ask(data)
        if body is None:  # a process that dies over a picture found it too costly
            raise Malformed("qr.picture-too-costly")
        answer: dict[str, object] = json.loads(body)
        reason, texts = answer.get("reason"), answer.get("texts")
        if isinstance(reason, str):
            raise Malformed(reason)
        return [str(text) for text in texts] if isinstance(texts, list) else []

    def close(self) -> None:
        """End the process."""
        self._process.close()
