"""What every answer carries: language, limits, safety; and a failed commit is never a success."""

import asyncpg
import pytest
from tests.staging import Stage

from motma.web.calls import CALLS
from motma.web.people import DECLARATIONS

CLAIM = {"full_name": "Thử Thị Nghiệm", "birth": "1990-02-03"}


async def test_a_commit_that_fails_is_never_told_as_a_success(
    on_stage: Stage, capfd: pytest.CaptureFixture[str]
) -> None:
    registrar = await on_stage.sign_in("registrar@stage")
    async with on_stage.platform.transaction() as db:
        await db.execute("""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'Zyxwvut'; END $$;
            CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON person
            DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()
        """)

    answer = await registrar.post("/v1/people", CLAIM)

    assert (answer.status_code, answer.json()["code"]) == (500, "platform.defect")
    async with on_stage.platform.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM person") == 0
        kinds = await db.fetchval("SELECT array_agg(DISTINCT kind) FROM event")
    assert "identity.registered" not in kinds
    assert "Zyxwvut" not in answer.text + "".join(capfd.readouterr())


async def test_a_database_that_is_away_is_told_as_such_and_comes_back(
    on_stage: Stage, postgres: object, database: str
) -> None:
    registrar = await on_stage.sign_in("registrar@stage")
    admin = await asyncpg.connect(postgres.address(database="postgres", role="postgres"))  # type: ignore[attr-defined]
    name = database.partition("?")[0].rpartition("/")[2]
    await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    ends = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1"
    await admin.fetch(ends, name)
    heard = {(await registrar.post("/v1/people", CLAIM)).status_code for _ in range(3)}
    assert heard == {503}
    assert (await on_stage.client.get("/readyz")).status_code == 503
    assert (await on_stage.client.get("/healthz")).status_code == 200
    await admin.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    await admin.close()
    assert (await registrar.post("/v1/people", CLAIM)).status_code == 200
    assert (await on_stage.client.get("/readyz")).status_code == 200


async def test_whoever_waits_too_long_for_a_lock_may_send_the_same_again(on_stage: Stage) -> None:
    person = await on_stage.person()
    registrar = await on_stage.sign_in("registrar@stage")
    body = {"qid": person.qid, "reason": "leaked"}
    async with on_stage.platform.transaction() as db:
        await db.execute("SELECT FROM qid WHERE qid = $1 FOR UPDATE", person.qid)
        busy = await registrar.post("/v1/people:revoke", body)
    assert (busy.status_code, busy.json()["code"]) == (503, "platform.unavailable")
    assert busy.headers["Retry-After"] == "1"
    assert (await registrar.post("/v1/people:revoke", body)).status_code == 204


@pytest.mark.parametrize(
    ("accepted", "title"),
    [
        ("", "Dữ liệu gửi lên không đúng dạng."),
        ("vi-VN,vi;q=0.9,en;q=0.8", "Dữ liệu gửi lên không đúng dạng."),
        ("en-GB", "The request is not well formed."),
        ("fr, en;q=0.7, vi;q=0.2", "The request is not well formed."),
        ("en;q=0", "Dữ liệu gửi lên không đúng dạng."),
        ("en;q=x,,;;q", "Dữ liệu gửi lên không đúng dạng."),
    ],
)
async def test_a_problem_speaks_the_language_that_was_asked_for(
    on_stage: Stage, accepted: str, title: str
) -> None:
    headers = {"accept-language": accepted}
    answer = await on_stage.client.post("/v1/registrations", json={}, headers=headers)
    assert answer.status_code == 400
    assert answer.json()["title"] == title


async def test_limits_are_told_while_they_last_and_when_they_end(on_stage: Stage) -> None:
    registrar = await on_stage.sign_in("registrar@stage")
    answer = await registrar.post("/v1/people:find", {"qid": "1"})
    assert answer.status_code == 404
    assert answer.headers["RateLimit-Policy"] == f'"calls";q={CALLS.count};w=60'
    assert answer.headers["RateLimit"].startswith(f'"calls";r={CALLS.count - 1};t=')
    counters, clock = on_stage.platform.counters, on_stage.platform.clock
    key = bytes.fromhex(registrar.device_id.replace("-", ""))
    counters.take(CALLS, key, at_s=clock.now().timestamp(), count=CALLS.count)
    over = await registrar.send("GET", "/v1/cases")
    assert (over.status_code, over.json()["code"]) == (429, "access.too-many")
    assert 0 < int(over.headers["Retry-After"]) <= 60
    assert "r=0" in over.headers["RateLimit"]


async def test_declarations_of_one_network_are_limited(on_stage: Stage) -> None:
    counters, clock = on_stage.platform.counters, on_stage.platform.clock
    at_s = clock.now().timestamp()
    counters.take(DECLARATIONS, b"127.0.0", at_s=at_s, count=DECLARATIONS.count)
    answer = await on_stage.client.post("/v1/registrations", json=CLAIM)
    assert answer.json()["code"] == "access.too-many"


async def test_every_answer_is_guarded_and_no_api_answer_is_kept(on_stage: Stage) -> None:
    for path in ("/v1/platform", "/v1/nothing", "/healthz", "/nothing", "/v1/people"):
        answer = await on_stage.client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        if path.startswith("/v1/"):
            assert answer.headers["cache-control"] == "no-store"


async def test_a_caller_without_proof_is_told_which_scheme_to_use(on_stage: Stage) -> None:
    answer = await on_stage.client.get("/v1/me/code")
    assert (answer.status_code, answer.json()["code"]) == (401, "access.token-refused")
    assert answer.headers["WWW-Authenticate"].startswith("DPoP")
