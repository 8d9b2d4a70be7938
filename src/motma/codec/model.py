"""What reading a QR gives: its family, its value, and findings with permanent codes."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from motma.kernel.errors import Malformed

#: Bytes of the largest QR symbol (version 40-L, byte mode). Source: ISO/IEC 18004, table 7.
MAX_BYTES: Final = 2953


T = TypeVar("T")


class Family(StrEnum):
    """Which kind of code a text is."""

    PERSONAL = "personal"
    CCCD = "cccd"
    BHYT = "bhyt"
    PLACE = "place"
    HCERT = "hcert"
    SHC = "shc"
    NZCP = "nzcp"
    VDS_NC = "vds-nc"
    ICAO_MRZ = "icao-mrz"
    URL = "url"
    VNEID = "vneid"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say about a text; `field` names the part, never its content."""

    code: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as read. With problems it is malformed and `fields` is None."""

    text: str
    family: Family
    fields: object | None = None
    problems: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def well_formed(self) -> bool:
        """Whether nothing is wrong with the text."""
        return not self.problems

    def require(self, kind: type[T]) -> T:
        """The value; the first problem as `Malformed`, if there is one."""
        if self.problems:
            raise Malformed(self.problems[0].code, self.problems[0].field)
        if not isinstance(self.fields, kind):
            raise Malformed("qr.not-recognised")
        return self.fields


def malformed(
    text: str, family: Family, problems: Iterable[Finding], warnings: Iterable[Finding] = ()
) -> Reading:
    """A reading that keeps the text and nothing else of a malformed code."""
    return Reading(text, family, None, tuple(problems), tuple(warnings))
