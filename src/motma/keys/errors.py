"""What can be wrong with keys and with what they seal."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class RingBroken(Declined):
    """The ring on disk can't be used; which of the cases below says why."""

    code = "keys.ring-broken"
    kind = Kind.UNAVAILABLE
    file: str


@dataclass
class RingMissing(RingBroken):
    """There is no ring here: make one with `motma keys create`."""

    code = "keys.no-ring"


@dataclass
class RingExists(RingBroken):
    """There is a ring here already; it is not written over."""

    code = "keys.exists"
    kind = Kind.REFUSED


@dataclass
class RingOpen(RingBroken):
    """Others may read the ring: its directory must be 0700, its files 0600."""

    code = "keys.too-open"


@dataclass
class RingTampered(RingBroken):
    """The ring was changed by something else than this program, or belongs to another one."""

    code = "keys.tampered"


@dataclass
class KeyMissing(Declined):
    """The ring has no usable key for this."""

    code = "keys.missing"
    kind = Kind.UNAVAILABLE
    purpose: str
    kid: str | None = None


@dataclass
class KeyUnknown(Declined):
    """No key has this id."""

    code = "keys.unknown"
    kind = Kind.UNKNOWN
    kid: str


@dataclass
class KeyInUse(Declined):
    """An active key can't be retired: rotate its purpose first."""

    code = "keys.in-use"
    kind = Kind.REFUSED
    kid: str


@dataclass
class PurposeUnsuited(Declined):
    """This purpose has no keys of the sort that is asked for."""

    code = "keys.purpose-unsuited"
    kind = Kind.REFUSED
    purpose: str


@dataclass
class SealBroken(Declined):
    """A sealed value was changed, moved to another row or column, or its key is gone."""

    code = "keys.seal-broken"
    kind = Kind.UNAVAILABLE
    column: str
