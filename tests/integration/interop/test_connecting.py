"""An app and a person: enrolled without learning, connected by consent, told of changes."""

import asyncio
import secrets
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from tests.integration.interop.apps import App, an_app
from tests.staging import Stage

from motma.access.tokens import unb64
from motma.codec.living import attach
from motma.identity import ending


@pytest.fixture
async def app(on_stage: Stage) -> App:
    """An app."""
    return await an_app(on_stage)


async def test_an_app_learns_of_somebody_only_by_their_consent_and_until_they_take_it_back(
    app: App,
) -> None:
    known = await app.stage.person()
    wallet = await app.stage.wallet(known.person_id)
    handle = await app.handle()
    stranger = await app.handle(full_name="Không Có Ai", documents=[])
    unknown = str(uuid4())
    refusals = [await app.post("/v1/apps/people:code", {"handle": h}) for h in
                (handle, stranger, unknown)]  # fmt: skip
    assert {answer.status_code for answer in refusals} == {404}
    assert len({answer.json()["code"] for answer in refusals}) == 1

    assert await app.connect(wallet, handle=handle) == handle
    shown = (await app.post("/v1/apps/people:code", {"handle": handle})).json()
    assert shown["qid"] == known.qid
    assert shown["masked"].startswith("******|")
    assert shown["full"].split("|")[4] == known.qid
    card = (await app.post("/v1/apps/people:card", {"handle": handle})).json()
    assert card["colour"] == "neutral"

    (standing,) = (await wallet.send("GET", "/v1/me/consents")).json()
    assert standing["app_vi"] == "Sổ sức khỏe"
    ended = await wallet.post("/v1/me/consents:end", {"consent_id": standing["consent_id"]})
    assert ended.status_code == 204
    assert (await app.post("/v1/apps/people:code", {"handle": handle})).status_code == 404
    assert (await wallet.send("GET", "/v1/me/consents")).json() == []
    told, _ = await app.changes()
    assert told == [("motma.consent.withdrawn", handle)]


async def test_a_code_shown_by_an_app_lives_and_dies_with_the_consent(app: App) -> None:
    known = await app.stage.person()
    wallet = await app.stage.wallet(known.person_id)
    handle = await app.connect(wallet)
    shown = (await app.post("/v1/apps/people:code", {"handle": handle})).json()
    made = (await app.post("/v1/apps/people:living", {"handle": handle})).json()
    guard = await app.stage.sign_in("guard@stage")

    def live() -> str:
        now = app.stage.platform.clock.now()
        return attach(shown["masked"], name=made["name"], secret=unb64(made["secret"]), at=now)

    told = (await guard.scan(live())).json()
    assert (told["outcome"], told["warnings"]) == ("known", [])
    (standing,) = (await wallet.send("GET", "/v1/me/consents")).json()
    await wallet.post("/v1/me/consents:end", {"consent_id": standing["consent_id"]})
    assert (await guard.scan(live())).json()["outcome"] == "copied"


async def test_the_same_claim_is_the_same_handle_and_another_app_has_another(app: App) -> None:
    other = await an_app(app.stage)
    assert await app.handle() == await app.handle()
    assert await app.handle() != await other.handle()
    assert await app.handle(birth="1990-02-04") != await app.handle()


async def test_a_yes_of_somebody_else_does_not_lead_to_them_by_a_handle_they_do_not_fit(
    app: App,
) -> None:
    other = await app.stage.person(full_name="Khác Văn Người", number="001190000009")
    wallet = await app.stage.wallet(other.person_id)
    handle = await app.handle()
    connected = await app.connect(wallet, handle=handle)
    assert connected != handle
    assert (await app.post("/v1/apps/people:code", {"handle": handle})).status_code == 404
    assert (await app.post("/v1/apps/people:code", {"handle": connected})).status_code == 200


