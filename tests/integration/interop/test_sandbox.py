"""Thirty people to develop with: made once, by the ordinary ways, each as their story says."""

from tests.staging import Stage

from motma.interop.sandbox import service


async def test_thirty_stories_come_true_and_a_repeat_makes_nobody(on_stage: Stage) -> None:
    means = on_stage.platform.means
    async with on_stage.platform.transaction() as db:
        first = await service.make(db, means)
    async with on_stage.platform.transaction() as db:
        again = await service.make(db, means)
        people = await db.fetchval("SELECT count(*) FROM person")
    assert len(first) == people == 30
    assert [(one.id, one.code, one.former) for one in first] == [
        (one.id, one.code, one.former) for one in again
    ]
    found = {one.id: one for one in first}
    assert found["merged"].code == found["kept"].code
    assert len(found["replaced"].former) == 1
    assert (found["reissued"].code.number, len(found["reissued"].former)) == (2, 1)
    expected = service.expected(first)
    assert "revoked" not in expected
    assert len(expected) == 29


async def test_wallets_open_and_guards_see_what_the_stories_say(on_stage: Stage) -> None:
    async with on_stage.platform.transaction() as db:
        made = {one.id: one for one in await service.make(db, on_stage.platform.means)}
    mother = await on_stage.begin(await on_stage.enrolled(made["mother"].activation), None)
    dependants = (await mother.send("GET", "/v1/me/dependants")).json()
    assert {one["qid"] for one in dependants if one["confirmed"]} == {
        made["child"].code.qid, made["teenager"].code.qid,
    }  # fmt: skip
    for colour in ("yellow", "red", "green"):
        wallet = await on_stage.begin(await on_stage.enrolled(made[colour].activation), None)
        assert (await wallet.send("GET", "/v1/me/card")).json()["colour"] == colour
    revoked = await on_stage.begin(await on_stage.enrolled(made["revoked"].activation), None)
    refused = await revoked.send("GET", "/v1/me/code")
    assert refused.json()["code"] == "identity.qid-ended"
