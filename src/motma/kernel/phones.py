"""Phone numbers in E.164, with the Vietnamese change from 11 to 10 digits of 2018 applied."""

import re
from typing import Final

from motma.kernel.errors import Malformed

#: Old 11-digit prefixes → new ones, both without the leading 0. Source: domain.md §4.
CHANGE_OF_2018: Final = {
    **{f"16{digit}": f"3{digit}" for digit in "23456789"},
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip

#: A mobile number in Vietnam without country code. Source: domain.md §4.
_MOBILE: Final = re.compile(r"(3[2-9]|5[25689]|7[06-9]|8[1-689]|9[0-46-9])[0-9]{7}")
_FOREIGN: Final = re.compile(r"\+[1-9][0-9]{6,14}")
_SEPARATORS: Final = str.maketrans("", "", " \u00a0.-()/")
_NATIONAL_LENGTHS: Final = (9, 10)


def normalise(text: str) -> str:
    """`+84…` for a Vietnamese mobile number, `+…` for a foreign one, else `Malformed`.

    >>> normalise("0944 713 700"), normalise("0162.345.6789"), normalise("+1 202 555 0100")
    ('+84944713700', '+84323456789', '+12025550100')
    """
    bare = text.strip().translate(_SEPARATORS)
    if not bare:
        raise Malformed("phone.empty", "phone")
    if bare.startswith("00"):
        bare = "+" + bare[2:]
    if not (bare.isascii() and bare.removeprefix("+").isdigit()):
        raise Malformed("phone.not-a-number", "phone")
    national = _national(bare)
    return _foreign(bare) if national is None else "+84" + _mobile(national)


def _national(bare: str) -> str | None:
    """The Vietnamese number without 0 or country code; None if it is a foreign one."""
    if bare.startswith("+"):
        return bare[3:].removeprefix("0") if bare.startswith("+84") else None
    if bare.startswith("84") and len(bare) - 2 in _NATIONAL_LENGTHS:
        return bare[2:]
    if not bare.startswith("0"):
        raise Malformed("phone.no-leading-zero", "phone")
    return bare[1:]


def _mobile(national: str) -> str:
    """The nine digits of a mobile number as they are since 2018."""
    if len(national) not in _NATIONAL_LENGTHS:
        raise Malformed("phone.wrong-length", "phone")
    if len(national) == max(_NATIONAL_LENGTHS):
        new = CHANGE_OF_2018.get(national[:3])
        if new is None:
            raise Malformed("phone.not-a-mobile", "phone")
        national = new + national[3:]
    if _MOBILE.fullmatch(national) is None:
        raise Malformed("phone.not-a-mobile", "phone")
    return national


def _foreign(bare: str) -> str:
    """A foreign number in E.164: at most 15 digits."""
    if _FOREIGN.fullmatch(bare) is None:
        raise Malformed("phone.wrong-length", "phone")
    return bare


def restore_zero(text: str) -> str | None:
    """The number with the leading 0 that a spreadsheet dropped, or None if that isn't it.

    Only the import asks: a person who types a number is told instead.

    >>> restore_zero("944713700"), restore_zero("0944713700")
    ('0944713700', None)
    """
    bare = text.strip().translate(_SEPARATORS)
    if not (bare.isascii() and bare.isdigit()):
        return None
    now = _MOBILE.fullmatch(bare)
    before = len(bare) == max(_NATIONAL_LENGTHS) and bare[:3] in CHANGE_OF_2018
    return f"0{bare}" if now or before else None
