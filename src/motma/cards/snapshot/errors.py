"""Why a snapshot is refused; a file that is none, or was damaged, is `Malformed`."""

from dataclasses import dataclass
from datetime import datetime

from motma.kernel.errors import Declined, Kind


@dataclass
class SnapshotForged(Declined):
    """The signature is not that of the key it names: somebody else wrote this snapshot."""

    code = "snapshot.forged"
    kind = Kind.REFUSED


@dataclass
class SnapshotKeyUnknown(Declined):
    """None of the keys that this reader trusts signed this snapshot."""

    code = "snapshot.unknown-key"
    kind = Kind.REFUSED
    kid: str


@dataclass
class SnapshotOlder(Declined):
    """This reader has seen a newer snapshot; what ended since would come back to life."""

    code = "snapshot.older"
    kind = Kind.REFUSED
    as_of: datetime
    seen: datetime


@dataclass
class SnapshotTooOld(Declined):
    """Too much may have ended since this snapshot was made: fetch another."""

    code = "snapshot.too-old"
    kind = Kind.REFUSED
    as_of: datetime
    most_hours: int


@dataclass
class SnapshotAhead(Declined):
    """This snapshot is from the future: set the reader's clock."""

    code = "snapshot.ahead"
    kind = Kind.REFUSED
    as_of: datetime


@dataclass
class SnapshotWithoutTrust(Declined):
    """There are no keys to check the snapshot with: give them once, with --keys."""

    code = "snapshot.without-trust"
    kind = Kind.REFUSED


@dataclass
class DeltaBase(Declined):
    """This delta continues another snapshot than the one that is here: fetch the whole."""

    code = "snapshot.delta-base"
    kind = Kind.REFUSED
    base: datetime
    here: datetime


@dataclass
class DeltaResult(Declined):
    """What this delta makes of the snapshot is not what was signed: fetch the whole."""

    code = "snapshot.delta-result"
    kind = Kind.REFUSED
    base: datetime
