"""What is declined of webhooks."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class HookUnknown(Declined):
    """The app has no such webhook."""

    code = "interop.hook-unknown"
    kind = Kind.UNKNOWN


@dataclass
class TooManyHooks(Declined):
    """The app has as many webhooks as one may have: end one first."""

    code = "interop.too-many-hooks"
    kind = Kind.REFUSED
    most: int
