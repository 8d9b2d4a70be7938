"""Evidence in columns: what `Features` are for one side, for a million at once."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from motma.identity.matching import evidence
from motma.identity.matching.batch.tables import OPTIONAL, Coder, Codes, Table
from motma.identity.matching.evidence import Area, Name
from motma.identity.matching.syllables import sound
from motma.kernel import documents

_CCCD_DIGITS: Final = 12

#: Eight characters in a number, to compare them at once.
Words64 = NDArray[np.uint64]
#: Codes of a commune and its day in one number.
_AREA_SHIFT: Final = 32


@dataclass(frozen=True, slots=True)
class Words:
    """Values by code; code 0 is the empty one."""

    values: list[str]

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Everything that the codes of both sides stand for."""

    parts: Words  # family, middle and given names
    names: list[Name]  # whole names, by the code of the plain one
    numbers: dict[str, Words64]  # document, bhyt, phone: characters, padded with 0
    lengths: dict[str, Codes]
    communes: Codes  # per area code, new communes it may lie in, padded with -1
    provinces: Codes
    area_terms: Codes  # areas with one written code have one term
    texts: dict[str, list[str]]  # of every column of codes, and of area terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """People or records; every array is as long as the file."""

    given: Codes
    middle: Codes
    family: Codes
    second: Codes  # the word after the first, and the one before the last: what a turn puts there
    penult: Codes
    plain: Codes
    bag: Codes
    sounds: Codes  # of the syllables, in whatever order
    marked: Codes
    year: Codes
    month: Codes
    day: Codes
    date: Words64  # eight digits, a byte each
    sex: NDArray[np.int8]  # 0 not known, 1 male, 2 female
    document: Codes
    bhyt: Codes
    phone: Codes
    area: Codes
    area_term: Codes
    more: Codes  # documents besides, a row for each row, padded with 0; records have none

    def __len__(self) -> int:
        return len(self.given)

    def rows(self, which: NDArray[np.intp] | NDArray[np.int64]) -> "Side":
        """Those rows, in that order; a row may come often."""
        return Side(**{name: getattr(self, name)[which] for name in self.__slots__})

    def holders(self) -> tuple[NDArray[np.intp], Codes]:
        """Rows and documents side by side, each document that somebody has."""
        rows, places = np.nonzero(self.more)
        first = np.flatnonzero(self.document)
        numbers = np.concatenate((self.document[first], self.more[rows, places]))
        return np.concatenate((first, rows)), numbers


class _Numbering:
    """Gives equal texts equal codes, 0 to the empty one."""

    def __init__(self) -> None:
        self.codes: dict[str, int] = {"": 0}

    def of(self, texts: Iterable[str]) -> Codes:
        codes = self.codes
        return np.array([codes.setdefault(text, len(codes)) for text in texts], np.int32)


def sides(people: Table, records: Table, coders: dict[str, Coder]) -> tuple[Lexicon, Side, Side]:
    """Both files in columns, with the lexicon that they share."""
    tables = (people, records)
    names, words, wholes, named = _names(coders["full_name"])
    births = _births(coders["birth_date"])
    sexes = np.array([_SEX.get(text, 0) for text in coders["sex"].values()], np.int8)
    numbers = {kind: _numbers(coders[column], clean) for kind, (column, clean) in _NUMBERS.items()}
    areas, area_codes = _areas(tables, coders)
    texts = {kind: texts for kind, (_, texts) in numbers.items()}
    facts = _facts(texts["document"])
    found = []
    for table, area in zip(tables, area_codes, strict=True):
        column = table.columns
        held = {kind: numbers[kind][0][column[name]] for kind, (name, _) in _NUMBERS.items()}
        year, month, day = births[column["birth_date"]].T
        says_year, says_sex = facts[held["document"]].T
        year = np.where(year == 0, says_year, year)
        sex = sexes[column["sex"]]
        found.append(
            Side(
                **{part: codes[column["full_name"]] for part, codes in names.items()},
                year=year,
                month=month,
                day=day,
                date=_digits(year * 10_000 + month * 100 + day),
                sex=np.where(sex == 0, says_sex, sex).astype(np.int8),
                area=area,
                area_term=areas.terms[area],
                more=numbers["document"][0][table.more],
                **held,
            )
        )
    lexicon = Lexicon(
        words,
        wholes,
        {kind: _characters(values) for kind, values in texts.items()},
        {kind: np.array([len(v) for v in values], np.int32) for kind, values in texts.items()},
        areas.communes,
        areas.provinces,
        areas.terms,
        {**texts, **named, "commune": areas.texts},
    )
    return lexicon, found[0], found[1]


_SEX: Final = {"male": 1, "female": 2}
_NUMBERS: Final[dict[str, tuple[str, Callable[[str], str]]]] = {
    "document": ("document_number", evidence.document_of),
    "bhyt": ("bhyt", evidence.bhyt_of),
    "phone": ("phone", evidence.phone_of.__wrapped__),
}


