"""Whatever is sent: one clear problem with a permanent code, nothing half-written or echoed."""

import gzip
import json
from typing import Any, Final

import httpx
from tests.staging import Stage

from motma.web.app import OPERATIONS

JSON = {"content-type": "application/json"}
MARK = "Zyxwvut"  # must never come back
CLAIM: dict[str, Any] = {"full_name": f"Thử {MARK}", "birth": "1990-02-03"}


async def send(stage: Stage, body: bytes, **headers: str) -> httpx.Response:
    """Send bytes to the one operation that anybody may use to write."""
    return await stage.client.post("/v1/registrations", content=body, headers=JSON | headers)


async def people(stage: Stage) -> int:
    async with stage.platform.pool.acquire() as db:
        found: int = await db.fetchval("SELECT count(*) FROM person")
    return found


def check(answer: httpx.Response, status: int, code: str) -> None:
    """The problem document, whole and without a word of the input."""
    assert (answer.status_code, answer.json().get("code")) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "code"} <= set(problem)
    assert problem["type"] == f"/problems/{code}"
    assert MARK.lower() not in answer.text.lower()


def raw(**changes: object) -> bytes:
    return json.dumps(CLAIM | changes).encode()


BODIES: Final[list[tuple[bytes, str]]] = [
    (b"", "request.json"),
    (b"{", "request.json"),
    (b"\xff\xfe" + raw(), "request.json"),
    (raw().decode().encode("utf-16"), "request.json"),
    (b"\xef\xbb\xbf" + raw(), "request.json"),
    ("{'full_name': 'Đ'}".encode("cp1258", "replace"), "request.json"),
    (raw()[:-1] + b',"birth":"1991"}', "request.doubled-name"),
    (b"[" * 10_000 + b"]" * 10_000, "request.json"),
    (b'{"full_name":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "request.json"),
    (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "request.json"),
    (b"9" * 10_000, "request.json"),
    (b'{"full_name":1e999999}', "request.json"),
    (b'{"full_name":"\\ud800' + MARK.encode() + b'","birth":"1990"}', "request.json"),
    (b'{"full_name":"\xed\xa0\x80","birth":"1990"}', "request.json"),
    (raw(**{MARK: 1}), "request.json"),
    (raw(documents="x"), "request.json"),
    (raw(documents=[{"kind": "cccd", "number": 1}]), "request.json"),
    (raw(commune_as_of=MARK), "request.json"),
    (b"NaN", "request.json"),
    (raw(full_name=f"{MARK}\x00"), "name.control"),
    (raw(full_name=f"{MARK}\u202e"), "name.control"),
    (raw(full_name=f"{MARK}\x1b[31m"), "name.control"),
    (raw(full_name=f"<script>{MARK}</script>"), "name.markup"),
    (raw(full_name=f"{MARK}'; DROP TABLE person;--"), "name.not-a-letter"),
    (raw(full_name=f"=HYPERLINK({MARK})"), "name.formula"),
    (raw(full_name=MARK * 1000), "name.too-long"),
    (raw(full_name="a" + "\u0301" * 500), "name.too-long"),
    (raw(birth=MARK), "birth.not-a-date"),
    (raw(birth="9999999999"), "birth.not-a-date"),
    (raw(sex=MARK), "identity.sex"),
    (raw(address=f"{MARK}\n\x07"), "identity.address"),
    (raw(phones=[MARK]), "phone.not-a-number"),
    (raw(documents=[{"kind": MARK, "number": "1"}]), "document.unknown-kind"),
    (raw(documents=[{"kind": "cccd", "number": MARK}]), "document.cccd-not-12-digits"),
    (raw(nationality=MARK), "identity.country"),
]


async def test_a_body_that_cannot_be_read_is_one_problem(on_stage: Stage) -> None:
    for body, code in BODIES:
        check(await send(on_stage, body), 400, code)
    assert await people(on_stage) == 0


HEADERS: Final[list[tuple[dict[str, str], str]]] = [
    ({"content-type": "text/plain"}, "request.content-type"),
    ({"content-type": "application/x-www-form-urlencoded"}, "request.content-type"),
    ({"content-type": f"application/json; charset={MARK}"}, "request.charset"),
    ({"content-type": 'application/json; charset="utf-16"'}, "request.charset"),
    ({"content-encoding": "gzip"}, "request.content-encoding"),
    ({"content-encoding": MARK}, "request.content-encoding"),
]


async def test_only_plain_json_in_utf_8_is_taken(on_stage: Stage) -> None:
    for headers, code in HEADERS:
        body = gzip.compress(b" " * 10_000_000) if "gzip" in headers.values() else raw()
        check(await send(on_stage, body, **headers), 400, code)
    fine = await send(on_stage, raw(), **{"content-type": "Application/JSON; Charset=UTF-8"})
    assert fine.status_code == 202


async def test_a_body_is_refused_before_more_than_its_limit_is_taken_in(on_stage: Stage) -> None:
    check(await send(on_stage, b" " * 65_537), 400, "request.too-large")
    taken = 0

    async def endless() -> Any:
        nonlocal taken
        for _ in range(1000):
            taken += 1024
            yield b" " * 1024

    answer = await on_stage.client.post("/v1/registrations", content=endless(), headers=JSON)
    check(answer, 400, "request.too-large")
    lying = await send(on_stage, raw(), **{"content-length": "99999999999999999999"})
    check(lying, 400, "request.too-large")


async def test_a_wrong_method_is_told_and_an_odd_path_too(on_stage: Stage) -> None:
    request = on_stage.client.request
    for operation in OPERATIONS:
        path = operation.path.replace("{scan_id}", "x")
        there = {other.method for other in OPERATIONS if other.path == operation.path}
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "BREW"} - there:
            refused = await request(method, path)
            check(refused, 405, "request.method")
            assert there <= set(refused.headers["allow"].split(", "))
        for tail in (f"/{MARK}", "/../x", "%00", "/%f0%9f", "'--"):
            answer = await request("PUT", path + tail)
            assert answer.status_code in {404, 405}
            assert MARK not in answer.text


