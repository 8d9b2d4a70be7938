"""Which events stand in an inbox, and under what heading."""

from collections.abc import Mapping
from typing import Final

from motma.kernel.errors import Malformed

#: Most items marked in one request.
MOST_MARKED: Final = 100

#: Kind of event → heading. What a person just did on this device is not here, nor a gate's scan.
KINDS: Final[Mapping[str, str]] = {
    "cards.changes-soon": "card",
    "cards.recode-proposed": "card",
    "cards.recode-confirmed": "card",
    "cards.recode-ended": "card",
    "cards.appeal-decided": "card",
    "claims.accepted": "record",
    "claims.refused": "record",
    "claims.undone": "record",
    "records.attached": "record",
    "records.detached": "record",
    "records.retracted": "record",
    "records.retraction-undone": "record",
    "identity.match-decided": "record",
    "identity.match-undone": "record",
    "identity.changed": "identity",
    "identity.conflict": "identity",
    "identity.case-decided": "identity",
    "identity.merged": "identity",
    "identity.merge-undone": "identity",
    "identity.printed": "code",
    "identity.reissued": "code",
    "identity.replaced": "code",
    "identity.revoked": "code",
    "identity.guardian-added": "family",
    "identity.guardian-confirmed": "family",
    "identity.guardian-ended": "family",
    "identity.guardian-of-age": "family",
    "access.code-made": "account",
    "access.transfer-begun": "account",
    "access.device-enrolled": "account",
    "access.device-vouched": "account",
    "access.device-lost": "account",
    "access.phone-bound": "account",
    "access.phone-removed": "account",
    "access.phone-shared": "account",
    "access.passkey-added": "account",
    "access.passkey-removed": "account",
    "access.passkey-copied": "account",
    "identity.read": "read",
    "scan.person-alarm": "read",
}
HEADINGS: Final = frozenset(KINDS.values())


def heading(kind: str, details: Mapping[str, object]) -> str | None:
    """Under what an event stands in the inbox; None for one that does not.

    >>> heading("identity.read", {"role": "registrar"}), heading("scan.read", {})
    ('read', None)

    A guardian looks often, and is in the list of reads:

    >>> heading("identity.read", {"role": "guardian"}) is None
    True
    """
    if kind == "identity.read" and details.get("role") == "guardian":
        return None
    return KINDS.get(kind)


def check_count(count: int) -> None:
    """Refuse to mark more at once than a request may."""
    if not 1 <= count <= MOST_MARKED:
        raise Malformed("inbox.count", "event_ids")
