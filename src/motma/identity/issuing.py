"""Issuing the QR text of a person: signed when it is asked for, never in advance.

Every signature that speaks about a person leaves an event first.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from motma.access.means import Means
from motma.codec import issued, living
from motma.codec.issued import Assurance, Form, Issue
from motma.identity import queries
from motma.identity.errors import PersonUnknown, QidEnded
from motma.identity.model import PersonRow
from motma.kernel import names
from motma.kernel.clock import civil_day
from motma.kernel.documents import DocumentKind
from motma.storage.pool import Connection

#: How long a phone's text is good: it is renewed well before, when the wallet is on-line.
PHONE_LIFE: Final = timedelta(days=30)
PAPER_LIFE: Final = timedelta(days=365)
#: Renewals are spread: CoronaCheck fell when everybody's came at once (peers.md).
SPREAD_DAYS: Final = 7
#: Many colours end at the same midnight: their renewals are spread over this long.
COLOUR_SPREAD: Final = timedelta(hours=12)

_PARTS: Final = 1 << 20

_SEX: Final = {"male": "1", "female": "2"}


async def issue(
    db: Connection,
    means: Means,
    person: PersonRow,
    *,
    form: Form,
    full: bool = False,
    wallet: UUID | None = None,
    card: issued.Card | None = None,
) -> str:
    """The signed text of a person's active QID, masked unless `full`, without a living part.

    `card` is what its slot says; paper carries none.
    """
    row = await queries.find_qid(db, person.qid)
    if row is None:
        raise PersonUnknown
    if row["state"] != "active":
        raise QidEnded(state=row["state"])
    details = {"form": form.name.lower(), "full": full, "issue_no": row["issue_no"]}
    await means.log(db, "identity.code-issued", details, person_id=person.person_id)
    now = means.clock.now()
    value = _masked(person, row["issue_no"], form=form, wallet=wallet, now=now)
    if form is Form.PHONE:
        value = replace(value, card=card)
    if full:
        value = _full(person, value)
    kid = means.keyring.active("qr").kid
    return issued.compose(value, kid=kid, sign=lambda data: means.keyring.sign("qr", data))


def renew_at(
    person_id: UUID, *, issued_at: datetime, colour_until: datetime | None = None
) -> datetime:
    """When a wallet asks for the next text, so that nothing comes back as one rush.

    People are spread over the last third of the text's life; where its colour ends earlier, over
    the hours after that, in which the code says “ask”.

    >>> day = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
    >>> str(renew_at(UUID(int=0), issued_at=day))
    '2026-01-21 00:00:00+00:00'
    >>> str(renew_at(UUID(int=_PARTS // 2), issued_at=day, colour_until=day))
    '2026-01-01 06:00:00+00:00'
    """
    share = person_id.int % _PARTS / _PARTS
    regular = issued_at + PHONE_LIFE * (2 + share) / 3
    if colour_until is None:
        return regular
    return min(regular, colour_until + COLOUR_SPREAD * share)


def with_living(means: Means, text: str, wallet: UUID, at: datetime) -> str:
    """The text with the living part that a wallet shows at a moment."""
    _, secret = living_secret(means, wallet)
    return living.attach(text, name=living_name(wallet), secret=secret, at=at)


def living_name(wallet: UUID) -> int:
    """The number, of eight digits at most, by which a living part names its wallet.

    >>> living_name(UUID(int=123_456_789_012))
    56789012
    """
    return wallet.int % 100_000_000


def living_secret(means: Means, wallet: UUID) -> tuple[str, bytes]:
    """The secret of one installation, and the id of the key it comes from; it dies with its device.

    A wallet that sees another id when it renews its text asks for the secret again.
    """
    return means.keyring.mac("living", wallet.bytes)


def is_living(means: Means, text: str, wallet: UUID, at: datetime) -> bool:
    """Whether the text ends in a present living code of this installation.

    A wallet may hold a secret from before a rotation for as long as it was not on-line, so each
    key that is not retired counts.
    """
    secrets = means.keyring.macs("living", wallet.bytes)
    return any(living.check(text, secret=secret, at=at) for secret in secrets)


def _masked(
    person: PersonRow, number: int, *, form: Form, wallet: UUID | None, now: datetime
) -> Issue:
    life = PHONE_LIFE if form is Form.PHONE else PAPER_LIFE
    spread = timedelta(days=person.person_id.int % SPREAD_DAYS)
    return Issue(
        name=issued.fitted_name(names.hoten(person.profile.full_name.value)),
        born=issued.masked_birth(person.profile.born.year),
        qid=person.qid,
        form=form,
        number=number,
        assurance=Assurance(person.profile.assurance),
        issued_on=civil_day(now),
        expires_on=civil_day(now + life + spread),
        identity_kind="0" if person.profile.declared_by == "self" else "1",
        installation=living_name(wallet) if wallet else None,
    )


def _full(person: PersonRow, value: Issue) -> Issue:
    """The v1.1 form in full, for services that require it."""
    profile = person.profile
    number = profile.number(DocumentKind.CCCD) or profile.number(DocumentKind.CMND)
    return replace(
        value,
        document=number or profile.number(DocumentKind.PASSPORT) or "",
        born=profile.birth.value,
        sex=_SEX.get(profile.sex.value, "0") if profile.sex else "0",
        bhyt=profile.number(DocumentKind.BHYT) or "",
        phone=_national(profile.phones[0].value) if profile.phones else "",
    )


def _national(phone: str) -> str:
    """The ten digits of a Vietnamese number; a foreign one has no place in v1.1."""
    return "0" + phone[3:] if phone.startswith("+84") else ""
