"""Scanning a picture, and recording what the guard did with a scan."""

import base64
from uuid import UUID

import pytest
from tests.integration.scan.test_scan import printed
from tests.staging import Caller, Stage

from motma.codec.symbols import draw_png
from motma.kernel.ids import uuid7


async def scan_picture(guard: Caller, image: bytes) -> dict[str, object]:
    assert guard.place is not None
    body = {
        "scan_id": str(uuid7(guard.clock.now())),
        "image": base64.b64encode(image).decode(),
        "checkpoint": str(guard.place.place_id),
        "purpose": guard.purpose,
    }
    answer: dict[str, object] = (await guard.post("/v1/scans:image", body)).json()
    return answer


async def test_a_picture_is_answered_as_its_text_would_be(on_stage: Stage) -> None:
    person = await on_stage.person()
    text = await printed(on_stage, person.qid)
    guard = await on_stage.sign_in("guard@stage")

    by_picture = await scan_picture(guard, draw_png(text))
    by_text = (await guard.scan(text)).json()

    assert by_picture["outcome"] == "known"
    assert by_picture["who"] == by_text["who"]


@pytest.mark.parametrize("image", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n" + b"\0" * 64, b"%PDF-1.7"])
async def test_a_picture_that_can_not_be_read_is_one_clear_problem(
    on_stage: Stage, image: bytes
) -> None:
    guard = await on_stage.sign_in("guard@stage")
    problem = await scan_picture(guard, image)
    assert problem["status"] == 400
    assert str(problem["code"]).startswith("qr.picture")


async def test_what_the_guard_did_is_kept_and_a_mis_scan_is_undone(on_stage: Stage) -> None:
    person = await on_stage.person()
    text = await printed(on_stage, person.qid)
    guard, other = await on_stage.sign_in("guard@stage"), await on_stage.sign_in("officer@stage")
    scan_id = (await guard.scan(text)).json()["scan_id"]
    path = f"/v1/scans/{scan_id}/handling"

    assert (await guard.post(path, {"action": "admitted"})).status_code == 204
    assert (await guard.post(path, {"action": "overridden"})).json()["code"] == "scan.reason-needed"
    assert (await guard.post(path, {"action": "undone", "reason": "wrong row"})).status_code == 204
    assert (await other.post(path, {"action": "admitted"})).json()["code"] == "scan.unknown"
    unknown = f"/v1/scans/{UUID(int=7)}/handling"
    assert (await guard.post(unknown, {"action": "admitted"})).status_code == 404

    async with on_stage.platform.pool.acquire() as db:
        kinds = [
            row["kind"]
            for row in await db.fetch(
                "SELECT kind FROM event WHERE kind LIKE 'scan.%' ORDER BY known_at"
            )
        ]
    assert kinds == ["scan.read", "scan.admitted", "scan.undone"]
