"""Households of synthetic people, row by row, in the columns that the import reads."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain, islice
from random import Random
from typing import Final, NamedTuple

from motma.kernel.documents import CCCD_PROVINCES
from motma.kernel.units import CHANGED_ON, World, communes
from motma.simulate import names
from motma.simulate.neighbours import Neighbour, Neighbours
from motma.simulate.numbers import Numbers
from motma.simulate.shape import SCATTERED, Shape

#: The day the people are as of: the autumn of 2021, when the platform would have started.
AS_OF: Final = date(2021, 10, 1)

_FAMILY: Final = names.table(names.FAMILY)
_MIDDLE: Final = {key: names.table(weights) for key, weights in names.MIDDLE.items()}
_GIVEN: Final = {key: names.falling(words) for key, words in names.GIVEN.items()}
_SLOTS: Final = len(_FAMILY)
_DAYS_A_YEAR: Final = 365.25

# Shares of synthetic people. Source: ours, shaped after domain.md §4 (elders know only a year, a
# CCCD comes at 14, a new-born has a birth certificate).
_ELDER_AGE: Final = 60
_ADULT_AGE: Final = 18
_CCCD_AGE: Final = 14
_CCCD_AT_BIRTH: Final = date(2016, 1, 1)  # Law 59/2014/QH13 on citizen identification
_BOYS: Final = 0.52
_GENERATION_BORN: Final = 1975
_FOREIGN: Final = 0.007
_WITHOUT_DOCUMENTS: Final = 0.015
_NEW_WORLD: Final = 0.15
_NO_DAY: Final = 0.05
_OTHER_SEX: Final = 0.003


class Row(NamedTuple):
    """A line of the file: texts as a register would hand them over, empty where not known."""

    row: int
    full_name: str
    birth_date: str
    sex: str
    nationality: str
    cccd: str
    cmnd: str
    passport: str
    bhyt: str
    birth_certificate: str
    phone: str
    commune_code: str
    commune_as_of: str
    guardian_row: int | None
    guardian_document: str  # a number of the guardian's


class Home(NamedTuple):
    """Where a household lives."""

    code: str
    as_of: str
    province: str  # three digits, as in a CCCD


def people(count: int, seed: int) -> Iterator[Row]:
    """That many people; the same seed gives the same ones, a longer run starts with a shorter."""
    return islice(chain.from_iterable(households(seed)), count)


def households(seed: int, shape: Shape = SCATTERED) -> Iterator[list[Row]]:
    """Household after household without end; a foreigner is one of his own."""
    random = Random(seed)  # noqa: S311 - synthetic people must be repeatable
    maker = _Maker(random, shape)
    while True:
        if random.random() < _FOREIGN * 2:  # a household has about two people
            yield [maker.foreigner()]
        else:
            yield maker.household()


class _Maker:
    """Draws people; counts rows so that a child can name its guardian's."""

    def __init__(self, random: Random, shape: Shape) -> None:
        self._random = random
        self._shape = shape
        self._numbers = Numbers(start=random.randrange(10**9))
        self._rows = 0
        self._homes = [
            tuple((unit.code, unit.province_code) for unit in communes(world)) for world in World
        ]
        self._neighbours = Neighbours(shape.people_per_commune)
        self._settled: Home | None = None

    def household(self) -> list[Row]:
        """A head, mostly a spouse, children, sometimes a grandparent."""
        chance = self._random.random
        home, family = self._home(), self._family()
        age = 22 + 40 * chance()
        male = self._happens(0.6)
        head = self._adult(home, family, "male" if male else "female", age)
        rows = [head]
        if self._happens(0.75):
            spouse, by_marriage = "female" if male else "male", self._family()
            rows.append(self._adult(home, by_marriage, spouse, max(19.0, age + 8 * chance() - 4)))
        for _ in range(int(chance() * 3.2)):
            rows += self._children(home, family, age, guardian=head)
        if self._happens(0.3):
            sex = "female" if self._happens(0.6) else "male"
            rows.append(self._adult(home, family, sex, min(104.0, age + 22 + 12 * chance())))
        return self._sharing(rows)

    def foreigner(self) -> Row:
        """Somebody whose only document is a passport."""
        random = self._random
        nationality = random.choice(tuple(names.FOREIGN))
        home = self._home()
        return self._row(
            random.choice(names.FOREIGN[nationality]),
            birth=str(self._born(20 + 45 * random.random())),
            sex=random.choice(("male", "female")),
            home=home,
            nationality=nationality,
            passport=self._numbers.foreign_passport(),
            phone=self._numbers.phone(),
        )

    def _adult(self, home: Home, family: str, sex: str, age: float) -> Row:
        """Somebody of that household, or a namesake of an earlier neighbour."""
        share = self._shape.namesakes
        model = self._neighbours.one(self._random) if share and self._happens(share) else None
        if model is None:
            name = self._name(family, sex, self._born(age).year)
        else:
            name, sex = model.full_name, model.sex
            same_day = self._happens(self._shape.namesakes_same_day)
            age = self._age_of(model, same_day=same_day)
        if share:
            self._neighbours.add(Neighbour(name, sex, self._born(age)))
        return self._person(home, name, sex, age)

    def _children(
        self, home: Home, family: str, parents_age: float, *, guardian: Row
    ) -> Iterator[Row]:
        """A child, rarely two of one birth; those of age have no guardian."""
        age = max(0.0, parents_age - 20) * self._random.random()
        sex = "male" if self._happens(_BOYS) else "female"
        of_age = None if age >= _ADULT_AGE else guardian
        name = self._name(family, sex, self._born(age).year)
        yield self._person(home, name, sex, age, of_age)
        if self._shape.twins and self._happens(self._shape.twins):
            other = self._name(family, sex, self._born(age).year)
            if self._happens(self._shape.twins_of_like_name):
                other = self._neighbours.like(name, other)
            yield self._person(home, other, sex, age, of_age)

    def _age_of(self, neighbour: Neighbour, *, same_day: bool) -> float:
        """The age of somebody born in the year of the neighbour, perhaps on the very day."""
        born = neighbour.born
        if not same_day:
            born = date(born.year, 1, 1) + timedelta(days=int(364 * self._random.random()))
        return ((AS_OF - born).days + 0.5) / _DAYS_A_YEAR

    def _sharing(self, rows: list[Row]) -> list[Row]:
        """The household, all adults with the first phone if that is how they live."""
        share = self._shape.one_phone
        if not (share and self._happens(share)):
            return rows
        phone = next((row.phone for row in rows if row.phone), "")
        return [row._replace(phone=phone) if row.phone else row for row in rows]

    def _person(
        self, home: Home, name: str, sex: str, age: float, guardian: Row | None = None
    ) -> Row:
        """One Vietnamese with the documents of that age."""
        happens, numbers = self._happens, self._numbers
        born = self._born(age)
        said_sex = ("other" if happens(0.3) else "unknown") if happens(_OTHER_SEX) else sex
        birth = self._written(born, age)
        if happens(_WITHOUT_DOCUMENTS):
            return self._row(name, birth=birth, sex=said_sex, home=home, guardian=guardian)
        province = home.province if happens(0.85) else self._anywhere().province
        adult, elder = age >= _CCCD_AGE, age >= _ELDER_AGE
        has_cccd = happens(0.92) if adult else born >= _CCCD_AT_BIRTH and happens(0.4)
        return self._row(
            name,
            birth=birth,
            sex=said_sex,
            home=home,
            guardian=guardian,
            cccd=numbers.cccd(province, sex, born.year) if has_cccd else "",
            cmnd=numbers.cmnd() if adult and happens(0.5 if elder else 0.2) else "",
            passport=numbers.passport() if adult and happens(0.05) else "",
            bhyt=numbers.bhyt(province, child=not adult) if happens(0.88) else "",
            birth_certificate=numbers.birth_certificate(born.year, home.code) if not adult else "",
            phone=numbers.phone() if adult and happens(0.9) else "",
        )

    def _row(
        self,
        full_name: str,
        *,
        birth: str,
        sex: str,
        home: Home,
        nationality: str = "VNM",
        guardian: Row | None = None,
        **documents: str,
    ) -> Row:
        self._rows += 1
        number = documents.get
        return Row(
            self._rows, full_name, birth, sex, nationality,
            number("cccd", ""), number("cmnd", ""), number("passport", ""), number("bhyt", ""),
            number("birth_certificate", ""), number("phone", ""), home.code, home.as_of,
            guardian.row if guardian else None,
            (guardian.cccd or guardian.cmnd or guardian.passport) if guardian else "",
        )  # fmt: skip

    def _family(self) -> str:
        return _FAMILY[int(self._random.random() * _SLOTS)]

    def _name(self, family: str, sex: str, born: int) -> str:
        """Family, middle and given name of that sex and generation."""
        chance = self._random.random
        key = (sex, "elder" if born < _GENERATION_BORN else "younger")
        middle = _MIDDLE[key][int(chance() * _SLOTS)]
        given = _GIVEN[key]
        last = given[int(chance() * len(given))]
        return f"{family} {middle} {last}" if middle and middle != last else f"{family} {last}"

    def _born(self, age: float) -> date:
        return AS_OF - timedelta(days=int(age * _DAYS_A_YEAR))

    def _written(self, born: date, age: float) -> str:
        """The birth date as the person knows it: of many elders only the year."""
        if age < _ELDER_AGE or self._happens(0.6):
            return born.isoformat()
        return f"{born.year}-{born.month:02d}" if self._happens(0.1) else f"{born.year}"

    def _happens(self, share: float) -> bool:
        """True in that share of all questions."""
        return self._random.random() < share

    def _home(self) -> Home:
        """Where the next household lives: anywhere, or in the commune that is being filled."""
        if not self._shape.people_per_commune:
            return self._anywhere()
        if self._settled is None or self._neighbours.full(self._rows):
            self._settled = self._old_commune()
        return self._settled

    def _old_commune(self) -> Home:
        """A commune as it was on the day of the population."""
        homes = self._homes[0]
        code, province = homes[int(self._random.random() * len(homes))]
        return Home(code, AS_OF.isoformat(), _cccd_province(province))

    def _anywhere(self) -> Home:
        """A commune of either world, mostly with the day its code was valid."""
        chance = self._random.random
        new = chance() < _NEW_WORLD
        homes = self._homes[new]
        code, province = homes[int(chance() * len(homes))]
        day = "" if chance() < _NO_DAY else (CHANGED_ON if new else AS_OF).isoformat()
        return Home(code, day, _cccd_province(province))


def _cccd_province(code: str) -> str:
    """The province as a CCCD carries it; Hà Nội where a code is not one."""
    padded = code.zfill(3)
    return padded if padded in CCCD_PROVINCES else "001"
