"""People, the records that sites wrote about them, and the truth beside both, session by session.

Memory is bounded by one commune: a session's people are drawn, written down and forgotten. The
same preset, seed and number give the same files; a change of rates leaves the people as they are.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from motma.kernel.units import CHANGED_ON, World, communes, successors
from motma.simulate.damaging import Damager, Person, Session, Written, number_of
from motma.simulate.numbers import Numbers
from motma.simulate.population import AS_OF, Row, households
from motma.simulate.rates import Damage, Preset, Rates

#: Ids are serial numbers scrambled over so many digits, so that none tells who is whose neighbour.
_ID_DIGITS: Final = 9
_ADULT_YEAR: Final = AS_OF.year - 18
_TEEN_YEAR: Final = AS_OF.year - 12


class Known(NamedTuple):
    """A person of the register: a line of P."""

    person_id: str
    full_name: str
    birth_date: str
    sex: str
    document_number: str
    bhyt: str
    phone: str
    commune_code: str
    commune_as_of: str


class Record(NamedTuple):
    """A line of R."""

    record_id: str
    full_name: str
    birth_date: str
    sex: str
    document_number: str
    bhyt: str
    phone: str
    commune_code: str
    commune_as_of: str


class Truth(NamedTuple):
    """A line of the truth: whose record it is, empty for somebody who is not in the register."""

    record_id: str
    person_id: str
    damages: str  # joined by ;


class Linked(NamedTuple):
    """A document that the register knows beside the one that stands in P."""

    person_id: str
    document_number: str


@dataclass(frozen=True, slots=True)
class Batch:
    """What one round of sessions left behind."""

    people: list[Known]
    linked: list[Linked]
    records: list[Record]
    truth: list[Truth]
    doses: list[int]  # beside `records`: which dose of the person it is, from 1


def simulate(preset: Preset, people: int, seed: int | None = None) -> Iterator[Batch]:
    """Batches until the register holds exactly so many people."""
    chosen = preset.seed if seed is None else seed
    writer = _Writer(preset.rates, chosen)
    left = people
    for come in _comings(preset, chosen):
        batch = writer.batch(come, at_most=left)
        left -= len(batch.people)
        yield batch
        if not left:
            return


def _comings(preset: Preset, seed: int) -> Iterator[list[Person]]:
    """Neighbours who come to one session: whole households of one commune."""
    come: list[Person] = []
    for rows in households(seed, preset.shape):
        moved_on = come and come[-1].row.commune_code != rows[0].commune_code
        if len(come) >= preset.rates.session or moved_on:
            yield come
            come = []
        household = tuple(rows)
        come += [Person(row, household) for row in rows]


class _Writer:
    """Writes records down; counts ids."""

    def __init__(self, rates: Rates, seed: int) -> None:
        self._rates = rates
        self._random = Random(f"records:{seed}")  # noqa: S311 - must be repeatable
        self._ids = Numbers(start=self._random.randrange(10**9))
        numbers = Numbers(start=self._random.randrange(10**9))
        self._codes = [unit.code for unit in communes(World.OLD)]
        self._damager = Damager(rates, self._random, numbers)
        # A session under the organiser's phone is damaged as a whole: the others are damaged less.
        self._damaged = (rates.damaged - rates.organiser) / (1 - rates.organiser)

    def batch(self, come: list[Person], *, at_most: int) -> Batch:
        """The people who came, as far as the register has room, and a session for each dose."""
        batch = Batch([], [], [], [], [])
        random = self._random.random
        staying: list[tuple[Person, str, int]] = []
        for person in come:
            absent = random() < self._rates.absent
            if not absent and len(batch.people) == at_most:
                break
            person_id = "" if absent else f"P{self._ids.serial(_ID_DIGITS)}"
            if not absent:
                self._register(batch, person.row, person_id)
            staying.append((person, person_id, self._doses(person.row)))
        neighbours = tuple(person.row for person, _, _ in staying)
        for dose in (1, 2, 3):
            took = [each for each in staying if each[2] >= dose]
            if took:
                session = self._session(neighbours)
                for person, person_id, _ in took:
                    self._write(batch, person, person_id, session)
                batch.doses.extend([dose] * len(took))
        return batch

    @staticmethod
    def _register(batch: Batch, row: Row, person_id: str) -> None:
        """Into P, and the other documents beside it."""
        number = number_of(row)
        batch.people.append(
            Known(
                person_id, row.full_name, row.birth_date, row.sex, number, row.bhyt, row.phone,
                row.commune_code, row.commune_as_of,
            )
        )  # fmt: skip
        batch.linked.extend(
            Linked(person_id, other)
            for other in (row.cmnd, row.passport, row.birth_certificate)
            if other and other != number
        )

    def _doses(self, row: Row) -> int:
        year = int(row.birth_date[:4])
        rates = self._rates
        shares = (
            rates.doses_adult if year <= _ADULT_YEAR
            else rates.doses_teen if year <= _TEEN_YEAR
            else rates.doses_child
        )  # fmt: skip
        chance = self._random.random()
        for doses, share in enumerate(shares):
            chance -= share
            if chance < 0:
                return doses
        return len(shares) - 1

    def _session(self, neighbours: tuple[Row, ...]) -> Session:
        """The phone of one who came is everybody's in some sessions; a site lies in a commune."""
        random, phone = self._random, ""
        if random.random() < self._rates.organiser:
            phones = [row.phone for row in neighbours if row.phone]
            phone = phones[int(random.random() * len(phones))] if phones else ""
        here = bisect_left(self._codes, neighbours[0].commune_code)
        beside = self._codes[(here + random.choice((-2, -1, 1, 2))) % len(self._codes)]
        return Session(phone, beside, neighbours)

    def _write(self, batch: Batch, person: Person, person_id: str, session: Session) -> None:
        """One record and its truth."""
        random = self._random.random
        written = self._undamaged(person.row)
        damages: tuple[Damage, ...] = ()
        if session.organisers_phone and session.organisers_phone != written.phone:
            written = written._replace(phone=session.organisers_phone)
            damages = (Damage.ORGANISERS_PHONE,)
        if random() < self._damaged:
            written, damages = self._damager.damage(written, person, session, taken=damages)
        if random() < self._rates.capitals:
            written = written._replace(full_name=written.full_name.upper())
        record_id = f"R{self._ids.serial(_ID_DIGITS)}"
        batch.records.append(Record(record_id, *written))
        batch.truth.append(Truth(record_id, person_id, ";".join(damages)))

    def _undamaged(self, row: Row) -> Written:
        """What a careful site writes down; it rarely asks for BHYT."""
        random = self._random.random
        bhyt = row.bhyt if row.bhyt and random() >= self._rates.without_bhyt else ""
        code, as_of = row.commune_code, row.commune_as_of
        if random() < self._rates.renumbered and (new := successors(code)):
            code, as_of = new[0].code, CHANGED_ON.isoformat()
        return Written(
            row.full_name, row.birth_date, row.sex, number_of(row), bhyt, row.phone, code, as_of
        )
