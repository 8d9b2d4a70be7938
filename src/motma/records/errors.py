"""What records decline, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class RecordUnknown(Declined):
    """No such record, or none that the caller may know of; they look alike."""

    code = "records.unknown"
    kind = Kind.UNKNOWN


@dataclass
class NothingToUndo(Declined):
    """There is nothing left to take back here."""

    code = "records.nothing-to-undo"
    kind = Kind.REFUSED


@dataclass
class RecordEnded(Declined):
    """The record was retracted or undone, so it can't be somebody's."""

    code = "records.ended"
    kind = Kind.REFUSED
    state: str


@dataclass
class JobUnknown(Declined):
    """No such import job, or none of the caller's."""

    code = "records.job-unknown"
    kind = Kind.UNKNOWN


@dataclass
class RunningElsewhere(Declined):
    """Another process works on the same import now."""

    code = "records.running-elsewhere"
    kind = Kind.BUSY


@dataclass
class NotFinished(Declined):
    """The import is still under way: undo it when it has ended."""

    code = "records.not-finished"
    kind = Kind.REFUSED
