"""Two people × every operation, role and id: nobody hears of the other what is not theirs to hear.

Every text in a made-up request may be one of Bình's: QID, person, device, session, document, phone,
name, the text of the code. Whatever An or a reader without the right gets back, nothing of Bình
stands in it but what they sent themselves.
"""

import warnings
from dataclasses import dataclass
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from tests.staging import CAST, Caller
from tests.theatre import Theatre, send

from motma.kernel import names
from motma.web import openapi
from motma.web.app import OPERATIONS

#: Requests for each operation and caller.
EXAMPLES: Final = 4
NAME: Final = "Quách Thị Bình Minh"
NUMBER: Final = "001185345678"
PHONE: Final = "0987654321"
BIRTH: Final = "1985-07-09"
SITE: Final = "Trạm y tế phường Xóm Mới Lạ"
CLAIM: Final = {
    "wish": "missing",
    "expected": {"type": "dose", "day": "2021-09-03", "site": SITE},
}
#: The registrar's desk may see anybody; the scan's own views are tested field by field.
SEES_PEOPLE: Final = "registrar@stage"
SCANS: Final = {"scan", "scan_batch", "scan_picture"}
#: The caller would be nobody, or on another device, from then on.
ENDING: Final = {
    "end_session",
    "sign_in",
    "renew_session",
    "enrol_device",
    "lose_my_device",
    "delete_my_account",
}

#: Tell the caller again what they said before, such as Bình's name as a label or a reason; whose
#: data stand in an export is asked in tests/integration/accounts/test_export.py, in an inbox in
#: tests/integration/inbox/test_inbox.py.
ECHOING: Final = {"export_me", "my_inbox"}

_bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """Bình: what a stranger may send of her, and what must not come back."""

    handles: dict[str, str]  # by the name under which a request asks for it
    secrets: tuple[str, ...]


def other(theatre: Theatre) -> Other:
    """Bình with a wallet and a code."""
    person = theatre.run(
        theatre.stage.person(full_name=NAME, number=NUMBER, phones=(PHONE,), birth=BIRTH)
    )
    wallet = theatre.run(theatre.stage.wallet(person.person_id))
    code = theatre.run(wallet.send("GET", "/v1/me/code")).json()["text"]
    claim = theatre.run(wallet.post("/v1/me/claims", CLAIM)).json()
    person_id = str(person.person_id)
    handles = {
        "qid": person.qid,
        "into": person.qid,
        "dependant": person.qid,
        "guardian": person.qid,
        "person_id": person_id,
        "dependant_id": person_id,
        "device_id": wallet.device_id,
        "session_id": wallet.session_id,
        "claim_id": claim["claim_id"],
        "full_name": NAME,
        "number": NUMBER,
        "phone": PHONE,
        "birth": BIRTH,
    }
    secrets = {*handles.values(), names.fold(NAME), SITE, wallet.token or ""}
    return Other(handles=handles | {"code": code}, secrets=tuple(sorted(secrets)))


def aimed(value: Any, handles: dict[str, str], draw: Any, name: str = "") -> Any:
    """The value with texts in it replaced by handles: the one of that name, or any."""
    if isinstance(value, dict):
        return {name: aimed(part, handles, draw, name) for name, part in value.items()}
    if isinstance(value, list):
        return [aimed(part, handles, draw, name) for part in value]
    if not isinstance(value, str) and value is not None:
        return value
    if name in handles and draw(st.integers(0, 3)):
        return handles[name]
    return draw(st.just(value) | st.sampled_from(sorted(handles.values())))


def leaked(answer: httpx.Response, secrets: tuple[str, ...]) -> set[str]:
    """What of the secrets stands in the answer and was not sent by the caller."""
    request = answer.request
    sent = f"{request.url} {request.content.decode('utf-8', 'replace')}"
    heard = f"{dict(answer.headers)} {answer.content.decode('utf-8', 'replace')}"
    return {each for each in secrets if each in heard and each not in sent}


def ask(theatre: Theatre, caller: Caller, operation: Any, whose: Other) -> set[str]:
    """What an operation leaks, asked with Bình's handles."""
    found: set[str] = set()

    @_bounded
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE), data=st.data())
    def one(case: Case[Any], data: st.DataObject) -> None:
        case.body = aimed(case.body, whose.handles, data.draw)
        for texts in (case.query, case.path_parameters):
            if texts:
                texts.update(aimed(dict(texts), whose.handles, data.draw))
        found.update(leaked(theatre.run(send(caller, case, None)), whose.secrets))

    one()
    return found


def ask_everything(
    theatre: Theatre, caller: Caller, whose: Other, skipped: set[str]
) -> dict[str, set[str]]:
    """What leaks, by operation."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Schemathesis's own, about strategies
        schema = schemathesis.openapi.from_dict(openapi.document(OPERATIONS))
        operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
        found = {
            name: ask(theatre, caller, operation, whose)
            for operation in operations
            if (name := operation.definition.raw["operationId"]) not in skipped
        }
    return {name: leaks for name, leaks in found.items() if leaks}


@pytest.mark.parametrize("login", ["nobody", "wallet", *sorted(CAST.keys() - {SEES_PEOPLE})])
def test_nothing_of_another_person_comes_back(theatre: Theatre, login: str) -> None:
    whose = other(theatre)
    skipped = ENDING | ECHOING | (SCANS if login in CAST else set())
    assert ask_everything(theatre, theatre.caller(login), whose, skipped) == {}


def test_the_search_for_leaks_finds_what_a_registrar_may_see(theatre: Theatre) -> None:
    whose = other(theatre)
    found = ask_everything(theatre, theatre.caller(SEES_PEOPLE), whose, ENDING | SCANS)
    assert NAME in found["find_person"]
