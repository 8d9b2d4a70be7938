"""Why the log would rather stop than say two things."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class Forked(Declined):
    """The database and what was signed earlier do not continue each other; nothing is signed."""

    code = "audit.forked"
    kind = Kind.UNAVAILABLE
    size: int


@dataclass
class MirrorBroken(Declined):
    """The mirror outside the database can't be read, or is another log's."""

    code = "audit.mirror-broken"
    kind = Kind.UNAVAILABLE
    file: str


@dataclass
class EventUnknown(Declined):
    """No event of this id is in the log."""

    code = "audit.event-unknown"
    kind = Kind.UNKNOWN
    event_id: str


@dataclass
class NotYetPlaced(Declined):
    """The event is in the log but has no place in a signed tree yet: ask again in a few seconds."""

    code = "audit.not-yet-placed"
    kind = Kind.BUSY
    event_id: str


@dataclass
class CosignRefused(Declined):
    """A witness was shown a checkpoint that does not continue the one it remembers."""

    code = "audit.cosign-refused"
    kind = Kind.REFUSED
    why: str  # unknown-key, other-size, inconsistent, remote
    size: int  # what the witness remembers


@dataclass
class TreeBroken(Declined):
    """A tile of the tree is missing or short: `verify` says more."""

    code = "audit.tree-broken"
    kind = Kind.UNAVAILABLE
    level: int
    position: int


@dataclass
class NotWhole(Declined):
    """Something in the log was changed or lost; the findings say what."""

    code = "audit.not-whole"
    kind = Kind.REFUSED
    findings: int
