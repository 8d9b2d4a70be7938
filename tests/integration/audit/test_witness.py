"""A witness lets a log only go forward, whatever the holder of database and log key signs."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motma.audit.errors import CosignRefused
from motma.audit.model import Checkpoint
from motma.audit.note import (
    ED25519,
    NoteSignature,
    cosigned_at,
    read_note,
    read_verifier_key,
    verifier_key,
)
from motma.audit.reading import consistency
from motma.audit.witness import LocalWitness, RemoteWitness, read_request, write_request
from motma.kernel.errors import Malformed

if TYPE_CHECKING:
    from tests.integration.audit.conftest import Log

NAME: Final = "witness.test/w1"
ORIGIN: Final = "motma.test/log"


@pytest.fixture
def witness(log: "Log", tmp_path: Path) -> LocalWitness:
    keys = [key.raw for key in log.keyring.public_keys("log")]
    return LocalWitness.create(
        tmp_path / "witness", name=NAME, logs={ORIGIN: keys}, clock=log.clock, random=log.random
    )


async def grown(log: "Log", count: int) -> Checkpoint:
    """A checkpoint over so many leaves more, which no witness has seen."""
    await log.append(log.events(count))
    checkpoint = await log.sequence()
    assert checkpoint is not None
    return checkpoint


async def shown(
    log: "Log", witness: LocalWitness, checkpoint: Checkpoint, *, old_size: int
) -> NoteSignature:
    """The witness's answer to a checkpoint with an honest proof."""
    proof = await consistency(log.db, old_size, checkpoint.size)
    return await witness.cosign(read_note(checkpoint.note), old_size=old_size, proof=proof)


async def test_checkpoints_carry_the_cosignature_and_stay_verifiable(
    log: "Log", witness: LocalWitness
) -> None:
    for count in (5, 300):
        await log.append(log.events(count))
        checkpoint = await log.sequence(witness)
        assert checkpoint is not None
        seconds = cosigned_at(read_note(checkpoint.note), NAME, witness.public())
        assert seconds == int(log.clock.now().timestamp())
    assert witness.seen(ORIGIN).size == 305
    assert (await log.verify()).whole


async def test_it_remembers_after_a_restart(
    log: "Log", witness: LocalWitness, tmp_path: Path
) -> None:
    await shown(log, witness, await grown(log, 5), old_size=0)
    again = LocalWitness(tmp_path / "witness", name=NAME, logs={}, clock=log.clock)
    assert again.seen(ORIGIN) == witness.seen(ORIGIN)
    assert again.verifier_key() == witness.verifier_key()


async def test_a_rewritten_history_is_not_cosigned(log: "Log", witness: LocalWitness) -> None:
    await shown(log, witness, await grown(log, 5), old_size=0)
    await log.db.execute("TRUNCATE event, local.log_leaf, local.log_tile, local.log_cursor")
    await log.db.execute("TRUNCATE local.log_checkpoint")
    log.directory = log.directory.with_name("forged")
    forged = await grown(log, 9)
    with pytest.raises(CosignRefused) as refused:
        await shown(log, witness, forged, old_size=5)
    assert (refused.value.why, refused.value.size) == ("inconsistent", 5)


async def test_a_shorter_history_is_not_cosigned(log: "Log", witness: LocalWitness) -> None:
    short, long = await grown(log, 5), await grown(log, 5)
    await shown(log, witness, long, old_size=0)
    with pytest.raises(CosignRefused) as refused:
        await shown(log, witness, short, old_size=0)
    assert (refused.value.why, refused.value.size) == ("other-size", 10)


async def test_an_unknown_log_or_key_is_not_cosigned(log: "Log", witness: LocalWitness) -> None:
    log.keyring.rotate("log")
    with pytest.raises(CosignRefused) as refused:
        await shown(log, witness, await grown(log, 5), old_size=0)
    assert refused.value.why == "unknown-key"


async def test_a_witness_that_is_away_or_talks_nonsense_does_not_stop_the_log(log: "Log") -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away = RemoteWitness("127.0.0.1", silent.getsockname()[1], patience_s=0.1)
        await log.append(log.events(3))
        checkpoint = await log.sequence(away)
    assert checkpoint is not None
    assert len(read_note(checkpoint.note).signatures) == 1


@pytest.fixture
async def process(log: "Log", tmp_path: Path) -> AsyncIterator[tuple[int, str]]:
    """The real process: its port and verifier key."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    key = verifier_key(ORIGIN, ED25519, log.keyring.public_keys("log")[0].raw)
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from motma.cli.audit import app; app()", "witness"),
        *(str(tmp_path / "remote"), "--name", NAME, "--log", key, "--port", str(port)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert started.stdout is not None
    printed = (await started.stdout.readline()).decode()
    for _ in range(100):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            await writer.wait_closed()
            break
    yield port, printed
    started.terminate()
    await started.wait()


async def test_the_witness_process_cosigns_over_http_and_corrects_a_wrong_memory(
    log: "Log", process: tuple[int, str]
) -> None:
    port, printed = process
    _, _, public = read_verifier_key(printed)
    for count in (5, 300):
        await log.append(log.events(count))
        checkpoint = await log.sequence(remote := RemoteWitness("127.0.0.1", port))
        assert checkpoint is not None
        if count == 300:  # a restarted sequencer knows nothing: refused, corrected, then right
            assert cosigned_at(read_note(checkpoint.note), NAME, public) is None
            await log.append(log.events(1))
            checkpoint = await log.sequence(remote)
            assert checkpoint is not None
        assert cosigned_at(read_note(checkpoint.note), NAME, public) is not None


async def test_a_request_is_read_as_it_was_written(log: "Log") -> None:
    note = read_note((await grown(log, 3)).note)
    proof = [bytes(32), b"\1" * 32]
    assert read_request(write_request(note, 7, proof)) == (note, 7, proof)
    assert read_request(write_request(note, 0, [])) == (note, 0, [])


@given(
    body=st.binary() | st.text().map(str.encode) | st.text().map(lambda t: f"old 1\n\n{t}".encode())
)
def test_any_request_is_read_or_malformed(body: bytes) -> None:
    with suppress(Malformed):
        note, old_size, proof = read_request(body)
        assert read_request(write_request(note, old_size, proof)) == (note, old_size, proof)
