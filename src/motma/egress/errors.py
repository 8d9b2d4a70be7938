"""What a request to the outside can come to; codes are permanent."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class AddressRefused(Declined):
    """The address is none that the platform may ask: scheme, host, port, or inside a network."""

    code = "egress.address-refused"
    kind = Kind.REFUSED


@dataclass
class NoAnswer(Declined):
    """The other side could not be reached, broke off, or took too long."""

    code = "egress.no-answer"
    kind = Kind.UNAVAILABLE


@dataclass
class AnswerTooLarge(Declined):
    """The answer is larger than was allowed for."""

    code = "egress.answer-too-large"
    kind = Kind.UNAVAILABLE
    most_bytes: int


@dataclass
class AnswerRefused(Declined):
    """The other side answered with another status than success; a redirect is one."""

    code = "egress.answer-refused"
    kind = Kind.UNAVAILABLE
    status: int
