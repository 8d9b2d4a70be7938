"""What identity declines, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class PersonUnknown(Declined):
    """No such person, or none that the caller may know of; they look alike."""

    code = "identity.unknown"
    kind = Kind.UNKNOWN


@dataclass
class Conflict(Declined):
    """A proven document belongs to somebody whose name or birth date differ: a case is open."""

    code = "identity.conflict"
    kind = Kind.REFUSED
    case_id: str


@dataclass
class QidEnded(Declined):
    """The QID was revoked, replaced or merged before."""

    code = "identity.qid-ended"
    kind = Kind.REFUSED
    state: str


@dataclass
class SamePerson(Declined):
    """Both are the same person already."""

    code = "identity.same-person"
    kind = Kind.REFUSED


@dataclass
class MergeRefused(Declined):
    """One of the two is merged into another already: undo or merge those first."""

    code = "identity.merge-refused"
    kind = Kind.REFUSED


@dataclass
class GuardianRefused(Declined):
    """The dependant is of age, or the guardian is not."""

    code = "identity.guardian-refused"
    kind = Kind.REFUSED
