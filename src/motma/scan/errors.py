"""What scan declines, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class IdReused(Declined):
    """The scan id was used before, by another device or for another scan."""

    code = "scan.id-reused"
    kind = Kind.REFUSED


@dataclass
class ScanTime(Declined):
    """The scan id's time or `at` is more than a day ahead or over 31 days old: set the clock."""

    code = "scan.time"
    kind = Kind.MALFORMED


@dataclass
class CaseNeeded(Declined):
    """This role needs a case number for every scan."""

    code = "scan.case-needed"
    kind = Kind.MALFORMED


@dataclass
class ScanUnknown(Declined):
    """No such scan of this device."""

    code = "scan.unknown"
    kind = Kind.UNKNOWN


@dataclass
class AppendFailed(Declined):
    """The scan could not be made durable: send it again with the same scan id."""

    code = "scan.not-durable"
    kind = Kind.UNAVAILABLE
