"""Codes of others: told by their looks, checked for their outer form, kept as they are."""

import json
import re
from typing import Final

from motma.codec.model import Family, Finding, Reading, malformed

_BASE45: Final = re.compile(r"HC1:[0-9A-Z $%*+./:-]+")
_SHC: Final = re.compile(r"shc:/(?:[0-9]{1,3}/[0-9]{1,3}/)?[0-9]+", re.IGNORECASE)
_NZCP: Final = re.compile(r"NZCP:/[0-9]+/[A-Z2-7]+=*")
_URL: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)

#: TD3 and TD2 two lines, TD1 three; readers may join the lines. Source: ICAO Doc 9303-4 to -6.
_MRZ: Final = re.compile(
    r"[PV][A-Z0-9<]{43}\s*[A-Z0-9<]{44}|[ACIPV][A-Z0-9<]{35}\s*[A-Z0-9<]{36}"
    r"|[ACI][A-Z0-9<]{29}\s*[A-Z0-9<]{30}\s*[A-Z0-9<]{30}"
)

#: What a text begins with, when that is enough to tell its family.
_PREFIXES: Final = (
    ("HC1:", Family.HCERT),
    ("SHC:/", Family.SHC),
    ("NZCP:/", Family.NZCP),
    ("HTTP://", Family.URL),
    ("HTTPS://", Family.URL),
)
_SHAPES: Final = {
    Family.HCERT: _BASE45,
    Family.SHC: _SHC,
    Family.NZCP: _NZCP,
    Family.URL: _URL,
    Family.ICAO_MRZ: _MRZ,
}
_LONGEST_PREFIX: Final = 8

#: A VDS-NC is flat: header, message, signature. Deeper JSON is not parsed at all.
_DEEPEST: Final = 16


def recognise(text: str) -> Family:
    """The family by prefix or shape, UNKNOWN for what looks like nothing; never raises."""
    start = text[:_LONGEST_PREFIX].upper()
    for prefix, family in _PREFIXES:
        if start.startswith(prefix):
            return family
    if text.startswith("{") and '"hdr"' in text and '"icao.' in text:
        return Family.VDS_NC
    return Family.ICAO_MRZ if _MRZ.fullmatch(text) else Family.UNKNOWN


def read(text: str, family: Family) -> Reading:
    """The text as it is, once its outer form is right; what it says is not read here."""
    if family is Family.UNKNOWN:
        return malformed(text, family, [Finding("qr.not-recognised")])
    shape = _SHAPES.get(family)
    is_right = shape.fullmatch(text) is not None if shape else True
    if family is Family.VDS_NC:
        is_right = _is_vds_nc(text)
    if not is_right:
        return malformed(text, family, [Finding(f"{family}.form")])
    return Reading(text, family, None, (), (Finding("qr.only-recognised"),))


def _is_vds_nc(text: str) -> bool:
    """Whether it is JSON with the parts of a VDS-NC. Source: ICAO VDS-NC, §2."""
    if text.count("{") + text.count("[") > _DEEPEST * _DEEPEST:
        return False
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        return False
    data = whole.get("data")
    return isinstance(data, dict) and {"hdr", "msg"} <= data.keys() and "sig" in whole
