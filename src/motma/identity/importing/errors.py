"""What the import declines as a whole; what it finds in a row is a finding."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class ColumnsMissing(Declined):
    """The file has no column for what every person needs."""

    code = "import.columns-missing"
    kind = Kind.MALFORMED
    missing: list[str]


@dataclass
class RunningElsewhere(Declined):
    """Another process imports the same file now."""

    code = "import.running-elsewhere"
    kind = Kind.BUSY
