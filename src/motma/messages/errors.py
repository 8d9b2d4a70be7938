"""What can become of a message; codes are permanent."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class NumberRefused(Declined):
    """Who sends our messages will not send to this number: trying again changes nothing."""

    code = "messages.number-refused"
    kind = Kind.REFUSED


@dataclass
class NotSent(Declined):
    """The message did not go out; it is tried again until it is out of date."""

    code = "messages.not-sent"
    kind = Kind.UNAVAILABLE


@dataclass
class SenderUnset(Declined):
    """A setting of the chosen sender is missing or unreadable; `missing` names it."""

    code = "messages.sender-unset"
    kind = Kind.UNAVAILABLE
    missing: str
