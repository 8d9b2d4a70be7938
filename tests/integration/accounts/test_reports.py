"""A read reported as wrong: by its person, once, answered by somebody else, and told."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
from tests.staging import PIN, Caller, Stage

from motma.access import service as access
from motma.access.reports import service as reports
from motma.kernel.clock import SetClock

AT_HOME = {"kind": "not-there", "text": "Hôm đó tôi ở nhà."}


async def read(on: Stage, guard: Caller) -> tuple[Caller, str]:
    """Somebody whom the guard scanned, and the event of it."""
    person = await on.person(phones=())
    wallet = await on.wallet(person.person_id)
    code = (await wallet.send("GET", "/v1/me/code")).json()["text"]
    return wallet, (await guard.scan(code)).json()["scan_id"]


async def report(wallet: Caller, event_id: str, reason: Any = None) -> httpx.Response:
    """Report a read."""
    body = {"event_id": event_id, "reason": reason or AT_HOME}
    return await wallet.post("/v1/me/reads:report", body)


async def queue(inspector: Caller) -> list[dict[str, Any]]:
    """What an inspector sees."""
    found: list[dict[str, Any]] = (await inspector.send("GET", "/v1/reads:reported")).json()
    return found


async def elsewhere(on: Stage, role: str) -> Caller:
    """Somebody of another organisation."""
    async with on.platform.transaction() as db:
        means = on.platform.means
        organisation = await access.add_organisation(db, means, "Elsewhere")
        await access.add_reader(
            db, means, organisation_id=organisation, login="one@elsewhere", role=role, pin=PIN
        )
        code, _ = await access.new_code(db, means, organisation_id=organisation)
    return await on.begin(await on.enrolled(code), "one@elsewhere")


async def test_a_reported_read_is_answered_and_the_person_sees_both(on: Stage) -> None:
    guard, inspector = await on.sign_in("guard@stage"), await on.sign_in("inspector@stage")
    wallet, event_id = await read(on, guard)
    (before,) = (await wallet.send("GET", "/v1/me/reads")).json()
    assert (before["reported"], before["decided"]) == (None, None)
    assert (await report(wallet, event_id)).status_code == 201

    (waiting,) = await queue(inspector)
    assert waiting["reason"] == AT_HOME
    assert (waiting["login"], waiting["organisation"]) == ("guard@stage", "Stage")
    assert (waiting["read"]["place"], waiting["read"]["role"]) == ("Stage public-place", "place")
    for hidden in ("Nghiệm", "001190000001", wallet.device_id):
        assert hidden not in str(waiting)

    answer = {"event_id": event_id, "outcome": "wrong", "words": "Bảo vệ quét nhầm; đã nhắc nhở."}
    assert (await inspector.post("/v1/reads:decide", answer)).status_code == 204
    assert await queue(inspector) == []
    (after,) = (await wallet.send("GET", "/v1/me/reads")).json()
    assert (after["reported"]["kind"], after["reported"]["text"]) == tuple(AT_HOME.values())
    assert (after["decided"]["outcome"], after["decided"]["words"]) == ("wrong", answer["words"])
    notices = (await wallet.send("GET", "/v1/me/notices")).json()
    told = {n["kind"]: n["details"] for n in notices}
    assert told["access.report-decided"] == {"decision": "wrong", "reason": answer["words"]}
    assert "access.read-reported" in told
    again = await inspector.post("/v1/reads:decide", answer)
    assert again.json()["code"] == "reports.unknown"


async def test_a_read_is_reported_once_even_at_the_same_moment(on: Stage) -> None:
    wallet, event_id = await read(on, await on.sign_in("guard@stage"))
    done = await asyncio.gather(*(report(wallet, event_id) for _ in range(3)))
    assert sorted(one.status_code for one in done) == [201, 409, 409]
    assert {one.json()["code"] for one in done if one.is_error} == {"reports.already"}


async def test_nobody_reports_anothers_read_or_what_is_no_read(on: Stage) -> None:
    wallet, event_id = await read(on, await on.sign_in("guard@stage"))
    other = await on.person(phones=(), number="001190000002", full_name="Thử Con")
    stranger = await on.wallet(other.person_id)
    notice = (await wallet.send("GET", "/v1/me/notices")).json()[0]["event_id"]
    heard = [
        await report(stranger, event_id),
        await report(stranger, str(uuid4())),
        await report(wallet, notice),
    ]
    assert {(one.status_code, one.json()["code"]) for one in heard} == {
        (404, "audit.event-unknown")
    }


async def test_a_reason_has_a_kind_and_readable_words(on: Stage) -> None:
    wallet, event_id = await read(on, await on.sign_in("guard@stage"))
    for kind, text in (
        ("rude", ""),
        ("other", "  "),
        ("other", "x" * 501),
        ("other", "\u202eabc"),
    ):
        refused = await report(wallet, event_id, {"kind": kind, "text": text})
        assert refused.status_code == 400, (kind, text)
    assert (await report(wallet, event_id, {"kind": "too-much"})).status_code == 201


async def test_only_the_organisations_inspector_and_the_authority_decide(on: Stage) -> None:
    wallet, event_id = await read(on, await on.sign_in("guard@stage"))
    await report(wallet, event_id)
    answer = {"event_id": event_id, "outcome": "in-order", "words": "Đúng quy định."}
    stranger = await elsewhere(on, "inspector")
    assert await queue(stranger) == []
    refused = await stranger.post("/v1/reads:decide", answer)
    assert refused.json()["code"] == "reports.unknown"
    for login in ("nurse@stage", "registrar@stage", "operator@stage"):
        caller = await on.sign_in(login)
        assert (await caller.post("/v1/reads:decide", answer)).status_code == 403
        assert (await caller.send("GET", "/v1/reads:reported")).status_code == 403
    authority = await on.sign_in("authority@stage")
    assert [one["event_id"] for one in await queue(authority)] == [event_id]
    assert (await authority.post("/v1/reads:decide", answer)).status_code == 204


async def test_nobody_decides_about_a_read_of_their_own(on: Stage) -> None:
    guard = await on.sign_in("guard@stage")
    wallet, event_id = await read(on, guard)
    await report(wallet, event_id)
    async with on.platform.pool.acquire() as db:
        await db.execute("UPDATE reader SET role = 'inspector' WHERE login = 'guard@stage'")
    answer = {"event_id": event_id, "outcome": "in-order", "words": "Không sao."}
    refused = await guard.post("/v1/reads:decide", answer)
    assert (refused.status_code, refused.json()["code"]) == (403, "reports.own-read")


async def test_an_answered_report_is_forgotten_after_a_month_an_open_one_is_not(
    on: Stage, clock: SetClock
) -> None:
    guard, inspector = await on.sign_in("guard@stage"), await on.sign_in("inspector@stage")
    for decided in (True, False):
        wallet, event_id = await read(on, guard)
        await report(wallet, event_id)
        if decided:
            answer = {"event_id": event_id, "outcome": "wrong", "words": "Sai."}
            await inspector.post("/v1/reads:decide", answer)
    clock.advance(timedelta(days=31, seconds=1))
    async with on.platform.pool.acquire() as db:
        await reports.forget(db, clock.now())
        left = await db.fetch("SELECT decided_at FROM read_report")
    assert [row["decided_at"] for row in left] == [None]
