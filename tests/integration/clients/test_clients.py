"""Programs that call us: one assertion one token, scopes, replay, and an end that holds at once."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from tests.programs import Key, Program
from tests.staging import Stage

from motma.access import service as access
from motma.access.clients import service
from motma.access.errors import TokenExpired
from motma.bootstrap import Platform
from motma.identity import service as identity
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.records import service as records
from motma.records.claims import corrections
from motma.records.claims.corrections import Errand

#: A client that nobody added.
SOMEBODY = "01234567-89ab-4cde-8f01-23456789abcd"
TEST: dict[str, Any] = {
    "id": "T1",
    "about": {"full_name": "Trần Thị Thử", "birth": "1990-02-03"},
    "what": {
        "type": "test",
        "disease": "840539006",
        "kind": "naat",
        "at": "2021-08-01T08:00:00+07:00",
        "result": "negative",
    },
}


@dataclass
class Lab(Program):
    """A laboratory's program."""

    async def push(self, token: str, *items: object) -> httpx.Response:
        """Push items."""
        headers = {"Authorization": f"Bearer {token}"}
        return await self.stage.client.post(
            "/v1/tests", json={"items": list(items)}, headers=headers
        )


@pytest.fixture
async def lab(on_stage: Stage) -> Lab:
    """A laboratory's program that may push tests."""
    return await _program(on_stage)


async def _program(stage: Stage, *scopes: str) -> Lab:
    key = Key()
    async with stage.platform.transaction() as db:
        client_id = await service.add(
            db,
            stage.platform.means,
            organisation_id=stage.organisation,
            name="Lab 7",
            scopes=scopes or ["tests:write"],
            jwk=dict(key.jwk),
        )
    return Lab(stage, key, client_id)


async def test_an_assertion_gives_a_token_that_pushes_and_pushing_again_changes_nothing(
    lab: Lab,
) -> None:
    token = await lab.token()
    for _ in range(2):
        answer = await lab.push(token, TEST, {**TEST, "id": "T2", "what": {"type": "x"}})
        assert answer.status_code == 200
        assert answer.json()["taken"] == ["T1"]
        assert answer.json()["refused"] == [
            {"id": "T2", "code": "sources.item-form", "field": None}
        ]
    async with lab.stage.platform.pool.acquire() as db:
        assert await db.fetchval("SELECT count(*) FROM health_record_version") == 1
        assert await db.fetchval("SELECT count(*) FROM local.dead_letter") == 1


async def test_an_assertion_is_good_once(lab: Lab) -> None:
    assertion = lab.assertion()
    assert (await lab.ask(assertion)).status_code == 200
    again = await lab.ask(assertion)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    assert (await lab.ask(lab.assertion())).status_code == 200


async def test_outside_the_demo_the_caller_does_not_say_whom_an_assertion_is_for(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Platform, "demo", property(lambda _: False))
    refused = await lab.ask(lab.assertion())
    assert (refused.status_code, refused.json()["code"]) == (503, "access.audience-unset")


async def test_two_clients_may_use_the_same_jti(lab: Lab) -> None:
    other = await _program(lab.stage)
    for program in (lab, other):
        assert (await program.ask(program.assertion(jti="one"))).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"aud": "https://elsewhere.example/v1/clients:token"},
        {"aud": []},
        {"exp": 0},
        {"exp": 4_000_000_000},
        {"iat": 4_000_000_000},
        {"iss": SOMEBODY},
        {"iss": SOMEBODY, "sub": SOMEBODY},
        {"jti": ""},
        {"jti": "x" * 129},
        {"alg": "none"},
        {"alg": "HS256"},
        {"key": Key()},
    ],
    ids="-".join,
)
async def test_a_wrong_assertion_is_refused_and_none_tells_why(
    lab: Lab, wrong: dict[str, Any]
) -> None:
    answer = await lab.ask(lab.assertion(**wrong))
    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_client", "code": "access.client-refused"}


@pytest.mark.parametrize(
    "text", ["", "x", "a.b", "a.b.c", "..", "é.é.é", "e30.e30.e30", "A" * 9000]
)
async def test_any_other_text_is_no_assertion(lab: Lab, text: str) -> None:
    assert (await lab.ask(text)).status_code in {400, 401}


async def test_a_revoked_client_and_one_of_a_closed_organisation_end_at_once(
    lab: Lab,
) -> None:
    token = await lab.token()
    means = lab.stage.platform.means
    for status, code in (("closed", 401), ("active", 200)):
        async with lab.stage.platform.transaction() as db:
            await access.set_organisation_status(
                db, means, organisation_id=lab.stage.organisation, status=status
            )
        assert (await lab.push(token, TEST)).status_code == code
    async with lab.stage.platform.transaction() as db:
        await service.revoke(db, means, lab.client_id)
    refused = await lab.push(token, TEST)
    assert (refused.status_code, refused.json()["code"]) == (401, "access.client-ended")
    assert (await lab.ask(lab.assertion())).json()["code"] == "access.client-ended"


