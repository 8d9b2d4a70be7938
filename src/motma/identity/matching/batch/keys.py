"""The keys that a pair must share to be compared, named by the columns that they are made of.

Every backend makes its keys of this one list: in columns here, in joins on Spark.
"""

from dataclasses import dataclass
from typing import Final

#: The columns of one key.
Key = tuple[str, ...]

#: A key that more people have is no key: it would compare everybody with everybody.
MOST_PEOPLE: Final = 400
#: The same for looser keys, asked of few records.
MOST_LOOSE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Block:
    """How a person gets a key, and a record its own; its data may be read in several ways."""

    name: str
    person: Key
    record: tuple[Key, ...] = ()  # empty: as a person's
    by_document: bool = False  # people stand under each of their documents
    most: int = MOST_PEOPLE

    @property
    def asked(self) -> tuple[Key, ...]:
        """The keys that a record asks for."""
        return self.record or (self.person,)


BLOCKS: Final = (
    Block("document", ("document",), by_document=True),
    Block("bhyt", ("bhyt",)),
    Block("phone", ("phone",)),
    Block("name and year", ("plain", "year")),
    Block("syllables and year", ("bag", "year")),
    Block("name and day", ("plain", "month", "day")),
    Block("name and commune", ("plain", "commune")),
    Block(
        "birth and given name",
        ("year", "month", "day", "given"),
        (("year", "month", "day", "given"), ("year", "day", "month", "given")),
    ),
    Block("birth and family name", ("year", "month", "day", "family")),
    Block("birth and commune", ("year", "month", "day", "commune")),
    Block("given and family name, year and commune", ("given", "family", "year", "commune")),
    Block("end of the document", ("document_tail", "given"), by_document=True),
    Block("start of the document", ("document_head", "plain"), by_document=True),
    Block("start of the insurance number", ("bhyt_head", "given")),
    Block("end of the insurance number", ("bhyt_tail", "given")),
)


def _loose(
    name: str, person: Key, record: tuple[Key, ...] = (), *, by_document: bool = False
) -> Block:
    return Block(name, person, record, by_document, MOST_LOOSE)


#: Looser keys, for the few records that the others leave undecided.
LOOSE: Final = (
    _loose(
        "year and commune, years that a wrong digit or a miscount makes",
        ("year", "commune"),
        tuple((year, "commune") for year in ("year", "year-1", "year+1", "year-10", "year+10")),
    ),
    _loose("birth", ("year", "month", "day"), (("year", "month", "day"), ("year", "day", "month"))),
    _loose(
        "given name first, birth",
        ("given", "year", "month", "day"),
        (("family", "year", "month", "day"),),
    ),
    _loose("given name, month and day", ("given_sound", "month", "day")),
    _loose("sounds and year", ("sounds", "year")),
    _loose("sounds, month and day", ("sounds", "month", "day")),
    _loose("sounds and commune", ("sounds", "commune")),
    _loose("sounds and province", ("sounds", "province")),
    _loose("given and family name and year", ("given_sound", "family_sound", "year")),
    _loose("given and family name and commune", ("given_sound", "family_sound", "commune")),
    _loose("given and middle name and year", ("given", "middle", "year")),
    _loose("given and middle name and commune", ("given", "middle", "commune")),
    _loose(
        "given name, year and province; the name may come first",
        ("given_sound", "year", "province"),
        (("given_sound", "year", "province"), ("family_sound", "year", "province")),
    ),
    _loose("family name, year and province", ("family_sound", "year", "province")),
    _loose("end of the document alone", ("document_tail",), by_document=True),
    _loose("start of the document, given name", ("document_head", "given"), by_document=True),
    _loose(
        "given name, where the holder of the document lives",
        ("given_sound", "commune"),
        (("given_sound", "holder"),),
    ),
    _loose(
        "year, where the holder of the document lives",
        ("year", "commune"),
        (("year", "holder"),),
    ),
)
