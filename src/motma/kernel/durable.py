"""A small file replaced so that a crash at any moment leaves the old one or the new one."""

import os
from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    """Write beside (mode 0600), fsync, rename, fsync the directory."""
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)  # of a crash; a new file has our mode, whoever made the old one
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
