"""Two people, every route, every role, every id: nobody learns or changes what is not theirs."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from uuid import UUID

import httpx
import pytest
from msgspec import inspect
from tests.staging import CAST, Caller, DeviceKey, Stage

from motma.identity.service import Registered
from motma.storage.pool import Connection
from motma.web.app import OPERATIONS
from motma.web.calls import CALLS
from motma.web.operations import Operation

#: What of the victim must never be heard by anybody who has no business with them.
SECRETS: Final = ("Bí Mật", "BI MAT", "1977", "001177000007", "98765432")
#: Four digits stand by chance in signatures, ids and fractions of a second; a year begins a value.
YEAR: Final = re.compile(r'["| ]1977(?![0-9])')
#: An operator may report any device lost; a registrar's work is to see and change people. An
#: export tells the caller again what they said before, here the victim's ids as labels; whose data
#: stand in it is asked in tests/integration/accounts/test_export.py.
ALLOWED: Final = {
    ("operator@stage", "lose_device"),
    ("wallet", "delete_my_account"),
    ("wallet", "export_me"),
}

#: Whoever knows an event's random id may prove that the log has it; the proof says no more. A
#: checkpoint speaks of nobody, and the first one may come between two calls.
PUBLIC: Final = {"log_proof", "checkpoint"}

#: A value of each type that a body has, made of the id and of what the type says.
VALUES: Final[dict[type, Callable[[Any, str], Any]]] = {
    inspect.StructType: lambda t, v: {f.encode_name: filled(f.type, v) for f in t.fields},
    inspect.StrType: lambda _, v: v,
    inspect.UUIDType: lambda _, v: v if is_uuid(v) else str(UUID(int=1)),
    inspect.LiteralType: lambda t, _: t.values[0],
    inspect.UnionType: lambda t, v: filled(t.types[0], v),
    inspect.ListType: lambda t, v: [filled(t.item_type, v)],
    inspect.VarTupleType: lambda t, v: [filled(t.item_type, v)],
    inspect.DictType: lambda _, v: {"kty": v},
    inspect.BoolType: lambda _t, _v: True,
    inspect.IntType: lambda _t, _v: 1,
    inspect.FloatType: lambda _t, _v: 1.0,
    inspect.AnyType: lambda _, v: v,
    inspect.DateType: lambda _t, _v: "2026-01-01",
    inspect.DateTimeType: lambda _t, _v: None,
    inspect.BytesType: lambda _t, _v: "",
}


def stands(secret: str, text: str) -> bool:
    """Whether a secret is told in an answer."""
    return bool(YEAR.search(text)) if secret == "1977" else secret in text


def filled(kind: Any, value: str) -> Any:
    """A body in which the id stands wherever it fits."""
    info = kind if isinstance(kind, inspect.Type) else inspect.type_info(kind)
    return VALUES[type(info)](info, value)


def is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def requests(operation: Operation, value: str) -> tuple[str, str, Any]:
    """Method, path and body with the id in every place that takes one."""
    path = operation.path.replace("{scan_id}", value)
    query = "&".join(f"{name}={value}" for name in operation.query)
    body = None if operation.body is None else filled(operation.body, value)
    return operation.method, f"{path}?{query}" if query else path, body


KEPT: Final = (
    "SELECT profile, version, qid, merged_into FROM person WHERE person_id = $1",
    "SELECT state, issue_no FROM qid WHERE person_id = $1",
    "SELECT device_id, status FROM device WHERE person_id = $1",
    "SELECT s.ended_at FROM session s JOIN device d USING (device_id) WHERE d.person_id = $1",
    "SELECT * FROM document WHERE person_id = $1",
    "SELECT * FROM guardian WHERE dependant_id = $1 OR guardian_id = $1",
    "SELECT * FROM review_case WHERE person_id = $1",
)


async def photograph(db: Connection, person: Registered) -> list[Any]:
    """All that is kept of the victim."""
    return [await db.fetch(statement, person.person_id) for statement in KEPT]


async def victim(stage: Stage) -> tuple[Registered, dict[str, str]]:
    """Somebody with a wallet, a scan and a guardian, and every id that leads to them."""
    person = await stage.person(
        full_name="Bí Mật", birth="1977-07-07", number="001177000007", phones=("0987654321",)
    )
    wallet = await stage.wallet(person.person_id)
    guard = await stage.sign_in("guard@stage")
    code = (await wallet.send("GET", "/v1/me/code")).json()["text"]
    scanned = (await guard.scan(code)).json()
    return person, {
        "qid": person.qid,
        "person": str(person.person_id),
        "device": wallet.device_id,
        "session": wallet.session_id,
        "scan": scanned["scan_id"],
        "number": "001177000007",
    }


def made_up(value: str) -> str:
    """An id of the same shape that leads to nobody."""
    if is_uuid(value):
        return str(UUID(int=UUID(value).int ^ 0xFFFF))
    return value[:-5] + str(10**5 - 1 - int(value[-5:])).zfill(5)


def foreign(login: str) -> Iterator[Operation]:
    """Operations this caller has no business with; signing out names nobody and ends the test."""
    for operation in OPERATIONS:
        desk = login == "registrar@stage" and operation.tag in {"people", "printing"}
        if not desk and operation.name != "end_session" and (login, operation.name) not in ALLOWED:
            yield operation


def allow_more(stage: Stage, caller: Caller) -> None:
    """Forget how often they called: all routes with all ids are more than a minute may have."""
    if caller.device_id:
        at_s = stage.platform.clock.now().timestamp()
        stage.platform.counters.clear(CALLS, UUID(caller.device_id).bytes, at_s=at_s)


def heard(answer: httpx.Response) -> tuple[int, Any]:
    """What can be told apart: status and code of the problem."""
    return answer.status_code, answer.json().get("code") if answer.is_error else None


@pytest.mark.parametrize("login", ["nobody", "wallet", *(c for c in CAST if c != "guard@stage")])
async def test_nobody_learns_or_changes_what_is_not_theirs(on_stage: Stage, login: str) -> None:
    person, ids = await victim(on_stage)
    if login == "nobody":
        caller = Caller(on_stage.client, DeviceKey(), on_stage.platform.clock)
    elif login == "wallet":
        other = await on_stage.person(phones=())
        caller = await on_stage.wallet(other.person_id)
    else:
        caller = await on_stage.sign_in(login)
    async with on_stage.platform.pool.acquire() as db:
        before = await photograph(db, person)

    for operation in foreign(login):
        allow_more(on_stage, caller)
        for value in ids.values():
            answers = [
                await caller.send(*requests(operation, each)) for each in (value, made_up(value))
            ]
            where = (login, operation.name, [(a.status_code, a.text[:200]) for a in answers])
            sent = str(requests(operation, value))
            for answer in answers:
                assert answer.status_code < 500, where
                leaked = [s for s in (*SECRETS, *ids.values()) if stands(s, answer.text)]
                assert not [s for s in leaked if s not in sent], where
                if operation.auth == "person" and login != "wallet":
                    assert answer.status_code in {401, 403, 400}, where
                if operation.auth in {"reader", "person"} and login == "nobody":
                    assert answer.status_code in {400, 401}, where
                if operation.tag == "people" and operation.auth == "reader":
                    assert answer.status_code in {400, 401, 403}, where
            if operation.name not in PUBLIC and 429 not in {a.status_code for a in answers}:
                assert heard(answers[0]) == heard(answers[1]), where

    async with on_stage.platform.pool.acquire() as db:
        assert await photograph(db, person) == before
    wallet = await on_stage.wallet(person.person_id)
    reads = (await wallet.send("GET", "/v1/me/reads")).json()
    assert [read["role"] for read in reads] == ["place"]
