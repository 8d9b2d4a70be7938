"""A gate's files: one snapshot, or a folder with whole snapshots and deltas to follow them."""

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from motma.cards.snapshot import delta, model
from motma.cards.snapshot.errors import DeltaBase
from motma.cards.snapshot.model import Snapshot
from motma.cards.snapshot.signed import DELTA, WHOLE, Form
from motma.cli.running import safe, told
from motma.codec.issued import FindKey
from motma.kernel.errors import Declined, Malformed

#: A folder with more files than this is no gate's.
_MOST_FILES: Final = 200
_FIRST_WORD: Final = 32


def newest(path: Path, find_key: FindKey) -> Snapshot:
    """The snapshot in a file, or the newest that those in a folder make.

    In a folder a file that is refused is told and passed over: what is left may still do, and
    one older than this gate has seen is refused by whoever asked.
    """
    if not path.is_dir():
        return model.read(read(path), find_key)
    found: list[Snapshot] = []
    refused: list[Declined] = []
    for file in _files(path, WHOLE):
        try:
            found.append(model.read(read(file), find_key))
        except Declined as declined:
            refused.append(declined)
            _tell(file, declined)
    if not found:
        raise refused[0] if refused else Malformed("snapshot.folder-without")
    return _followed(max(found, key=_as_of), _files(path, DELTA), find_key)


def read(path: Path) -> bytes:
    """A file of bounded size."""
    try:
        with path.open("rb") as opened:
            found = opened.read(model.MOST_BYTES + 1)
    except OSError:
        raise Malformed("snapshot.file-not-readable") from None
    if len(found) > model.MOST_BYTES:
        raise Malformed("snapshot.too-large")
    return found


def write(path: Path, data: bytes) -> None:
    """Written whole or not at all, whatever happens meanwhile."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
        beside.replace(path)
    except OSError:
        raise Malformed("snapshot.file-not-writable", "file") from None


def _followed(snapshot: Snapshot, files: list[Path], find_key: FindKey) -> Snapshot:
    """The newest that the deltas make of it, one after the other; each only goes forward."""
    following: list[Snapshot] = []
    for file in files:
        try:
            following.append(delta.apply(snapshot, read(file), find_key))
        except DeltaBase:
            continue  # of an earlier whole, or of what another one makes
        except Declined as declined:
            _tell(file, declined)
    later = max(following, key=_as_of, default=snapshot)
    if _as_of(later) <= _as_of(snapshot):
        return snapshot
    return _followed(later, files, find_key)


def _files(folder: Path, form: Form) -> list[Path]:
    """The files that say that they are of this form, by name."""
    found = sorted(one for one in folder.iterdir() if one.is_file())
    if len(found) > _MOST_FILES:
        raise Malformed("snapshot.folder-too-full")
    return [file for file in found if form.is_one(_begin(file))]


def _begin(file: Path) -> bytes:
    """Enough to tell what the file says that it is."""
    try:
        with file.open("rb") as opened:
            return opened.read(_FIRST_WORD)
    except OSError:
        return b""


def _tell(file: Path, declined: Declined) -> None:
    told.print(safe(f"passed over {file.name}: {declined}"), markup=False)


def _as_of(snapshot: Snapshot) -> datetime:
    return snapshot.body.as_of
