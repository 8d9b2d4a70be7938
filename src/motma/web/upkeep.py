"""Small regular work beside the requests: mirror, partitions, forgetting what is due."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from time import monotonic
from typing import Final

import structlog

from motma.access import counts
from motma.access import service as access
from motma.access.accounts import ending as accounts
from motma.access.inbox import service as inbox
from motma.access.pushes import service as pushes
from motma.access.reports import service as reports
from motma.audit.model import KEEP
from motma.bootstrap import DAYS_AHEAD, Platform
from motma.cards.recodes import service as recodes
from motma.identity import guardianship, mirror
from motma.identity.matching import queueing
from motma.interop import feed
from motma.interop.hooks import service as hooks
from motma.kernel.clock import civil_day
from motma.records import jobs
from motma.records.sources import service as sources
from motma.scan.published import PublishedKeys
from motma.storage.partitions import ensure_days
from motma.storage.partitions import forget as forget_events

#: Seconds between two rounds.
ROUND_S: Final = 2.0
#: Steps of counting in a round, and seconds between two: 2,000 scans a second are kept up with.
COUNT_STEPS: Final = 100
COUNT_PAUSE_S: Final = 0.03
#: Seconds between two looks at what is past its keep-until.
FORGET_S: Final = 3600.0
#: The log judges an event's age by a signed time that is up to this later.
_MARGIN: Final = timedelta(minutes=5)

_log = structlog.get_logger("motma.web")


async def run(platform: Platform, keys: PublishedKeys, stop: asyncio.Event) -> None:
    """Round after round until told to stop; a failed one is told and tried again."""
    forgot_at = -FORGET_S
    while not stop.is_set():
        try:
            keys.refresh()
            await one_round(platform)
            if monotonic() - forgot_at >= FORGET_S:
                await forget(platform)
                forgot_at = monotonic()
        except Exception as error:  # noqa: BLE001 - upkeep must outlive a database restart
            _log.warning("upkeep failed", error=type(error).__name__)
            with suppress(Exception):
                await platform.revive_database()
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), ROUND_S)


async def one_round(platform: Platform) -> None:
    """Everything that is due now; each step may be repeated by another process without harm."""
    now = platform.clock.now()
    today = civil_day(now)
    async with platform.pool.acquire() as db:
        await mirror.carry(db, platform.clock, platform.settings.mirror_path)
        await ensure_days(db, today, today + timedelta(days=DAYS_AHEAD))
    platform.vault.refresh()
    await _count(platform)
    await _tell_of_age(platform)


async def _count(platform: Platform) -> None:
    """Count scans for the owners of places, in steps so short that no gate feels them.

    A hundred opened events hold Python for four milliseconds; what is left waits for the next
    round, so that the rest of the upkeep has its turn.
    """
    for _ in range(COUNT_STEPS):
        async with platform.transaction() as db:
            if not await counts.count(db, platform.means):
                return
        await asyncio.sleep(COUNT_PAUSE_S)


async def _tell_of_age(platform: Platform) -> None:
    """Tell families whose guardianship ended by age, a hundred at a time."""
    more = True
    while more:
        async with platform.transaction() as db:
            more = await guardianship.end_grown_up(db, platform.means) > 0


async def forget(platform: Platform) -> None:
    """Delete what is past its keep-until; of an event the leaf in the tree stays."""
    now = platform.clock.now()
    async with platform.pool.acquire() as db:
        await forget_events(db, known_before=now - KEEP - _MARGIN)
        await access.forget(db, now)
        await accounts.forget(db, now)
        await reports.forget(db, now)
        await inbox.forget(db, now)
        await pushes.forget(db)
        await recodes.forget(db, now)
        await queueing.forget(db, now)
        await jobs.forget(db, now)
        await sources.forget(db, platform.means)
        await feed.forget(db, now)
        await hooks.forget(db, now)
