"""What recodes decline, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class RecodeUnknown(Declined):
    """No such recode, or none in force where only one in force would do."""

    code = "recodes.unknown"
    kind = Kind.UNKNOWN


@dataclass
class RecodeState(Declined):
    """The recode is not in the state that this step begins with."""

    code = "recodes.state"
    kind = Kind.REFUSED
    state: str


@dataclass
class RecodeByAnother(Declined):
    """Whoever proposed a recode can't confirm it."""

    code = "recodes.second-person-needed"
    kind = Kind.REFUSED


@dataclass
class AppealByAnother(Declined):
    """Whoever proposed or confirmed a recode can't decide an appeal against it."""

    code = "recodes.third-person-needed"
    kind = Kind.REFUSED


@dataclass
class AlreadyRecoded(Declined):
    """Another recode of the person is in force; end that first."""

    code = "recodes.one-in-force"
    kind = Kind.REFUSED


@dataclass
class RecodeOfMerged(Declined):
    """The person was merged since: propose it for the one who is kept."""

    code = "recodes.person-merged"
    kind = Kind.REFUSED


@dataclass
class AlreadyAppealed(Declined):
    """The person appealed against this recode before; one appeal is decided, not several."""

    code = "recodes.appealed"
    kind = Kind.REFUSED


@dataclass
class NoAppeal(Declined):
    """There is no open appeal against this recode."""

    code = "recodes.no-open-appeal"
    kind = Kind.REFUSED
