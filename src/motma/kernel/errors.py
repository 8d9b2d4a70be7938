"""Outcomes a caller must hear: a permanent code, a kind and typed facts, without prose."""

from dataclasses import dataclass, fields
from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What sort of refusal this is; `web` maps it to a status, `cli` to an exit code."""

    MALFORMED = "malformed"
    UNKNOWN = "unknown"
    REFUSED = "refused"
    FORBIDDEN = "forbidden"
    UNAUTHENTICATED = "unauthenticated"
    BUSY = "busy"
    UNAVAILABLE = "unavailable"


@dataclass
class Declined(Exception):
    """An outcome the caller must hear; anything else that is raised is a defect.

    Subclasses state `code` (permanent, never reused) and `kind`; their fields are facts that a
    caller may see and never name a person.
    """

    code: ClassVar[str] = "declined"
    kind: ClassVar[Kind] = Kind.REFUSED

    def __str__(self) -> str:
        return self.code

    def facts(self) -> dict[str, object]:
        """The typed facts, for a problem document or a command's error line."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass
class Malformed(Declined):
    """Input that can't be read; `reason` is a permanent code such as `qr.too-long`."""

    code = "malformed"
    kind = Kind.MALFORMED
    reason: str
    field: str | None = None

    def __str__(self) -> str:
        return self.reason


def where_raised(error: BaseException) -> str:
    """Function and line that raised: all that a log may say of a defect, whose text may be data."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return f"{frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" if frame else ""
