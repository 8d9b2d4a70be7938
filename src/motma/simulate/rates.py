"""How often records go wrong, and how: the parameters of the error model and its named presets.

Sources: the share of damaged records is domain.md §8 (41.4 of about 154 million doses matched no
person), doses a person and BHYT missing in three of four are set by the task; every other number
is ours, an assumption. Presets are fixed before any matcher is tuned on them: a change of a preset
is a new preset.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from motma.simulate.shape import SETTLED, Shape


class Damage(StrEnum):
    """One way in which a record differs from the person; the word before the dot is the field."""

    NO_DIACRITICS = "name.no-diacritics"
    TELEX = "name.telex"
    VNI = "name.vni"
    SIMILAR = "name.similar"
    NO_MIDDLE = "name.no-middle"
    ORDER = "name.order"
    LETTER = "name.letter"
    SWAPPED = "birth.swapped"
    YEAR_ONLY = "birth.year-only"
    WRONG_BIRTH = "birth.wrong"
    WRONG_DIGIT = "document.wrong-digit"
    TRANSPOSED = "document.transposed"
    OLD_LINKED = "document.old-linked"
    OLD_UNKNOWN = "document.old-unknown"
    NO_DOCUMENT = "document.missing"
    RELATIVES_DOCUMENT = "document.relative"
    BEFORE_2018 = "phone.before-2018"
    PARENTS_PHONE = "phone.parent"
    OTHER_PHONE = "phone.other"
    NO_PHONE = "phone.missing"
    ORGANISERS_PHONE = "phone.organiser"
    SITES_COMMUNE = "commune.site"
    WRONG_SEX = "sex.wrong"
    WRONG_BHYT = "bhyt.wrong-digit"

    @property
    def field(self) -> str:
        """The field it stands in."""
        return self.value.partition(".")[0]


#: Draws of a damaged record's kinds fall by these weights; a kind that can't happen to this
#: record (a swap of day and month on the 18th) is drawn again, so shares among records differ.
KINDS: Final[tuple[tuple[Damage, int], ...]] = tuple(
    {
        Damage.NO_DIACRITICS: 150, Damage.TELEX: 50, Damage.VNI: 25, Damage.SIMILAR: 70,
        Damage.NO_MIDDLE: 70, Damage.ORDER: 45, Damage.LETTER: 50,
        Damage.SWAPPED: 120, Damage.YEAR_ONLY: 70, Damage.WRONG_BIRTH: 35,
        Damage.WRONG_DIGIT: 70, Damage.TRANSPOSED: 45, Damage.OLD_LINKED: 100,
        Damage.OLD_UNKNOWN: 45, Damage.NO_DOCUMENT: 50, Damage.RELATIVES_DOCUMENT: 30,
        Damage.BEFORE_2018: 45, Damage.PARENTS_PHONE: 300, Damage.OTHER_PHONE: 60,
        Damage.NO_PHONE: 35, Damage.SITES_COMMUNE: 60, Damage.WRONG_SEX: 20,
        Damage.WRONG_BHYT: 10,
    }.items()
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """All that can be set; shares are of 1."""

    #: Records with at least one damage.
    damaged: float
    #: Of the damaged: those with one, two, three and four damages.
    at_once: tuple[float, float, float, float] = (0.70, 0.21, 0.07, 0.02)
    #: How the kinds share the draws.
    kinds: tuple[tuple[Damage, int], ...] = KINDS
    #: Sessions whose every record has the organiser's phone; part of `damaged`.
    organiser: float = 0.015
    #: People of a session on average: a team's half day.
    session: int = 150
    #: Wrong phones that are a neighbour's; the rest is nobody's.
    neighbours_phone: float = 0.3
    #: Records without BHYT although the person has one; no damage, it was not asked for.
    without_bhyt: float = 0.75
    #: Records with the name in capital letters; no damage.
    capitals: float = 0.3
    #: Records whose commune has the code of the 34-province world; no damage.
    renumbered: float = 0.1
    #: People who got doses and are not in the register.
    absent: float = 0.02
    #: Shares of people with 0, 1, 2 and 3 doses: of 18 years and more, of 12 to 17, younger.
    doses_adult: tuple[float, float, float, float] = (0.055, 0.14, 0.645, 0.16)
    doses_teen: tuple[float, float, float, float] = (0.20, 0.32, 0.48, 0.0)
    doses_child: tuple[float, float, float, float] = (0.80, 0.15, 0.05, 0.0)


@dataclass(frozen=True, slots=True)
class Preset:
    """Rates, a population's shape and the seed they are meant to be run with."""

    name: str
    seed: int
    rates: Rates
    shape: Shape = SETTLED


#: Of about 154 million doses 41.4 million matched no person, 30/3/2022. Source: domain.md §8.
_NATIONAL: Final = Rates(damaged=41.4 / 154)

PRESETS: Final[Mapping[str, Preset]] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Preset("national-2021", 2021, _NATIONAL),
            Preset("strangers-2021", 2022, replace(_NATIONAL, absent=0.10)),
            Preset("worst", 2023, replace(_NATIONAL, damaged=0.6, at_once=(0.4, 0.3, 0.2, 0.1))),
            Preset("clean", 2024, replace(_NATIONAL, damaged=0.0, organiser=0.0)),
        )
    }
)
