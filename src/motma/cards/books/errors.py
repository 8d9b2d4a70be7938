"""What publishing declines, each with a permanent code."""

from dataclasses import dataclass

from motma.kernel.errors import Declined, Kind


@dataclass
class BookUnknown(Declined):
    """There is no such version of such a book."""

    code = "cards.book-unknown"
    kind = Kind.UNKNOWN


@dataclass
class VersionTaken(Declined):
    """That version exists already and says something else: give the new one a higher version."""

    code = "cards.book-version-taken"
    kind = Kind.REFUSED


@dataclass
class NumberTaken(Declined):
    """Another book has this number, by which printed codes name it."""

    code = "cards.book-number-taken"
    kind = Kind.REFUSED
    number: int


@dataclass
class WrongState(Declined):
    """The version is not in the state that this step begins with."""

    code = "cards.book-state"
    kind = Kind.REFUSED
    state: str


@dataclass
class SecondPersonNeeded(Declined):
    """Whoever proposed a book can't publish it."""

    code = "cards.second-person-needed"
    kind = Kind.REFUSED


@dataclass
class DryRunNeeded(Declined):
    """No dry run since the proposal, or it is a day old, or other books are in force since."""

    code = "cards.dry-run-needed"
    kind = Kind.REFUSED


@dataclass
class WorseOff(Declined):
    """Somebody would be worse off for one more dose or a newer negative test."""

    code = "cards.worse-off"
    kind = Kind.REFUSED
    histories: int


@dataclass
class StartsLater(Declined):
    """It would end the version in force today, but begins later: publish it on its first day."""

    code = "cards.book-starts-later"
    kind = Kind.REFUSED


@dataclass
class NothingBefore(Declined):
    """No other version was published before the one in force."""

    code = "cards.no-former-version"
    kind = Kind.REFUSED


@dataclass
class PopulationTooLarge(Declined):
    """Too many people for a request: use `motma rules dry-run`."""

    code = "cards.population-too-large"
    kind = Kind.REFUSED
    most: int
