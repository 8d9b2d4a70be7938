"""Use cases of scan: one code, a batch from a gate that was offline, what was done with it."""

import asyncio
from datetime import datetime
from uuid import UUID

import msgspec

from motma.access import posts
from motma.access.errors import DeviceLost, SessionEnded
from motma.access.limits import Allowance, insist
from motma.access.tokens import Claims
from motma.audit.promise import Promised, promise_all
from motma.kernel.errors import Declined, Malformed
from motma.scan import model, queries, telling
from motma.scan.answering import Answer, answer, event_of
from motma.scan.errors import AppendFailed, IdReused, ScanUnknown
from motma.scan.judging import Gate, Judged, judge
from motma.scan.model import Ask


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """What a gate hears of one queued scan: that it is kept, never who it was."""

    scan_id: UUID
    status: str  # accepted, duplicate or refused
    code: str | None = None  # why it was refused
    decision_at: str | None = None  # the outcome as of the scan
    decision_now: str | None = None  # and as of receipt, e.g. revoked since


async def scan(gate: Gate, claims: Claims, ask: Ask) -> tuple[Answer, Allowance]:
    """Answer one scan once its event is durable; the same scan again changes nothing."""
    now = gate.means.clock.now()
    ask.check_time(now)
    left = _count(gate, claims, now)
    judged = await judge(gate, claims, ask, now, answered=True)
    if judged.row["post"] is None and not judged.row["may_move"]:
        await _settle(gate, claims, judged)
    if judged.row["seen_device"] is None:
        appended = await gate.appender.append(event_of(gate.means, claims, judged))
        if appended.new:
            await telling.tell(gate, judged)
            return answer(judged, appended.receipt), left
        # its twin came between reading and appending: judge again, now against that one
        judged = await judge(gate, claims, ask, now, answered=True)
    row = judged.row
    kept = Promised(ask.scan_id, row["seen_commitment"], row["seen_known_at"])
    return answer(judged, promise_all(gate.means.keyring, [kept])[0]), left


async def _settle(gate: Gate, claims: Claims, judged: Judged) -> None:
    """The first scan of a reader who may not move says where the device stands from now on."""
    async with gate.pool.acquire() as db, db.transaction():
        await posts.settle(
            db,
            gate.means,
            device_id=claims.device,
            place_id=judged.ask.checkpoint,
            reader_id=judged.row["reader_id"],
        )


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
        judged = await judge(gate, claims, ask, now, answered=False)
        fresh = judged.row["seen_device"] is None
        if fresh:
            fresh = (await gate.appender.append(event_of(gate.means, claims, judged))).new
        if fresh:
            await telling.tell(gate, judged)
    except (DeviceLost, SessionEnded, AppendFailed):
        raise  # the whole batch is to be sent again
    except Declined as declined:
        code = declined.reason if isinstance(declined, Malformed) else declined.code
        return Acknowledgement(scan_id=ask.scan_id, status="refused", code=code)
    # of an unsigned text not even whether it was somebody's: a batch would list who exists
    told = judged.code.signed
    return Acknowledgement(
        scan_id=ask.scan_id,
        status="accepted" if fresh else "duplicate",
        decision_at=judged.outcome if told else None,
        decision_now=judged.outcome_now if told else None,
    )


def _count(gate: Gate, claims: Claims, now: datetime) -> Allowance:
    """Count one scan of the device and of the reader; what the device has left."""
    at_s = now.timestamp()
    if claims.reader is not None:
        insist(gate.counters.take(model.READER_SCANS, claims.reader.bytes, at_s=at_s))
    return insist(gate.counters.take(model.DEVICE_SCANS, claims.device.bytes, at_s=at_s))
