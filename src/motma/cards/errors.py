"""What cards decline."""

from dataclasses import dataclass
from typing import ClassVar

from motma.kernel.errors import Declined, Kind


@dataclass
class HistoryExpired(Declined):
    """Nothing is kept of what was known then: past its keep-until, erased, or not yet known."""

    code: ClassVar[str] = "history-expired"
    kind: ClassVar[Kind] = Kind.REFUSED
