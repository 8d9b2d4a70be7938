"""What claims decline, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class ClaimUnknown(Declined):
    """No such claim, or none of the caller's; they look alike."""

    code = "claims.unknown"
    kind = Kind.UNKNOWN


@dataclass
class TooManyClaims(Declined):
    """So many claims of one person are open that a registrar must come first."""

    code = "claims.too-many-open"
    kind = Kind.REFUSED
    most: int


@dataclass
class ClaimDecided(Declined):
    """The claim was decided already; undo that first."""

    code = "claims.decided"
    kind = Kind.REFUSED
    state: str


@dataclass
class ClaimOpen(Declined):
    """The claim is still open, so there is no decision to undo."""

    code = "claims.open"
    kind = Kind.REFUSED


@dataclass
class EffectUnfit(Declined):
    """What the decision would do does not answer what the claim asks for."""

    code = "claims.effect-unfit"
    kind = Kind.REFUSED


@dataclass
class RecordUnfit(Declined):
    """The record is somebody's, ended, or shares nothing with the person: not by way of a claim."""

    code = "claims.record-unfit"
    kind = Kind.REFUSED
