"""Administrative units of Vietnam, by code *and the day the code was valid*.

Two worlds: 63 provinces with districts until 30 June 2025, 34 provinces without districts from
1 July 2025. Most new codes also exist in the old world and mean another area there, so a code
without its day is often ambiguous. Of the old world only its last state is known here: communes
that were merged away before 2025 have no entry. Source: domain.md §4; the data file names its own.
"""

import gzip
import json
from dataclasses import dataclass
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Final

#: First day of the 34-province world. Source: Resolutions 202/2025/QH15 and 1656–1690/NQ-UBTVQH15.
CHANGED_ON: Final = date(2025, 7, 1)

#: Only one of these may come back from `finding`.
UNKNOWN: Final = "address.unknown-commune"
AMBIGUOUS: Final = "address.commune-ambiguous"
NOT_THEN: Final = "address.commune-not-valid-then"


class World(Enum):
    """Which system of units a code belongs to."""

    OLD = "63-provinces"
    NEW = "34-provinces"


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune, ward or township as it was in one world."""

    code: str
    name: str
    district: str  # empty in the new world
    province: str
    province_code: str
    world: World

    def valid(self, on: date) -> bool:
        """Whether the commune existed in this form on that day."""
        return (on < CHANGED_ON) == (self.world is World.OLD)

    def __str__(self) -> str:
        """As an address is written: smallest unit first."""
        return ", ".join(part for part in (self.name, self.district, self.province) if part)


@dataclass(frozen=True, slots=True)
class _Units:
    worlds: tuple[dict[str, Commune], dict[str, Commune]]
    successors: dict[str, tuple[str, ...]]
    source: str


@cache
def _units() -> _Units:
    """Everything, read at the first question (about 40 ms) and kept."""
    packed = (files("motma.kernel") / "units.json.gz").read_bytes()
    data = json.loads(gzip.decompress(packed))
    old, new = (_world(data[key], world) for key, world in (("old", World.OLD), ("new", World.NEW)))
    ways = {code: tuple(codes) for code, codes in data["successors"].items()}
    return _Units((old, new), ways, data["source"])


def _world(data: dict[str, Any], world: World) -> dict[str, Commune]:
    """The communes of one world by code."""
    provinces = data["provinces"]
    return {
        code: Commune(code, name, district, provinces[province], province, world)
        for code, name, district, province in data["communes"]
    }


def source() -> str:
    """Package and version the data came from."""
    return _units().source


@lru_cache(maxsize=32_768)
def candidates(code: str, as_of: date | None = None) -> tuple[Commune, ...]:
    """Each commune that the code may mean: at most one per world, the older first."""
    found = (world.get(code) for world in _units().worlds)
    return tuple(c for c in found if c is not None and (as_of is None or c.valid(as_of)))


def find(code: str, as_of: date | None) -> Commune | None:
    """The commune, if code and day name exactly one; `finding` says why there is none.

    >>> str(find("00004", date(2021, 9, 11)))
    'Phường Trúc Bạch, Quận Ba Đình, Thành phố Hà Nội'
    >>> str(find("00004", date(2025, 9, 11)))
    'Phường Ba Đình, Thành phố Hà Nội'
    >>> find("00004", None)
    """
    found = candidates(code, as_of)
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=32_768)
def finding(code: str, as_of: date | None) -> str | None:
    """Why `find` has no answer: a permanent code, or None when it has one.

    >>> finding("00004", None), finding("99999", None), finding("00001", date(2026, 1, 1))
    ('address.commune-ambiguous', 'address.unknown-commune', 'address.commune-not-valid-then')
    """
    found = candidates(code, as_of)
    if len(found) == 1:
        return None
    if found:
        return AMBIGUOUS
    return NOT_THEN if candidates(code) else UNKNOWN


def successors(code: str) -> tuple[Commune, ...]:
    """The new communes an old one went into; several when split, the first the source's default.

    >>> [c.name for c in successors("00001")]
    ['Phường Hồng Hà']
    """
    new = _units().worlds[1]
    return tuple(new[to] for to in _units().successors.get(code, ()))


def communes(world: World) -> tuple[Commune, ...]:
    """All communes of one world, by code."""
    old, new = _units().worlds
    return tuple((old if world is World.OLD else new).values())