def _names(coder: Coder) -> tuple[dict[str, Codes], Words, list[Name], dict[str, list[str]]]:
    """Codes of the parts of every name, by the name's code; a name per plain one; and all texts.

    Two names that are equal without marks are of equal parts.
    """
    parts, plain, others = _Numbering(), _Numbering(), _Numbering()
    read = [evidence.name_of(text) for text in coder.values()]
    codes = {
        "given": parts.of(name.given for name in read),
        "middle": parts.of(name.middle for name in read),
        "family": parts.of(name.family for name in read),
        "second": parts.of(_word(name, 1) for name in read),
        "penult": parts.of(_word(name, -2) for name in read),
        "plain": plain.of(name.plain for name in read),
        "bag": others.of(name.bag for name in read),
        "sounds": others.of(_sounds(name.bag) for name in read),
        "marked": others.of(name.marked for name in read),
    }
    by_plain = {name.plain: name for name in read}
    wholes = [by_plain.get(text, evidence.NOBODY) for text in plain.codes]
    words, whole = list(parts.codes), list(others.codes)
    texts = {
        **dict.fromkeys(("given", "middle", "family"), words),
        **dict.fromkeys(("bag", "sounds", "marked"), whole),
        "plain": list(plain.codes),
    }
    return codes, Words(words), wholes, texts


def _word(name: Name, at: int) -> str:
    return name.plain.split()[at] if name.family else ""


def _sounds(bag: str) -> str:
    return " ".join(sorted(map(sound, bag.split())))


def _births(coder: Coder) -> Codes:
    """Year, month and day of every birth date that occurs; 0 for what isn't known."""
    read = [evidence.birth_of(text) or (0, 0, 0) for text in coder.values()]
    return np.array(read, np.int32).reshape(-1, 3)


def _numbers(coder: Coder, clean: Callable[[str], str]) -> tuple[Codes, list[str]]:
    """Codes of cleaned numbers by the code of the written ones, and their texts."""
    numbering = _Numbering()
    codes = numbering.of(map(clean, coder.values()))
    return codes, list(numbering.codes)


def _characters(texts: Sequence[str]) -> Words64:
    """The characters of numbers, a byte each, eight in a column, padded with zeros."""
    packed = [text.encode("ascii") for text in texts]
    width = -(-max(map(len, packed)) // 8) * 8 or 8
    return np.array(packed, dtype=f"S{width}").view(np.uint64).reshape(len(texts), -1)


def _digits(numbers: Codes) -> Words64:
    """The last eight digits of numbers, a byte each."""
    packed = np.zeros(len(numbers), np.uint64)
    for at in range(8):
        packed |= (numbers // 10**at % 10).astype(np.uint64) << np.uint64(8 * at)
    return packed


def _facts(numbers: Sequence[str]) -> Codes:
    """Birth year and sex that each document tells, 0 when it is no CCCD."""
    told = np.zeros((len(numbers), 2), np.int32)
    for at, number in enumerate(numbers):
        if len(number) == _CCCD_DIGITS and number.isdigit():
            facts = documents.cccd_facts(number)
            told[at] = facts.birth_year, _SEX[facts.sex]
    return told


@dataclass(frozen=True, slots=True)
class _Areas:
    communes: Codes
    provinces: Codes
    terms: Codes
    texts: list[str]


def _areas(
    tables: tuple[Table, Table], coders: dict[str, Coder]
) -> tuple[_Areas, tuple[Codes, Codes]]:
    """The areas that occur, code 0 for none, and each table's codes of them."""
    keys = [
        table.columns["commune_code"].astype(np.int64) << _AREA_SHIFT | table.columns[OPTIONAL]
        for table in tables
    ]
    different, places = np.unique(np.concatenate(keys), return_inverse=True)
    codes, days = coders["commune_code"].values(), coders[OPTIONAL].values()
    numbering: dict[Area | None, int] = {None: 0}
    of_key = np.array(
        [
            numbering.setdefault(
                evidence.area_of(codes[key >> _AREA_SHIFT], days[key & (2**_AREA_SHIFT - 1)]),
                len(numbering),
            )
            for key in different.tolist()
        ],
        np.int32,
    )[places]
    terms = _Numbering()
    known = list(numbering)
    areas = _Areas(
        _padded([area.communes if area else () for area in known]),
        _padded([area.provinces if area else () for area in known]),
        terms.of(area.code if area else "" for area in known),
        list(terms.codes),
    )
    return areas, (of_key[: len(tables[0])], of_key[len(tables[0]) :])


def _padded(sets: Sequence[Iterable[str]]) -> Codes:
    """Sets of codes as rows of numbers, padded with -1; a code is a number in itself."""
    rows = [sorted(map(int, one)) for one in sets]
    width = max(1, *map(len, rows))
    return np.array([row + [-1] * (width - len(row)) for row in rows], np.int32)
