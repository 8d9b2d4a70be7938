"""What reports decline, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class AlreadyReported(Declined):
    """This read was reported before; its state stands with the read."""

    code = "reports.already"
    kind = Kind.REFUSED


@dataclass
class ReportUnknown(Declined):
    """No open report that is yours to decide: decided, another organisation's, or none at all."""

    code = "reports.unknown"
    kind = Kind.UNKNOWN


@dataclass
class OwnRead(Declined):
    """The read that was reported was made by yourself: somebody else decides."""

    code = "reports.own-read"
    kind = Kind.FORBIDDEN
