"""What access declines, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class Unauthenticated(Declined):
    """The caller did not prove who they are; the subclass's code says what to do."""

    code = "access.unauthenticated"
    kind = Kind.UNAUTHENTICATED


@dataclass
class TokenRefused(Unauthenticated):
    """The token is not one of ours, or was changed."""

    code = "access.token-refused"


@dataclass
class TokenExpired(Unauthenticated):
    """The token's ten minutes are over: renew it with the device's key."""

    code = "access.token-expired"


@dataclass
class ProofRefused(Unauthenticated):
    """The DPoP proof does not fit this request, this token or this key (RFC 9449)."""

    code = "access.proof-refused"


@dataclass
class ProofTime(Unauthenticated):
    """The device's clock is off: make the proof again with `server_time`."""

    code = "access.proof-time"
    server_time: str


@dataclass
class DeviceLost(Unauthenticated):
    """The device was reported lost or never enrolled: enrol it with a new code."""

    code = "access.device-lost"


@dataclass
class SessionEnded(Unauthenticated):
    """The session is over, or its reader may no longer work: sign in again."""

    code = "access.session-ended"


@dataclass
class SignInRefused(Unauthenticated):
    """Unknown log-in, wrong PIN or a reader of another organisation; they look alike."""

    code = "access.sign-in-refused"


@dataclass
class CodeRefused(Declined):
    """An enrolment or activation code that is unknown, used or out of date; they look alike."""

    code = "access.code-refused"
    kind = Kind.REFUSED


@dataclass
class Forbidden(Declined):
    """The role may not do this. One code for everything a role cannot do."""

    code = "access.forbidden"
    kind = Kind.FORBIDDEN


@dataclass
class MayNotMove(Declined):
    """The device stands at another place, and this reader may not move it: ask the organisation."""

    code = "access.may-not-move"
    kind = Kind.FORBIDDEN


@dataclass
class TooMany(Declined):
    """More requests than the limit allows; try again after `retry_after_s`."""

    code = "access.too-many"
    kind = Kind.BUSY
    retry_after_s: int
    limit: int


@dataclass
class LoginTaken(Declined):
    """Another reader has this log-in."""

    code = "access.login-taken"
    kind = Kind.REFUSED
