"""A major upgrade of the embedded cluster: dump with the new programs, restore, keep the old."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Final

from motma.storage import backup, postmaster, server
from motma.storage.binaries import find_binaries
from motma.storage.errors import DatabaseInUse

_NEW: Final = "upgraded"


def carry_over(data_dir: Path, *, old: Path, at: datetime, new: Path | None = None) -> Path:
    """Fill a cluster of the new major from the old one; returns where the old one is kept.

    Until the last step, two renames, nothing but a new folder beside the cluster was written:
    a failure before leaves the old cluster as it was. A failure between the two renames leaves
    no cluster under the name, and both beside it.
    """
    if server.has_users(data_dir):
        raise DatabaseInUse(database=postmaster.ROLE)
    target = data_dir.with_name(f"{data_dir.name}.{_NEW}")
    server.discard(target)
    running = server.ensure_running(data_dir, binaries=old)
    fresh = server.ensure_running(target, binaries=new)
    try:
        with tempfile.TemporaryDirectory(dir=data_dir.parent) as folder:
            programs = find_binaries(new)
            backup.back_up(running.dsn, Path(folder) / "carried", programs, at=at)
            backup.restore(fresh.dsn, Path(folder) / "carried", programs, name=_NEW)
            backup.take_place(fresh.dsn, _NEW, kept_as="empty")
            backup.drop(fresh.dsn, "empty")
    finally:
        server.stop(data_dir, binaries=old)
        server.stop(target, binaries=new)
    return _swap(data_dir, target, major=(data_dir / "PG_VERSION").read_text().strip())


def _swap(data_dir: Path, target: Path, *, major: str) -> Path:
    kept = data_dir.with_name(f"{data_dir.name}.{major}")
    data_dir.rename(kept)
    target.rename(data_dir)
    return kept
