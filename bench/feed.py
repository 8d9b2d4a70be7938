"""The feed of apps: how far behind it is while people change, a thousand a second.

    python bench/feed.py [--people 2000] [--rate 1000] [--seconds 20]

Each change is noted in a transaction of its own, by eight writers, as the platform notes it; beside
them the feed's writer works as in the server. Behind is the time from the note to the line in the
app's feed, plus what one more round may take. Last line: one JSON object.
"""

import argparse
import asyncio
import json
import shutil
import tempfile
import time
from pathlib import Path
from statistics import quantiles
from uuid import UUID

from motma.access.changes import service as changes
from motma.bootstrap import Platform, Settings, open_platform
from motma.interop import feed
from motma.kernel.ids import uuid7
from motma.storage import server

WRITERS = 8


async def seed(platform: Platform, people: int) -> list[UUID]:
    """People of whom one app hears; rows alone, as nobody looks into them here."""
    now, app = platform.clock.now(), uuid7(platform.clock.now())
    ids = [uuid7(now) for _ in range(people)]
    async with platform.transaction() as db:
        await db.executemany(
            "INSERT INTO person (person_id, profile, version, qid, created_at, updated_at)"
            " VALUES ($1, '', 1, $2, $3, $3)",
            [(one, f"{n:018d}", now) for n, one in enumerate(ids)],
        )
        await db.executemany(
            "INSERT INTO consent (person_id, consent_id, client_id, handle, scopes, given_at)"
            " VALUES ($1, $1, $2, $1, '{code:read}', $3)",
            [(one, app, now) for one in ids],
        )
        await changes.watch(db, ids)
    return ids


async def write(platform: Platform, ids: list[UUID], rate: float, until: float) -> int:
    """Note changes at a rate, open loop; how many."""
    done, began = 0, time.monotonic()
    while (now := time.monotonic()) < until:
        if (ahead := began + done / rate - now) > 0:
            await asyncio.sleep(ahead)
        async with platform.transaction() as db:
            await changes.note(db, [ids[done % len(ids)]], changes.CARD, platform.clock.now())
        done += 1
    return done


async def measure(home: Path, people: int, rate: int, seconds: int) -> None:
    """Write beside the feed's writer, then read how late each line was."""
    async with open_platform(Settings(home=home), pool_size=WRITERS + 2) as platform:
        ids, stop = await seed(platform, people), asyncio.Event()
        async with platform.pool.acquire() as db:
            await db.execute("ANALYZE")
        carrying = asyncio.create_task(feed.run(platform.pool, platform.means, stop))
        until, share = time.monotonic() + seconds, rate / WRITERS
        work = [write(platform, ids[n::WRITERS], share, until) for n in range(WRITERS)]
        noted = sum(await asyncio.gather(*work))
        await asyncio.sleep(3)
        stop.set()
        await carrying
        async with platform.pool.acquire() as db:
            rows = await db.fetch("SELECT told_at - at AS late FROM local.app_change")
    late = sorted(row["late"].total_seconds() for row in rows)
    cuts = quantiles(late, n=100)
    found = {
        "noted": noted, "told": len(rows), "rate": round(noted / seconds),
        "p50_s": round(cuts[49], 3), "p99_s": round(cuts[98], 3), "most_s": round(late[-1], 3),
    }  # fmt: skip
    print(
        f"{noted:,} noted at {found['rate']:,}/s, {len(rows):,} told; "
        f"behind p50 {found['p50_s']} s, p99 {found['p99_s']} s, at most {found['most_s']} s"
    )
    print(json.dumps(found))


def main() -> None:
    """On a server of its own, thrown away afterwards."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--rate", type=int, default=1_000)
    parser.add_argument("--seconds", type=int, default=20)
    chosen = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="motma-bench-"))
    home.chmod(0o711)
    try:
        asyncio.run(measure(home, chosen.people, chosen.rate, chosen.seconds))
    finally:
        server.stop(home / "postgres", force=True)
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
