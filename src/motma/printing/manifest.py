"""What a print job did so far: one small file in its folder, replaced whole after each part."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from motma.printing import tray
from motma.printing.errors import OtherJob

NAME: Final = "print-job.json"
LOCK: Final = ".lock"
#: Whose cards a commune's job prints, settled when it began.
PEOPLE: Final = "people.txt"
#: What a job may leave before its first manifest stands.
_EARLIER: Final = {LOCK, PEOPLE, "people.new", "print-job.new"}
_FORMAT: Final = 1


class Refused(msgspec.Struct, frozen=True):
    """A row of the list that got no card: its number from 1, and a permanent code."""

    row: int
    code: str


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A PDF that is whole; no file where nobody got a card."""

    file: str
    sha256: str
    cards: int
    refused: tuple[Refused, ...] = ()


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """A job: its list as a hash, for whose cards they are is not said here, and what is done."""

    format: int = _FORMAT
    layout: str
    activation: bool = False
    cards_a_part: int
    list_sha256: str
    rows: int
    parts: dict[int, Part] = {}

    def of_same_job(self, other: "Manifest") -> bool:
        """Whether both print the same list in the same way."""
        return msgspec.structs.replace(self, parts={}) == msgspec.structs.replace(other, parts={})

    def with_part(self, number: int, part: Part) -> "Manifest":
        """The manifest once one more part is done."""
        return msgspec.structs.replace(self, parts=self.parts | {number: part})

    def whole(self, folder: Path, number: int) -> bool:
        """Whether a part is done and its file is still what was written."""
        part = self.parts.get(number)
        if part is None or not part.file:
            return part is not None  # a part without a card has no file
        path = folder / part.file
        return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == part.sha256


def started(folder: Path, wanted: Manifest) -> Manifest:
    """The folder's manifest, of this very job or new; OtherJob when it holds anything else."""
    path = folder / NAME
    if path.exists():
        try:
            found = msgspec.json.decode(path.read_bytes(), type=Manifest)
        except msgspec.DecodeError:
            raise OtherJob from None
        if not found.of_same_job(wanted):
            raise OtherJob
        return found
    if any(each.name not in _EARLIER for each in folder.iterdir()):
        raise OtherJob
    keep(folder, wanted)
    return wanted


def keep(folder: Path, manifest: Manifest) -> None:
    """Write the manifest; a crash leaves the earlier one or this one."""
    data = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
    tray.put(folder / NAME, data)


def hash_of(qids: Sequence[str]) -> str:
    """The hash by which a list is known again."""
    return hashlib.sha256("\n".join(qids).encode()).hexdigest()
