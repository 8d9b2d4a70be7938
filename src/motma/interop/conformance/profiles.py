"""The profiles that an app may conform to, their checks and the requirements in words."""

from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from motma.interop.conformance.display import CHECKS as DISPLAY
from motma.interop.conformance.evidence import Evidence
from motma.interop.conformance.model import Check, Requirement, requirements

PROFILES: Final[dict[str, tuple[Check[Evidence], ...]]] = {"display": DISPLAY}


@cache
def texts(profile: str) -> dict[str, Requirement]:
    """The requirements of a profile by code, in the order of its checks."""
    path = files(__package__) / f"{profile}.json"
    return msgspec.json.decode(path.read_bytes(), type=dict[str, Requirement])


def document() -> str:
    """Technical requirements 2.0, written from the checks; Markdown."""
    head = (
        "# Technical requirements 2.0\n\n"
        "Written from the checks by `motma conformance requirements`: each requirement is one, and "
        "`motma conformance run` tests it.\n\n"
    )
    return head + "\n".join(requirements(name, texts(name)) for name in PROFILES)
