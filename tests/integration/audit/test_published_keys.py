"""Anybody can check the log's checkpoints with the keys that are published over HTTP."""

import asyncio

import pytest
from pydantic import ValidationError
from tests.staging import Stage

from motma.audit.note import (
    COSIGNATURE,
    ED25519,
    read_note,
    read_verifier_key,
    signed_by,
    verifier_key,
)
from motma.bootstrap import Settings
from motma.keys.model import Purpose

KEYS = "/v1/audit/keys"


async def test_the_published_keys_check_the_checkpoint_of_this_log_alone(on_stage: Stage) -> None:
    note = read_note(await checkpoint(on_stage))
    answer = await on_stage.client.get(KEYS)
    found = answer.json()
    assert found["origin"] == on_stage.platform.settings.log_origin == note.text.split("\n")[0]
    keys = [read_verifier_key(line) for line in found["log"]]
    assert {(name, kind) for name, kind, _ in keys} == {(found["origin"], ED25519)}
    raw = [public for _, _, public in keys]
    assert signed_by(note, found["origin"], raw)
    assert not signed_by(note, "another.test/log", raw)


async def test_the_next_key_is_published_before_it_signs_and_a_retired_one_no_more(
    on_stage: Stage,
) -> None:
    ring = on_stage.platform.keyring
    before = await on_stage.client.get(KEYS)
    tag = {"If-None-Match": before.headers["etag"]}
    assert (await on_stage.client.get(KEYS, headers=tag)).status_code == 304
    old = ring.active(Purpose.LOG).kid
    ring.stage(Purpose.LOG)
    both = await on_stage.client.get(KEYS, headers=tag)
    assert (both.status_code, len(both.json()["log"])) == (200, 2)
    ring.rotate(Purpose.LOG)
    ring.retire(old)
    after = (await on_stage.client.get(KEYS)).json()["log"]
    assert after == [both.json()["log"][1]]


async def checkpoint(stage: Stage) -> str:
    """The latest one, once the platform has signed its first."""
    async with asyncio.timeout(60):
        while (answer := await stage.client.get("/v1/audit/checkpoint")).status_code != 200:
            await asyncio.sleep(0.1)
    return answer.text


def test_a_witness_key_that_is_none_stops_the_platform() -> None:
    line = verifier_key("witness.test", COSIGNATURE, bytes(range(32)))
    assert Settings(witness_keys=f"{line}, {line}").witness_key_list == [line, line]
    with pytest.raises(ValidationError, match=r"audit\.vkey-malformed"):
        Settings(witness_keys=f"{line[:-2]}AA")
