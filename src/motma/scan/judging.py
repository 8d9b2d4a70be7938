"""Judging one scan: what the text says, what the register knows, who asks; then the decision."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access import posts
from motma.access.errors import DeviceLost, Forbidden, SessionEnded
from motma.access.limits import Counters, insist
from motma.access.means import Means
from motma.access.policy import View, current
from motma.access.tokens import Claims
from motma.cards import card as cards
from motma.cards.card import Card
from motma.cards.recodes import showing as recodes
from motma.cards.recodes.model import InForce
from motma.cards.shelf import Shelf
from motma.codec.issued import Signature
from motma.identity.issuing import is_living, living_name
from motma.identity.model import PROFILE_COLUMN
from motma.identity.model import read as read_profile
from motma.kernel.clock import civil_day
from motma.keys.vault import Vault
from motma.records.model import FACTS_COLUMN
from motma.rules.facts import Facts
from motma.rules.facts import decode as decode_facts
from motma.scan import codes, model
from motma.scan.appending import Appender
from motma.scan.errors import CaseNeeded, IdReused
from motma.scan.looking import Register, Wanted
from motma.scan.model import Ask, Code, Known, Outcome
from motma.scan.published import PublishedKeys
from motma.storage.pool import Pool

#: Stands in where there is nobody.
NOBODY: Final = UUID(int=0)
#: As long as a usual profile, so that opening it costs the same.
_NOBODY_PROFILE: Final = (
    b'{"full_name":{"value":"Nguy\xe1\xbb\x85n V\xc4\x83n Kh\xc3\xb4ng","assurance":2,'
    b'"known_at":"2021-01-01T00:00:00Z","source":"nobody"},"birth":{"value":"1990-01-01","assurance":2,'
    b'"known_at":"2021-01-01T00:00:00Z","source":"nobody"},"sex":{"value":"male","assurance":2,'
    b'"known_at":"2021-01-01T00:00:00Z","source":"nobody"},"documents":[{"kind":"cccd",'
    b'"number":"000000000000","assurance":2,"known_at":"2021-01-01T00:00:00Z","source":"nobody"}]}'
)


@dataclass(frozen=True, slots=True)
class Gate:
    """What the scan path works with; made once per process."""

    means: Means
    pool: Pool
    register: Register
    appender: Appender
    counters: Counters
    keys: PublishedKeys
    shelf: Shelf


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A scan with everything its answer is made of."""

    ask: Ask
    code: Code
    known: Known | None
    view: View
    row: Record
    outcome: Outcome
    outcome_now: Outcome
    shown: dict[str, Any] | None  # the view's fields that are answered
    decided_at: datetime
    now: datetime
    keys_at: datetime  # when the published keys were last looked at
    card: Card | None  # under the book of this place; None where no card is answered
    records: Facts | None  # what is on record, where the view has it
    rules_at: datetime | None  # when the books were last read


async def judge(gate: Gate, claims: Claims, ask: Ask, now: datetime, *, answered: bool) -> Judged:
    """Read once, refuse who may not ask, decide.

    `answered`: somebody hears the result (a batch hears acknowledgements only), so what the view
    shows is made ready, and unsigned texts count against their tighter limit.
    """
    decided_at = ask.judged_at(now)
    code = codes.read(ask.code, gate.keys.find, today=civil_day(now))
    if answered and not code.signed:
        key = claims.device.bytes
        insist(gate.counters.take(model.UNSIGNED_SCANS, key, at_s=now.timestamp()))
    row = await _read(gate, claims, ask, code, now)
    view = _permitted(row, ask, now)
    if answered and not row["may_move"]:  # where a gate stood while it waited nobody can tell
        posts.insist_here(gate.means, claims.device, row["post"], ask.checkpoint)
    if row["seen_device"] is not None and (
        row["seen_device"] != claims.device or row["seen_hash"] != ask.body_hash()
    ):
        raise IdReused
    known = _known(gate.means, row, code, ask, decided_at)
    outcome_now = outcome = model.judge(code, known, at=now, today=civil_day(now))
    if decided_at != now:
        outcome = model.judge(code, known, at=decided_at, today=civil_day(decided_at))
    facts = card = None
    if answered and known is not None and outcome_now in model.SEEN | model.CARD_ONLY:
        facts = _facts(gate.means, row, known)
        card = await _card(gate, view, row, facts, now, proven=outcome_now in model.SEEN)
    return Judged(
        ask=ask,
        code=code,
        known=known,
        view=view,
        row=row,
        outcome=outcome,
        outcome_now=outcome_now,
        shown=model.shown(known, outcome_now, view.fields) if answered else None,
        decided_at=decided_at,
        now=now,
        keys_at=gate.keys.checked_at,
        card=card,
        records=facts if "records" in view.fields and outcome_now in model.SEEN else None,
        rules_at=gate.shelf.read_at,
    )


