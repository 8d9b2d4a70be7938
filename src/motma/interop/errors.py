"""What apps and people who connect them are declined."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class AppUnknown(Declined):
    """There is no such app, or it has ended."""

    code = "interop.app-unknown"
    kind = Kind.UNKNOWN


@dataclass
class HandleUnknown(Declined):
    """The app has no such handle, or nobody consents behind it: the two are not told apart."""

    code = "interop.handle-unknown"
    kind = Kind.UNKNOWN


@dataclass
class GrantRefused(Declined):
    """The code is unknown, used, too old, somebody else's, or its verifier is wrong."""

    code = "interop.grant-refused"
    kind = Kind.UNAUTHENTICATED


@dataclass
class RedirectRefused(Declined):
    """The app did not register this address to come back to."""

    code = "interop.redirect-refused"
    kind = Kind.MALFORMED


@dataclass
class CursorGone(Declined):
    """The cursor is older than what the feed keeps: read everything anew."""

    code = "interop.cursor-gone"
    kind = Kind.REFUSED


@dataclass
class NoSandbox(Declined):
    """Made-up people are made in a demo only: start one with `motma demo`."""

    code = "interop.no-sandbox"
    kind = Kind.REFUSED


@dataclass
class ReportUnknown(Declined):
    """There is no such report."""

    code = "interop.report-unknown"
    kind = Kind.UNKNOWN
