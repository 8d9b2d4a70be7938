"""Vietnamese syllables as people mistype them: Telex left-overs, regional twins, near sounds."""

import re
from functools import lru_cache
from typing import Final

_ONSET: Final = "(?:NGH|NG|NH|CH|GH|GI|KH|PH|QU|TH|TR|[BCDGHKLMNPRSTVX])?"
_NUCLEUS: Final = "(?:UYE|UYU|UYA|IEU|YEU|OAI|OAY|OEO|UAY|UOI|UOU|[AEIOUY]{1,2})"
_CODA: Final = "(?:NG|NH|CH|[CMNPT])?"
_SYLLABLE: Final = re.compile(f"{_ONSET}{_NUCLEUS}{_CODA}")

#: Letters that Telex turns into marks; left over when the input method was off.
_TONES: Final = re.compile("[SFRXJ]")
_DOUBLED: Final = re.compile("(AA|EE|OO|DD|UW|OW|AW)")

#: Spellings of one Sino-Vietnamese syllable in the north and in the south (often a name taboo).
#: Source: general knowledge of Vietnamese names; ours.
_REGIONAL: Final = (
    "BAO BUU", "HOANG HUYNH", "VU VO", "PHUC PHUOC", "CANH KIENG", "CHU CHAU", "SON SAN",
    "NHAN NHON", "TRUONG TRANG", "TINH TANH", "HONG HUONG", "DAM DOM", "AN YEN", "THAI THOI",
    "SINH SANH", "DUONG DANG", "NGHIA NGAI", "VINH VANG", "NHAT NHUT", "DUC DAC", "LOI LY",
    "QUI QUY", "QUY QUOI", "DINH DANH", "CUONG CANG", "LINH LANH", "KINH CANH", "UY OAI",
    "TONG TUNG",
)  # fmt: skip
_TWINS: Final = frozenset(
    pair for line in _REGIONAL for a, b in [line.split()] for pair in ((a, b), (b, a))
)

#: Sounds that regions do not keep apart, so that a clerk writes one for the other.
_SOUNDS: Final = (
    (re.compile("^(?:GI|R)(?=[AEIOUY])|^D"), "Z"), (re.compile("^TR"), "CH"),
    (re.compile("^X"), "S"), (re.compile("^[NL](?![GH])"), "L"), (re.compile("^NGH"), "NG"),
    (re.compile("^GH"), "G"), (re.compile("^[KQ](?!H)|^C(?!H)"), "K"), (re.compile("Y"), "I"),
    (re.compile("(?:NG|NH)$"), "N"), (re.compile("(?:CH|C)$"), "T"),
)  # fmt: skip


@lru_cache(maxsize=65_536)
def repaired(plain: str) -> str:
    """A syllable in A–Z without Telex left-overs; unchanged if it is one already.

    >>> repaired("NGUYEEXN"), repaired("DDOOX"), repaired("ANH"), repaired("SMITH")
    ('NGUYEN', 'DO', 'ANH', 'SMITH')
    """
    if _SYLLABLE.fullmatch(plain):
        return plain
    single = _DOUBLED.sub(lambda found: found[0][0], plain).replace("W", "")
    for candidate in (single, single[:1] + _TONES.sub("", single[1:])):
        if _SYLLABLE.fullmatch(candidate):
            return candidate
    return plain


@lru_cache(maxsize=65_536)
def sound(plain: str) -> str:
    """What a syllable sounds like to somebody who keeps no regional sounds apart.

    >>> sound("TRANG") == sound("CHAN"), sound("SUYEN") == sound("XUYEN")
    (True, True)
    """
    for pattern, instead in _SOUNDS:
        plain = pattern.sub(instead, plain)
    return plain


@lru_cache(maxsize=262_144)
def alike(one: str, other: str) -> bool:
    """Whether one may be a slip of the other: regional twins, near sounds, or one keystroke.

    >>> alike("BAO", "BUU"), alike("LINH", "NINH"), alike("HAN", "HANH"), alike("AN", "BINH")
    (True, True, True, False)
    """
    if not (one and other):
        return False
    return one == other or (one, other) in _TWINS or sound(one) == sound(other) or _slip(one, other)


def _slip(one: str, other: str) -> bool:
    """Whether one keystroke apart: changed, left out, put in, or two neighbours swapped."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1:
        return False
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    swapped = one[at + 1 : at + 2] + one[at : at + 1] + one[at + 2 :]
    return one[at + 1 :] == other[at + 1 :] or swapped == other[at:]