async def test_a_code_is_good_once_for_its_app_with_its_verifier_and_a_wrong_try_uses_it_up(
    app: App,
) -> None:
    known = await app.stage.person()
    wallet = await app.stage.wallet(known.person_id)
    other = await an_app(app.stage)
    for wrong in ("verifier", "redirect", "app", "again"):
        verifier = secrets.token_urlsafe(32)
        said = await wallet.post("/v1/me/consents", app.wish(verifier))
        code = parse_qs(urlsplit(said.json()["redirect"]).query)["code"][0]
        first = {
            "verifier": app.redeem(code, "x" * 43),
            "redirect": app.redeem(code, verifier, "https://elsewhere.example/"),
            "app": other.redeem(code, verifier),
            "again": app.redeem(code, verifier),
        }
        tried = [await first.pop(wrong)]
        for unused in first.values():
            unused.close()
        tried.append(await app.redeem(code, verifier))
        assert [answer.status_code for answer in tried] == [200 if wrong == "again" else 401, 401]


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"redirect_uri": "https://elsewhere.example/"}, 400),
        ({"scope": ""}, 400),
        ({"scope": "code:read tests:write"}, 400),
        ({"code_challenge": "x"}, 400),
        ({"client_id": str(UUID(int=7))}, 404),
    ],
    ids=["redirect", "no-scope", "other-scope", "challenge", "app"],
)
async def test_a_wish_out_of_order_is_declined_before_anybody_is_asked(
    app: App, wrong: dict[str, str], status: int
) -> None:
    wallet = await app.stage.wallet((await app.stage.person()).person_id)
    for path in ("/v1/me/consents:ask", "/v1/me/consents"):
        assert (await wallet.post(path, app.wish("v" * 43) | wrong)).status_code == status
    assert (await wallet.send("GET", "/v1/me/consents")).json() == []


async def test_changes_reach_the_apps_that_may_know_and_no_others_once_each_in_order(
    app: App,
) -> None:
    known, stranger = await app.stage.person(), await app.stage.person(number="001190000002")
    other = await an_app(app.stage)
    handle = await app.connect(await app.stage.wallet(known.person_id))
    means = app.stage.platform.means
    async with app.stage.platform.transaction() as db:
        fresh = await ending.replace(db, means, known.qid, reason="leaked")
        await ending.replace(db, means, stranger.qid, reason="leaked")
    async with app.stage.platform.transaction() as db:
        await ending.revoke(db, means, fresh, reason="stolen")
    told, cursor = await app.changes()
    assert told == [("motma.code.replaced", handle), ("motma.code.revoked", handle)]
    assert (await app.changes(cursor))[0] == []
    assert (await app.changes())[0] == told  # at least once: from the beginning it is told again
    assert (await other.changes())[0] == []


async def test_a_merged_person_stays_known_under_the_same_handle(app: App) -> None:
    one, two = await app.stage.person(), await app.stage.person(number="001190000002")
    handle = await app.connect(await app.stage.wallet(one.person_id))
    means = app.stage.platform.means
    async with app.stage.platform.transaction() as db:
        await ending.merge(db, means, qid=one.qid, into=two.qid, reason="twice", by=UUID(int=1))
    assert (await app.changes())[0] == [("motma.person.merged", handle)]
    shown = await app.post("/v1/apps/people:code", {"handle": handle})
    assert shown.json()["qid"] == two.qid
    _, cursor = await app.changes()
    async with app.stage.platform.transaction() as db:
        await ending.replace(db, means, two.qid, reason="leaked")
    assert (await app.changes(cursor))[0] == [("motma.code.replaced", handle)]


async def test_a_change_that_commits_late_is_told_and_nothing_is_lost_or_doubled(app: App) -> None:
    known = await app.stage.person()
    handle = await app.connect(await app.stage.wallet(known.person_id))
    others = [await app.stage.person(number=f"00119000010{n}") for n in range(5)]
    for each in others:
        await app.connect(await app.stage.wallet(each.person_id))
    means, seen, cursor = app.stage.platform.means, [], ""
    async with app.stage.platform.transaction() as slow:
        await ending.reissue(slow, means, known.qid)
        for each in others:
            async with app.stage.platform.transaction() as db:
                await ending.reissue(db, means, each.qid)
            page, cursor = await app.changes(cursor)
            seen += page
        await asyncio.sleep(0)
    page, cursor = await app.changes(cursor)
    seen += page
    assert len(seen) == len(set(seen)) == 6
    assert ("motma.code.replaced", handle) in seen


async def test_a_cursor_older_than_what_is_kept_is_refused(app: App) -> None:
    answer = await app.stage.client.get(
        "/v1/apps/changes?after=1-1000000000", headers=await app.headers()
    )
    assert answer.status_code == 409
    assert answer.json()["code"] == "interop.cursor-gone"
    for bad in ("x", "1", "-", "1-x", "٣-1", "9" * 30 + "-1"):
        answer = await app.stage.client.get(
            "/v1/apps/changes", params={"after": bad}, headers=await app.headers()
        )
        assert answer.status_code == 400
