"""What accounts decline, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class CoolingDown(Declined):
    """This device signed in by phone a short while ago: it may not do this before `until`."""

    code = "accounts.cooling-down"
    kind = Kind.REFUSED
    until: str