async def test_an_operator_ends_a_program_at_once_and_nobody_else_does(lab: Lab) -> None:
    token = await lab.token()
    body = {"client_id": str(lab.client_id)}
    guard = await lab.stage.sign_in("guard@stage")
    assert (await guard.post("/v1/clients:revoke", body)).status_code == 403
    operator = await lab.stage.sign_in("operator@stage")
    (listed,) = (await operator.send("GET", "/v1/clients")).json()
    assert (listed["client_id"], listed["ended_at"]) == (body["client_id"], None)
    assert (await lab.push(token, TEST)).status_code == 200
    assert (await operator.send("GET", "/v1/sources")).json() != []
    assert (await operator.post("/v1/clients:revoke", body)).status_code == 204
    assert (await operator.send("GET", "/v1/sources")).json() == []
    assert (await lab.push(token, TEST)).status_code == 401
    assert (await operator.post("/v1/clients:revoke", body)).status_code == 404


async def test_a_token_is_for_its_scopes_and_its_ten_minutes(lab: Lab) -> None:
    answer = await lab.ask(lab.assertion(), scope="people:read")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    used = lab.assertion()
    assert (await lab.ask(used, scope="people:read")).status_code == 400
    assert (await lab.ask(used)).status_code == 401  # it was used up
    token = await lab.token()
    now = lab.stage.platform.clock.now()
    claims = service.read(token, lab.stage.platform.means, now=now)
    assert claims.scopes == ("tests:write",)
    with pytest.raises(TokenExpired):
        service.read(token, lab.stage.platform.means, now=now + timedelta(minutes=10))


async def test_tokens_of_devices_and_of_programs_are_never_taken_for_each_other(
    lab: Lab,
) -> None:
    guard = await lab.stage.sign_in("guard@stage")
    assert guard.token is not None
    assert (await lab.push(guard.token, TEST)).status_code == 401
    token = await lab.token()
    guard.token = token
    assert (await guard.scan("x")).status_code == 401
    changed = token[:-4] + ("AAAA" if token[-4:] != "AAAA" else "BBBB")
    assert (await lab.push(changed, TEST)).status_code == 401
    assert (await lab.push("", TEST)).status_code == 401


async def test_letters_are_seen_by_operators_and_read_and_replayed_by_registrars(
    lab: Lab,
) -> None:
    wrong = {**TEST, "what": {**TEST["what"], "result": "perhaps"}}
    await lab.push(await lab.token(), wrong)
    operator = await lab.stage.sign_in("operator@stage")
    registrar = await lab.stage.sign_in("registrar@stage")
    guard = await lab.stage.sign_in("guard@stage")
    (listed,) = (await operator.send("GET", "/v1/letters")).json()
    assert "Trần" not in json.dumps(listed, ensure_ascii=False)
    body = {"letter_id": listed["letter_id"]}
    for caller in (operator, guard):
        assert (await caller.post("/v1/letters:read", body)).status_code == 403
    read = await registrar.post("/v1/letters:read", body)
    assert "perhaps" in read.json()["text"]
    again = await registrar.post("/v1/letters:replay", body)
    assert again.json() == {"taken": False, "code": "records.code-unknown", "field": "result"}
    done = await registrar.post("/v1/letters:replay", {**body, "corrected": TEST})
    assert done.json()["taken"]
    gone = await registrar.post("/v1/letters:discard", {**body, "reason": "a test"})
    assert gone.status_code == 404
    (source,) = (await operator.send("GET", "/v1/sources")).json()
    assert (source["letters"], source["state"]) == (0, "ok")
    (said,) = (await lab.stage.client.get("/v1/freshness")).json()
    assert said["en"].startswith("The laboratories' results were last read at")
    metrics = await lab.stage.client.get("/metrics/sources")
    assert "motma_source_dead_letters" in metrics.text


async def test_a_laboratory_asks_what_was_decided_of_its_own_records_until_it_says_it_heard(
    lab: Lab,
) -> None:
    stage = lab.stage
    program = await _program(stage, "corrections:read", "tests:write")
    other = await _program(stage, "corrections:read")
    assert (await _next(lab)).status_code == 403
    assert (await program.push(await program.token(), TEST)).json()["taken"] == ["T1"]
    means = stage.platform.means
    claim = Claim(
        full_name="Trần Thị Thử",
        birth="1990-02-03",
        documents=(ShownDocument(kind="cccd", number="001190900001", seen=True),),
    )
    async with stage.platform.transaction() as db:
        await identity.register(db, means, claim, source="desk", assurance=Assurance.SEEN)
        person_id = await db.fetchval("SELECT person_id FROM person ORDER BY person_id DESC")
        record_id = await db.fetchval("SELECT record_id FROM health_record")
        errand = Errand(
            person_id=person_id, claim_id=UUID(int=5), effect="retracted", record_id=record_id
        )
        shown = await records.find(db, means, record_id)
        await corrections.leave(db, means, errand, record=shown, kind="test")
    for _ in range(2):  # an answer that was lost is made again
        (said,) = (await _next(program)).json()
        assert (said["source_id"], said["effect"]) == (
            "T1",
            "retracted",
        )
    assert (await _next(other, said["id"])).json() == []
    assert len((await _next(program)).json()) == 1  # another's word changed nothing
    assert (await _next(program, said["id"], "no-id")).json() == []
    assert (await _next(program)).json() == []


async def _next(program: Program, *heard: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {await program.token()}"}
    return await program.stage.client.post(
        "/v1/corrections:next", json={"heard": list(heard)}, headers=headers
    )