async def test_text_that_the_database_cannot_keep_is_a_problem_and_changes_nothing(
    on_stage: Stage,
) -> None:
    person = await on_stage.person()
    registrar = await on_stage.sign_in("registrar@stage")
    for text in ("\x00", "a\x00b", "\x1b[2J", "\u202e", "\ufeff"):
        for path, body in (
            ("revoke", {"qid": person.qid, "reason": text}),
            ("merge", {"qid": person.qid, "into": text, "reason": "x"}),
            ("find", {"qid": text}),
            ("guardian", {"dependant": person.qid, "guardian": person.qid, "evidence": text}),
            ("reissue", {"qid": person.qid + text}),
        ):
            answer = await registrar.post(f"/v1/people:{path}", body)
            assert answer.status_code in {400, 404, 409}, (path, answer.text)
            assert answer.json()["code"].partition(".")[0] in {"request", "identity"}
    found = (await registrar.post("/v1/people:find", {"qid": person.qid})).json()
    assert [q["state"] for q in found["qids"]] == ["active"]


async def test_a_made_up_cursor_is_a_problem(on_stage: Stage) -> None:
    person = await on_stage.person()
    wallet = await on_stage.wallet(person.person_id)
    for path in ("/v1/me/reads", "/v1/me/notices"):
        for after in ("x", "é", "A" * 54, "=" * 1000, "%00", MARK):
            answer = await wallet.send("GET", f"{path}?after={after}")
            check(answer, 400, "audit.cursor-malformed")


async def test_reads_come_in_pages_that_link_to_the_next(on_stage: Stage) -> None:
    person = await on_stage.person()
    wallet = await on_stage.wallet(person.person_id)
    registrar = await on_stage.sign_in("registrar@stage")
    for _ in range(53):
        await registrar.post("/v1/people:find", {"qid": person.qid})
    first = await wallet.send("GET", "/v1/me/reads")
    assert first.links["next"]["url"].startswith("/v1/me/reads?after=")
    second = await wallet.send("GET", first.links["next"]["url"])
    assert (len(first.json()), len(second.json())) == (50, 3)
    assert "next" not in second.links
    ids = [read["event_id"] for answer in (first, second) for read in answer.json()]
    assert len(set(ids)) == 53
