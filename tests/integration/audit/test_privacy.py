"""What the log publishes tells nobody whom it is about, or that two events are of one person."""

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING
from uuid import UUID

from motma.audit.model import canonical
from motma.audit.promise import promise
from motma.audit.reading import prove
from motma.audit.service import reads_of
from motma.audit.tree import leaf_hash

if TYPE_CHECKING:
    from tests.integration.audit.conftest import Log

PERSON = UUID(int=7)


async def published(log: "Log") -> bytes:
    """Everything that is public: checkpoints, tiles, proofs and promises, the mirror's notes."""
    parts = [
        row["note"].encode() for row in await log.db.fetch("SELECT * FROM local.log_checkpoint")
    ]
    parts += [row["hashes"] for row in await log.db.fetch("SELECT * FROM local.log_tile")]
    for row in await log.db.fetch("SELECT * FROM local.log_leaf"):
        proof = await prove(log.db, row["event_id"], row["device_id"])
        parts += [proof.commitment, *proof.path, proof.checkpoint.encode()]
    parts.append((log.directory / "checkpoints.txt").read_bytes())
    return b"".join(parts)


async def test_no_column_of_an_event_is_published(log: "Log") -> None:
    events = log.events(20)
    await log.append(events)
    await log.sequence()
    public = await published(log)
    for event in events:
        secrets = (
            event.person_tag,
            event.salt,
            event.sealed,
            event.device_id.bytes,
            event.event_id.bytes,
            event.kind.encode(),
        )
        for secret in secrets:
            assert secret is not None
            assert secret not in public
            assert secret.hex().encode() not in public


async def test_whoever_guesses_the_whole_row_still_cannot_find_its_leaf(log: "Log") -> None:
    """Even every column known, the salt is needed: 128 random bits."""
    event = log.event()
    await log.append([event])
    await log.sequence()
    public = await published(log)
    for salt in (b"", bytes(16), event.event_id.bytes):
        guess = leaf_hash(salt + canonical(event))
        assert guess not in public


async def test_a_persons_events_of_two_days_have_nothing_in_common(log: "Log") -> None:
    events = []
    for _ in range(3):
        events.append(log.event())
        log.clock.advance(timedelta(days=1))
    for one, other in pairwise(events):
        assert one.person_tag != other.person_tag
        assert one.commitment != other.commitment


async def test_a_promise_shows_only_what_the_proof_will_show(log: "Log") -> None:
    event = log.event()
    promised = promise(log.keyring, event)
    assert event.person_tag is not None
    for secret in (event.person_tag.hex(), event.salt.hex(), str(event.device_id), event.kind):
        assert secret not in str(promised)


async def test_the_person_sees_all_reads_newest_first_over_a_month_and_no_others(
    log: "Log",
) -> None:
    mine, theirs = [], log.event(99, person_id=None)
    for number in range(32):
        mine.append(log.event(number))
        log.clock.advance(timedelta(days=1))
    log.clock.advance(-timedelta(days=1))
    await log.append([*mine, theirs, log.event(7, kind="identity.registered")])
    seen: list[int] = []
    after = None
    while True:
        page = await reads_of(
            log.db, log.vault, log.clock, [PERSON], kinds=["scan.read"], after=after, limit=5
        )
        seen += [entry.details["number"] for entry in page.entries]
        after = page.after
        if after is None:
            break
    assert seen == list(range(31, -1, -1))
