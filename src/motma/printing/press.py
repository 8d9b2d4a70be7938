"""Document → PDF, set in a process of its own with limits, so that no event loop waits for it."""

from collections.abc import Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from motma.kernel import framed
from motma.printing.errors import TooCostly

#: The parent's patience with one document, seconds of the wall clock; CPU is bounded inside.
PATIENCE_SECONDS: Final = 60.0

#: Largest PDF that is handed on, bytes; 250 cards have 2 MB.
MAX_BYTES: Final = 50_000_000

_DOCUMENTS_A_PROCESS: Final = 200
_TOO_COSTLY: Final = b"printing.too-costly"
#: A press is one core; several presses are several.
_ENVIRONMENT: Final = {"RAYON_NUM_THREADS": "1"}


class Press:
    """Sets one document at a time; callers of several threads wait for each other."""

    def __init__(self, patience_seconds: float = PATIENCE_SECONDS) -> None:
        self._process = framed.Process(
            "motma.printing.press_worker",
            framed.Limits(patience_seconds=patience_seconds, frames_a_process=_DOCUMENTS_A_PROCESS),
            environment=_ENVIRONMENT,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def print(self, document: Mapping[str, Any], *, made_at: datetime) -> bytes:
        """The PDF, or `TooCostly`. `made_at` stands in it: the same document, the same bytes."""
        request = {"document": document, "made_s": int(made_at.timestamp())}
        answer = self._process.ask(msgspec.json.encode(request))
        if answer is None or answer[1:] == _TOO_COSTLY or len(answer) > MAX_BYTES:
            raise TooCostly
        if answer[0]:
            raise RuntimeError(f"a document was not set: {answer[1:].decode()}")
        return answer[1:]

    def close(self) -> None:
        """End the process."""
        self._process.close()
