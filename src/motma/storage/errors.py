"""What storage declines: with permanent codes, and without any value of a row."""

from dataclasses import dataclass
from typing import ClassVar

from motma.kernel.errors import Declined, Kind


@dataclass
class ServerFailed(Declined):
    """The embedded server could not be made, started or stopped; `log` names where it says why."""

    code: ClassVar[str] = "storage.server-failed"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    step: str
    log: str


@dataclass
class MajorDiffers(Declined):
    """The data directory belongs to another major version; `motma db upgrade` carries it over."""

    code: ClassVar[str] = "storage.major-differs"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    data: int
    binaries: int


@dataclass
class BinariesMissing(Declined):
    """No PostgreSQL binaries stand where they were looked for."""

    code: ClassVar[str] = "storage.binaries-missing"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
    program: str


@dataclass
class RuntimeUnsafe(Declined):
    """The directory of the socket belongs to somebody else or is open to others."""

    code: ClassVar[str] = "storage.runtime-unsafe"
    kind: ClassVar[Kind] = Kind.REFUSED
    directory: str


@dataclass
class BackupBroken(Declined):
    """The backup is not what its manifest says; `part` names what differs."""

    code: ClassVar[str] = "storage.backup-broken"
    kind: ClassVar[Kind] = Kind.MALFORMED
    part: str


@dataclass
class DatabaseInUse(Declined):
    """The database has other sessions; stop what is connected and try again."""

    code: ClassVar[str] = "storage.database-in-use"
    kind: ClassVar[Kind] = Kind.REFUSED
    database: str


@dataclass
class DatabaseUnreachable(Declined):
    """No database answers at the address that is set; is it up, is MOTMA_DATABASE_URL right?"""

    code: ClassVar[str] = "storage.unreachable"
    kind: ClassVar[Kind] = Kind.UNAVAILABLE
