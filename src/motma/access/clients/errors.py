"""What clients hear; codes are permanent."""

from dataclasses import dataclass

from motma.access.errors import Unauthenticated
from motma.kernel.errors import Declined, Kind


@dataclass
class ClientRefused(Unauthenticated):
    """The assertion is no proof: key, audience, time, or used before; an unknown client alike."""

    code = "access.client-refused"


@dataclass
class ClientEnded(Unauthenticated):
    """The client was revoked, or its organisation closed: ask the operator."""

    code = "access.client-ended"


@dataclass
class ScopeMissing(Declined):
    """The token, or the client, may not do this."""

    code = "access.scope-missing"
    kind = Kind.FORBIDDEN
    scope: str


@dataclass
class AudienceUnset(Declined):
    """Outside the demo assertions are for our public address, and none is set: MOTMA_PUBLIC_URL."""

    code = "access.audience-unset"
    kind = Kind.UNAVAILABLE


@dataclass
class ClientUnknown(Declined):
    """No such client, or it was revoked before."""

    code = "access.client-unknown"
    kind = Kind.UNKNOWN
