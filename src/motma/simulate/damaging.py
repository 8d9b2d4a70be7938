"""Puts damages into one record: which kinds happen to it, and what each does to its fields."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple, TypeVar

from motma.simulate import slips
from motma.simulate.numbers import Numbers
from motma.simulate.population import AS_OF, Row
from motma.simulate.rates import Damage, Rates

T = TypeVar("T")

#: Kinds drawn in vain before a record is left with fewer damages than were meant for it.
_PATIENCE: Final = 40


class Written(NamedTuple):
    """What a vaccination site wrote down about somebody, in the columns of `motma match`."""

    full_name: str
    birth_date: str
    sex: str
    document_number: str
    bhyt: str
    phone: str
    commune_code: str
    commune_as_of: str


@dataclass(frozen=True, slots=True)
class Session:
    """What all records of one session share."""

    organisers_phone: str  # empty: people gave their own
    site_commune: str
    neighbours: tuple[Row, ...]  # who came; never empty


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with the household that is at hand to be confused with."""

    row: Row
    household: tuple[Row, ...]

    @property
    def relatives(self) -> list[Row]:
        """The others of the household."""
        return [row for row in self.household if row.row != self.row.row]


def number_of(row: Row) -> str:
    """The one document that a list asks for: the newest that the person has."""
    return row.cccd or row.cmnd or row.passport or row.birth_certificate


class Damager:
    """Draws kinds by their weights and applies them; chance comes from outside."""

    def __init__(self, rates: Rates, random: Random, numbers: Numbers) -> None:
        self._rates = rates
        self._random = random
        self._numbers = numbers
        self._kinds = tuple(kind for kind, _ in rates.kinds)
        self._weights = tuple(weight for _, weight in rates.kinds)

    def damage(
        self, written: Written, person: Person, session: Session, *, taken: tuple[Damage, ...] = ()
    ) -> tuple[Written, tuple[Damage, ...]]:
        """The record with one to four kinds of damage more, and all that it has in the end."""
        wanted = len(taken) + self._random.choices((1, 2, 3, 4), self._rates.at_once)[0]
        for _ in range(_PATIENCE):
            if len(taken) == wanted:
                break
            kind = self._random.choices(self._kinds, self._weights)[0]
            if not _may_join(kind, taken):
                continue
            damaged = self._apply(kind, written, person, session)
            if damaged is not None and damaged != written:
                written, taken = damaged, (*taken, kind)
        return written, taken

    def _apply(
        self, kind: Damage, written: Written, person: Person, session: Session
    ) -> Written | None:
        """The record with that damage; None if it can't happen to it."""
        change = _CHANGES.get(kind)
        if change is not None:
            field, slip = change
            old = getattr(written, field)
            return written._replace(**{field: slip(old, self._random)}) if old else None
        if kind is Damage.SITES_COMMUNE:
            day = AS_OF.isoformat()
            return written._replace(commune_code=session.site_commune, commune_as_of=day)
        if kind is Damage.WRONG_SEX:
            other = {"male": "female", "female": "male"}.get(written.sex)
            return written._replace(sex=other) if other else None
        if kind.field == "phone":
            phone = self._phone(kind, person, session)
            return None if phone is None else written._replace(phone=phone)
        number = self._document(kind, person.row, person.relatives)
        return None if number is None else written._replace(document_number=number)

    def _document(self, kind: Damage, row: Row, relatives: list[Row]) -> str | None:
        """The number that stands in the record instead of the person's own."""
        if kind is Damage.NO_DOCUMENT:
            return ""
        if kind is Damage.OLD_LINKED:
            return row.cmnd if row.cccd and row.cmnd else None
        if kind is Damage.OLD_UNKNOWN:
            grown_up = row.cccd and row.guardian_row is None
            return self._numbers.cmnd() if grown_up and not row.cmnd else None
        numbers = [number for one in relatives if (number := number_of(one))]
        return self._one(numbers) if numbers else None

    def _phone(self, kind: Damage, person: Person, session: Session) -> str | None:
        """The phone that stands in the record instead of the person's own."""
        if kind is Damage.NO_PHONE:
            return ""
        if kind is Damage.PARENTS_PHONE:
            guardian = person.row.guardian_row
            phones = [one.phone for one in person.household if one.row == guardian and one.phone]
            return phones[0] if phones else None
        if self._random.random() < self._rates.neighbours_phone:
            phone = self._one(session.neighbours).phone
            return phone or None
        return self._numbers.phone()

    def _one(self, among: Sequence[T]) -> T:
        return among[int(self._random.random() * len(among))]


def _may_join(kind: Damage, taken: tuple[Damage, ...]) -> bool:
    """A field is damaged once; a name may be damaged in two ways, no middle and no diacritics."""
    same = [other for other in taken if other.field == kind.field]
    if kind.field == "name":
        return kind not in taken and len(same) < 2  # noqa: PLR2004 - twice is enough
    return not same


_Slip = Callable[[str, Random], str]


def _sure(slip: Callable[[str], str]) -> _Slip:
    """A slip that leaves nothing to chance."""
    return lambda text, _: slip(text)


_CHANGES: Final[dict[Damage, tuple[str, _Slip]]] = {
    Damage.NO_DIACRITICS: ("full_name", _sure(slips.without_marks)),
    Damage.TELEX: ("full_name", slips.telex),
    Damage.VNI: ("full_name", slips.vni),
    Damage.SIMILAR: ("full_name", slips.similar),
    Damage.NO_MIDDLE: ("full_name", slips.no_middle),
    Damage.ORDER: ("full_name", slips.other_order),
    Damage.LETTER: ("full_name", slips.letter_slip),
    Damage.SWAPPED: ("birth_date", _sure(slips.day_for_month)),
    Damage.YEAR_ONLY: ("birth_date", _sure(slips.year_only)),
    Damage.WRONG_BIRTH: ("birth_date", slips.wrong_year),
    Damage.WRONG_DIGIT: ("document_number", slips.wrong_digit),
    Damage.TRANSPOSED: ("document_number", slips.transposed),
    Damage.BEFORE_2018: ("phone", _sure(slips.before_2018)),
    Damage.WRONG_BHYT: ("bhyt", slips.wrong_digit),
}
