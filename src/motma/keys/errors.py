"""What can be wrong with keys and with what they seal."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class RingBroken(Declined):
    """The ring on disk can't be used; `reason` is a permanent code such as `keys.too-open`.

    Reasons: `keys.no-ring`, `keys.exists`, `keys.too-open`, `keys.tampered`.
    """

    code = "keys.ring-broken"
    kind = Kind.UNAVAILABLE
    reason: str
    file: str | None = None

    def __str__(self) -> str:
        return self.reason


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
