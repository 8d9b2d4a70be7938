"""Why an expected record is not there: only the kind of field in which it differs from its person.

Told is only what the asker's own proven number stands for. Whoever knows when and where somebody
was vaccinated must not learn here whether it was recorded: see decision 0100.
"""

from collections.abc import Mapping
from typing import Final

from motma.identity.matching.weighing import Weighed

#: Features by the kind of field that a person knows them as.
KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("given", "middle", "family", "marks", "order"),
    "birth": ("birth",),
    "sex": ("sex",),
    "document": ("document", "bhyt"),
}
#: Levels that are no difference.
_SAME: Final = frozenset({"equal", "bare", "unknown"})
#: Names that are the same with a slip; with other names a relative's number was written down.
_SLIPS: Final = frozenset({"equal", "bare", "unknown", "alike", "reordered", "changed", "missing",
                           "partly"})  # fmt: skip


def difference(weighed: Weighed) -> str | None:
    """The one kind of field in which a record differs from its person; None tells nothing.

    The number must be the person's own, or one slip away from it while name and birth date are
    equal; a name may only differ by a slip. Two kinds that differ may be two people.
    """
    levels = {part.feature: part.level for part in weighed.parts}
    differing = [kind for kind, features in KINDS.items() if _differs(levels, features)]
    numbers = {levels["document"], levels["bhyt"]}
    if len(differing) != 1 or "different" in numbers:
        return None
    kind = differing[0]
    if levels["given"] == "unknown" or levels["birth"] == "unknown":
        return None
    if kind == "document":
        return kind if numbers <= {"equal", "digit", "unknown"} else None
    if "equal" not in numbers:
        return None
    if kind == "name" and any(levels[feature] not in _SLIPS for feature in KINDS["name"]):
        return None
    return kind


def _differs(levels: Mapping[str, str], features: tuple[str, ...]) -> bool:
    return any(levels[feature] not in _SAME for feature in features)
