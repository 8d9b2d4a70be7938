"""At its keep-until an event's content goes and its leaf stays; nothing goes sooner."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

from tests.integration.scan.test_batch import queued
from tests.integration.scan.test_scan import printed
from tests.staging import EPOCH, stage

from motma.audit.mirror import Mirror
from motma.audit.verify import verify
from motma.kernel.clock import SetClock
from motma.web import upkeep
from motma.web.app import sequencer_of


async def test_an_event_goes_a_month_after_it_was_known_and_the_log_stays_whole(
    database: str, tmp_path: Path
) -> None:
    clock = SetClock(EPOCH)
    async with stage(database, tmp_path / "home", clock=clock) as on_stage:
        platform = on_stage.platform
        person = await on_stage.person()
        text = await printed(on_stage, person.qid)
        guard = await on_stage.sign_in("guard@stage")
        early = (await guard.scan(text)).json()["scan_id"]
        clock.advance(timedelta(days=20))
        await on_stage.begin(guard, "guard@stage")
        late = queued(guard, text, clock.now() - timedelta(days=19, hours=23))
        await guard.post("/v1/scans:batch", {"scans": [late]})
        await sequencer_of(platform).once()
        clock.advance(timedelta(days=12))

        await upkeep.forget(platform)

        async with platform.pool.acquire() as db:
            kept = {
                row["event_id"]
                for row in await db.fetch("SELECT event_id FROM event WHERE kind = 'scan.read'")
            }
            report = await verify(
                db,
                origin=platform.settings.log_origin,
                signer=platform.keyring,
                clock=clock,
                mirror=Mirror(platform.settings.mirror_path.parent),
            )
        assert kept == {UUID(str(late["scan_id"]))}, f"{early} is past its keep-until"
        assert report.whole, report
