"""Work on parts, on all cores: children inherit what lies in memory, and copy none of it."""

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, Final, TypeVar

Part = TypeVar("Part")
Found = TypeVar("Found")

#: More processes would need more memory than they save time.
_MOST: Final = 8
#: What children do: they are forked with it, since it holds the columns of whole files.
_inherited: list[Callable[[Any], Any]] = []


def spread(work: Callable[[Part], Found], parts: Sequence[Part]) -> Iterator[Found]:
    """What `work` says of each part, in order; in this process where there is one part or core."""
    processes = min(len(os.sched_getaffinity(0)), len(parts), _MOST) if _can_fork() else 1
    if processes < 2:  # noqa: PLR2004 - one is this process
        yield from map(work, parts)
        return
    gc.freeze()  # or the collector of every child writes into the pages that all share
    _inherited.append(work)
    try:
        fork = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(processes, mp_context=fork) as pool:
            yield from pool.map(_work, parts)
    finally:
        _inherited.pop()
        gc.unfreeze()


def _can_fork() -> bool:
    return sys.platform == "linux"


def _work(part: Any) -> Any:  # noqa: ANN401 - whatever the work takes and says
    return _inherited[-1](part)
