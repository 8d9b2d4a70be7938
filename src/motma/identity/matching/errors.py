"""What the review queue declines, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class ReviewUnknown(Declined):
    """No such review, or not in a state in which this can be done."""

    code = "matching.review-unknown"
    kind = Kind.UNKNOWN


@dataclass
class ReviewTaken(Declined):
    """Another registrar is looking at it."""

    code = "matching.review-taken"
    kind = Kind.REFUSED


@dataclass
class NotACandidate(Declined):
    """The person is none of the review's candidates."""

    code = "matching.not-a-candidate"
    kind = Kind.REFUSED