async def _card(
    gate: Gate, view: View, row: Record, facts: Facts, now: datetime, *, proven: bool
) -> Card | None:
    """The card under the book of this place, worked out now: a new record counts at once.

    Reasons name doses and tests, so an unsigned text never brings them.
    """
    if "card" not in view.fields:
        return None
    if row["book_changes"] != gate.shelf.changes:
        await gate.shelf.catch_up(gate.pool, row["book_changes"], now)
    kind = row["place_kind"]
    here = gate.shelf.speaking_at(row["commune_code"], row["commune_as_of"], kind, now)
    recode = _recode(row)
    if not (proven and "card_reasons" in view.fields):
        return cards.over(cards.short(here, facts, now), recode)
    card = cards.whole(here, facts, now)
    told = None
    if recode is not None:
        told = recodes.told(gate.means, recode, by_rules=card.colour)
    return cards.over(card, recode, told=told)


def _recode(row: Record) -> InForce | None:
    """The colour set by hand that counts now: no job needs to end one whose time is over."""
    if row["recode_id"] is None:
        return None
    return InForce(
        person_id=row["recode_person"],
        recode_id=row["recode_id"],
        colour=row["recode_colour"],
        since=row["recode_since"],
        until=row["recode_until"],
        reason=row["recode_reason"],
    )


def _facts(means: Means, row: Record, known: Known) -> Facts:
    """What is on record; of somebody without records the birth date alone."""
    if row["facts"] is None:
        return Facts(born=known.profile.birth.value)
    return decode_facts(means.vault.open(FACTS_COLUMN, known.person_id, row["facts"]))


async def _read(gate: Gate, claims: Claims, ask: Ask, code: Code, now: datetime) -> Record:
    vault = gate.means.vault
    return await gate.register.look_up(
        Wanted(
            device_id=claims.device,
            session_id=claims.session,
            scan_id=ask.scan_id,
            place_id=ask.checkpoint,
            qid=None if code.signature is Signature.FORGED else code.qid,
            blinds=[b for key in code.documents for b in vault.blinds("document", key)],
            wallets=code.living is not None,
            now=now,
        )
    )


def _permitted(row: Record, ask: Ask, now: datetime) -> View:
    """The view of whoever asks, as things stand in the database now, not in the token."""
    if row["device_status"] != "active":
        raise DeviceLost
    if row["ends_at"] is None or row["session_ended"] is not None or row["ends_at"] <= now:
        raise SessionEnded
    if row["reader_id"] is None:
        raise Forbidden  # a person's wallet scans nobody
    if row["reader_status"] != "active" or row["organisation_status"] != "active":
        raise SessionEnded
    if not row["own_place"]:
        raise Forbidden
    view = current().view(row["role"], ask.purpose, row["place_kind"])
    if view.needs_case and not (ask.case and ask.case.strip()):
        raise CaseNeeded
    return view


def _known(means: Means, row: Record, code: Code, ask: Ask, at: datetime) -> Known | None:
    if row["person_id"] is None:
        # as much work as for somebody: an unknown code must not answer sooner
        _decoy(means, code)
        return None
    plain = means.vault.open(PROFILE_COLUMN, row["person_id"], row["profile"])
    return Known(
        person_id=row["person_id"],
        profile=read_profile(plain),
        state=row["state"],
        ended_at=row["ended_at"],
        issue_no=row["issue_no"],
        updated_at=row["updated_at"],
        merged=row["merged"],
        kept_state=row["kept_state"],
        living_ok=_living(means, row["wallets"], code, ask.code, at),
    )


def _living(
    means: Means, wallets: list[UUID] | None, code: Code, text: str, at: datetime
) -> bool | None:
    """Whether the living part is a present one of the person's own wallet; None without one."""
    if code.living is None:
        return None
    for device_id in wallets or ():
        if living_name(device_id) == code.living:
            return is_living(means, text.strip(), device_id, at)
    return False


@lru_cache(maxsize=8)
def _nobody(vault: Vault) -> bytes:
    """A sealed profile of nobody."""
    return vault.seal(PROFILE_COLUMN, NOBODY, _NOBODY_PROFILE)


def _decoy(means: Means, code: Code) -> None:
    """Do for nobody what is done for somebody: open a profile, compare, make the pseudonym."""
    sealed = _nobody(means.vault)
    profile = read_profile(means.vault.open(PROFILE_COLUMN, NOBODY, sealed))
    if not code.signed:
        model.fits(code, profile)
    means.vault.tag(NOBODY, civil_day(means.clock.now()))
