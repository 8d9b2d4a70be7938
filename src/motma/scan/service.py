"""Use cases of scan: one code, a batch from a gate that was offline, what was done with it."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.errors import DeviceLost, Forbidden, SessionEnded
from motma.access.limits import Allowance, Counters, insist
from motma.access.means import Means
from motma.access.policy import View, current
from motma.access.tokens import Claims
from motma.audit.model import Event, record
from motma.audit.promise import Promised, promise_all
from motma.codec.issued import FindKey, Signature, fitted_name
from motma.codec import living
from motma.identity.issuing import living_name, living_secret
from motma.identity.model import PROFILE_COLUMN, read as read_profile
from motma.kernel import names
from motma.kernel.clock import civil_day
from motma.kernel.errors import Declined, Malformed
from motma.scan import codes, model, queries, texts
from motma.scan.appending import Appender
from motma.scan.errors import AppendFailed, CaseNeeded, IdReused, ScanUnknown
from motma.scan.looking import Register, Wanted
from motma.scan.model import Ask, Code, Known, Outcome
from motma.storage.pool import Pool


@dataclass(frozen=True, slots=True)
class Gate:
    """What the scan path works with; made once per process."""

    means: Means
    pool: Pool
    register: Register
    appender: Appender
    counters: Counters
    find_key: FindKey


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader hears of one scan."""

    scan_id: UUID
    outcome: str
    advice: dict[str, Any]
    who: dict[str, Any] | None
    card: dict[str, Any] | None
    warnings: list[dict[str, Any]]
    family: str
    signature: dict[str, str | None]
    freshness: dict[str, str | None]
    decision_at: datetime
    receipt: dict[str, Any]


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a gate hears of one queued scan: that it is kept, never who it was."""

    scan_id: UUID
    status: str  # accepted, duplicate or refused
    code: str | None = None  # why it was refused
    decision_at: str | None = None  # the outcome as of the scan
    decision_now: str | None = None  # and as of receipt, e.g. revoked since


@dataclass(frozen=True, slots=True)
class _Judged:
    ask: Ask
    code: Code
    known: Known | None
    view: View
    row: Record
    outcome: Outcome
    outcome_now: Outcome
    decided_at: datetime
    now: datetime


async def scan(gate: Gate, claims: Claims, ask: Ask) -> tuple[Answer, Allowance]:
    """Answer one scan once its event is durable; the same scan again changes nothing."""
    now = gate.means.clock.now()
    ask.check_time(now)
    left = _count(gate, claims, now)
    judged = await _judge(gate, claims, ask, now)
    if judged.row["seen_device"] is None:
        appended = await gate.appender.append(_event(gate.means, claims, judged))
        if appended.new:
            return _answer(judged, appended.receipt), left
        # its twin came between reading and appending: judge again, now against that one
        judged = await _judge(gate, claims, ask, now)
    row = judged.row
    kept = Promised(ask.scan_id, row["seen_commitment"], row["seen_known_at"])
    return _answer(judged, promise_all(gate.means.keyring, [kept])[0]), left


async def acknowledge(gate: Gate, claims: Claims, asks: list[Ask]) -> list[Acknowledgement]:
    """Keep the scans of a gate that was offline, in any order, each with its own result."""
    now = gate.means.clock.now()
    at_s = now.timestamp()
    device = claims.device.bytes
    insist(gate.counters.take(model.BATCHED_SCANS, device, at_s=at_s, count=len(asks)))
    first_of: dict[UUID, Ask] = {}
    for ask in asks:
        first_of.setdefault(ask.scan_id, ask)
    return list(
        await asyncio.gather(
            *(_acknowledge_one(gate, claims, ask, first_of[ask.scan_id], now) for ask in asks)
        )
    )


async def handle(gate: Gate, claims: Claims, scan_id: UUID, *, action: str, reason: str) -> None:
    """Record what the guard did: admitted, turned away, overridden, or that it was a mis-scan."""
    async with gate.pool.acquire() as db, db.transaction():
        if await db.fetchrow(queries.OWN_SCAN, claims.device, scan_id) is None:
            raise ScanUnknown
        details = {"scan_id": str(scan_id), "reason": reason[:200]}
        await gate.means.log(db, f"scan.{action}", details, device_id=claims.device)


async def _acknowledge_one(
    gate: Gate, claims: Claims, ask: Ask, first: Ask, now: datetime
) -> Acknowledgement:
    """One of a batch; `first` is the first one with this id in it."""
    try:
        ask.check_time(now)
        if first.body_hash() != ask.body_hash():
            raise IdReused
        judged = await _judge(gate, claims, ask, now)
        fresh = judged.row["seen_device"] is None
        if fresh:
            fresh = (await gate.appender.append(_event(gate.means, claims, judged))).new
    except (DeviceLost, SessionEnded, AppendFailed):
        raise  # the whole batch is to be sent again
    except Declined as declined:
        code = declined.reason if isinstance(declined, Malformed) else declined.code
        return Acknowledgement(scan_id=ask.scan_id, status="refused", code=code)
    return Acknowledgement(
        scan_id=ask.scan_id,
        status="accepted" if fresh else "duplicate",
        decision_at=judged.outcome,
        decision_now=judged.outcome_now,
    )


def _count(gate: Gate, claims: Claims, now: datetime) -> Allowance:
    """Count one scan of the device and of the reader; what the device has left."""
    at_s = now.timestamp()
    if claims.reader is not None:
        insist(gate.counters.take(model.READER_SCANS, claims.reader.bytes, at_s=at_s))
    return insist(gate.counters.take(model.DEVICE_SCANS, claims.device.bytes, at_s=at_s))


async def _judge(gate: Gate, claims: Claims, ask: Ask, now: datetime) -> _Judged:
    """Read once, refuse who may not ask, decide."""
    decided_at = ask.judged_at(now)
    code = codes.read(ask.code, gate.find_key, today=civil_day(now))
    if not code.signed:
        key = claims.device.bytes
        insist(gate.counters.take(model.UNSIGNED_SCANS, key, at_s=now.timestamp()))
    row = await _read(gate, claims, ask, code)
    view = _permitted(row, ask, now)
    if row["seen_device"] is not None and (
        row["seen_device"] != claims.device or row["seen_hash"] != ask.body_hash()
    ):
        raise IdReused
    known = _known(gate.means, row, code, ask, decided_at)
    return _Judged(
        ask=ask,
        code=code,
        known=known,
        view=view,
        row=row,
        outcome=model.judge(code, known, at=decided_at, today=civil_day(decided_at)),
        outcome_now=model.judge(code, known, at=now, today=civil_day(now)),
        decided_at=decided_at,
        now=now,
    )


async def _read(gate: Gate, claims: Claims, ask: Ask, code: Code) -> Record:
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
        )
    )


def _permitted(row: Record, ask: Ask, now: datetime) -> View:
    """The view of whoever asks, as things stand in the database now, not in the token."""
    if row["device_status"] != "active":
        raise DeviceLost
    if row["ends_at"] is None or row["session_ended"] is not None or row["ends_at"] <= now:
        raise SessionEnded
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
        _decoy(means)
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
            secret = living_secret(means, device_id)
            return living.check(text.strip(), secret=secret, at=at)
    return False


_DECOY: dict[int, tuple[UUID, bytes]] = {}


def _decoy(means: Means) -> None:
    """Open and read a profile of nobody."""
    found = _DECOY.get(id(means.vault))
    if found is None:
        nobody = UUID(int=0)
        plain = (
            b'{"full_name":{"value":"A","assurance":0,"known_at":"2021-01-01T00:00:00Z","source":""},'
            b'"birth":{"value":"1990-01-01","assurance":0,"known_at":"2021-01-01T00:00:00Z","source":""}}'
        )
        found = _DECOY[id(means.vault)] = (nobody, means.vault.seal(PROFILE_COLUMN, nobody, plain))
    read_profile(means.vault.open(PROFILE_COLUMN, *found))


def _event(means: Means, claims: Claims, judged: _Judged) -> Event:
    """The append of one scan: who, where, in which role, for what; sealed."""
    ask, known = judged.ask, judged.known
    details = {
        "reader": str(judged.row["reader_id"]),
        "organisation": str(claims.organisation),
        "organisation_name": judged.row["organisation_name"],
        "role": judged.view.role,
        "purpose": ask.purpose,
        "place": str(ask.checkpoint),
        "place_name": judged.row["place_name"],
        "family": judged.code.family,
        "signature": judged.code.signature,
        "saw": sorted(judged.view.fields) if judged.outcome in _SEEN else [],
        "now": judged.outcome_now,
        "case": ask.case,
    }
    return record(
        means.vault,
        means.clock,
        means.random,
        kind="scan.read",
        details=details,
        person_id=known.person_id if known is not None else None,
        device_id=claims.device,
        event_id=ask.scan_id,
        at=judged.decided_at,
        outcome=judged.outcome,
        body_hash=ask.body_hash(),
    )


#: Outcomes after which the view's fields are answered.
_SEEN = frozenset({Outcome.KNOWN, Outcome.COPIED})
#: Outcomes after which only the card is answered.
_CARD_ONLY = frozenset({Outcome.UNSIGNED, Outcome.UNKNOWN_KEY})


def _answer(judged: _Judged, receipt: dict[str, Any]) -> Answer:
    """What the view lets the reader hear; decided as of now: `at` never widens it."""
    outcome, known, fields = judged.outcome_now, judged.known, judged.view.fields
    shown = None
    fitted = None
    if outcome in _SEEN and known is not None:
        shown = model.who(known.profile, fields)
        fitted = fitted_name(names.hoten(known.profile.full_name.value))
    with_card = outcome in (_SEEN | _CARD_ONLY) and "card" in fields
    warned = model.warnings(judged.code, known, outcome, fitted)
    code, vi, en = texts.ADVICE[outcome]
    return Answer(
        scan_id=judged.ask.scan_id,
        outcome=outcome,
        advice={"code": code, "text": {"vi": vi, "en": en}},
        who=shown,
        card=_neutral() if with_card else None,
        warnings=[texts.warning(code) for code in warned],
        family=judged.code.family,
        signature={"state": judged.code.signature, "kid": judged.code.kid},
        freshness=_freshness(judged),
        decision_at=judged.now,
        receipt=receipt,
    )


def _neutral() -> dict[str, Any]:
    """Where no rule book applies, the card is neutral, never green by default (domain.md §5)."""
    text = texts.both(texts.CARD_TEXT["neutral"])
    return {"colour": "neutral", "text": text, "valid_until": None}


def _freshness(judged: _Judged) -> dict[str, str | None]:
    now = judged.now.isoformat()
    return {"data_at": now, "keys_at": now, "rules_at": None}
