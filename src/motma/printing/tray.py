"""Where finished pages are put: whole or not at all, and readable by their owner alone."""

import errno
from pathlib import Path
from typing import Final

from motma.kernel import durable
from motma.printing.errors import DiskFull, NotWritable

_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def put(path: Path, content: bytes) -> None:
    """Write the file, mode 0600; a full disk leaves what stood there before and no half file."""
    try:
        durable.replace(path, content)
    except OSError as error:
        _clear(path)
        raise _said(error) from None


def folder(path: Path) -> None:
    """A folder for files of people: made when missing, its owner's alone."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _said(error) from None


def _clear(path: Path) -> None:
    """Give back what a half-written file took of a full disk."""
    try:
        path.with_suffix(".new").unlink(missing_ok=True)
    except OSError:
        return  # the first failure is the one to tell


def _said(error: OSError) -> DiskFull | NotWritable:
    return DiskFull() if error.errno in _FULL else NotWritable()
