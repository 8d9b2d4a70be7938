"""A real server that kills itself (SIGKILL) at a named point of its n-th append.

Run by test_durability: `python killed_server.py PORT POINT NTH`.
"""

import os
import signal
import sys
from collections.abc import Sequence

import uvicorn

from motma.audit.model import Event
from motma.scan.appending import Appended, Appender
from motma.web import app

POINTS = ("before-append", "after-flush", "before-answer")


def deadly(point: str, nth: int) -> type[Appender]:
    """An appender that dies at the point, the n-th time it gets there."""
    passed = dict.fromkeys(POINTS, 0)

    def reached(name: str) -> None:
        passed[name] += 1
        if name == point and passed[name] == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    class Deadly(Appender):
        async def append(self, event: Event) -> Appended:
            appended = await super().append(event)
            reached("before-answer")
            return appended

        async def _write(self, events: Sequence[Event]) -> list[Appended]:
            reached("before-append")
            written = await super()._write(events)
            reached("after-flush")
            return written

    return Deadly


if __name__ == "__main__":
    setattr(app, "Appender", deadly(sys.argv[2], int(sys.argv[3])))  # noqa: B010 - on purpose
    uvicorn.run(
        app.create(), port=int(sys.argv[1]), log_level="error", loop="uvloop", http="httptools"
    )
