"""Chains of operations along the links of the API description, as anybody: no defect on the way."""

import warnings
from contextlib import suppress
from types import ModuleType
from typing import Any, ClassVar, Final

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import Flaky
from schemathesis import Case
from schemathesis.core.transport import Response
from tests.staging import CAST, Caller, DeviceKey, person_claim
from tests.theatre import OF_PEOPLE, Theatre, send

from motma.access import service as access
from motma.identity import ending
from motma.kernel.ids import uuid7
from motma.web import openapi
from motma.web.app import OPERATIONS

#: Runs for each caller, chains in each run, steps in each chain.
RUNS: Final = 4
RUNS_AT_THE_DESK: Final = 12  # a device may call 600 times a minute
CHAINS: Final = 4
STEPS: Final = 12
#: Of the grown-up on the stage.
PHONE: Final = "0912345678"

_bounded = settings(
    max_examples=CHAINS,
    stateful_step_count=STEPS,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def well_formed(operation: str, caller: Caller, number: int) -> dict[str, Any]:
    """What makes a step succeed where chance never would; the rest stays as drawn or linked."""
    claim = person_claim(number=f"00119000{number:04d}", phones=())
    known: dict[str, dict[str, Any]] = {
        "register_person": dict(msgspec.to_builtins(claim)),
        "correct_person": {"claim": msgspec.to_builtins(claim)},
        "link_document": {"document": {"kind": "passport", "number": f"B100{number:04d}"}},
        "search_people": {"full_name": claim.full_name, "birth": claim.birth, "phone": PHONE},
        "merge_people": {"reason": "the same"},
        "replace_qid": {"reason": "leaked"},
        "revoke_qid": {"reason": "leaked"},
        "print_code": {"form": "phone"},
        "handle_scan": {"action": "admitted"},
        "enrol_device": {"public_jwk": DeviceKey().jwk},
    }
    if caller.place is not None:
        at = {"checkpoint": str(caller.place.place_id), "purpose": caller.purpose}
        known["scan"] = at | {"scan_id": str(uuid7(caller.clock.now())), "at": None, "case": None}
    return known.get(operation, {})


def machine_of(theatre: Theatre, login: str) -> Any:
    """Chains of Schemathesis's, played on this stage by this caller."""
    schema = schemathesis.openapi.from_dict(openapi.document(OPERATIONS))
    caller = theatre.caller(login)

    class Chains(schema.as_state_machine()):  # type: ignore[misc]
        """Sends each step through the stage and looks at each answer."""

        sent: ClassVar[int] = 0
        defects: ClassVar[list[str]] = []

        def setup(self) -> None:
            theatre.forgive()
            # a chain in which the person loses the device ends there, the next begins anew
            self.caller = theatre.caller(login) if login == "wallet" else caller

        def call(self, case: Case[Any], **_kwargs: Any) -> Response:
            name = case.operation.definition.raw["operationId"]
            type(self).sent += 1
            if isinstance(case.body, dict):
                case.body |= well_formed(name, self.caller, type(self).sent)
                for part in OF_PEOPLE & case.body.keys():
                    if not str(case.body[part]).isdecimal():  # drawn, not linked
                        case.body[part] = theatre.somebody()
            answer: httpx.Response = theatre.run(send(self.caller, case, None))
            theatre.heard.add((name, answer.status_code))
            return Response.from_any(answer)

        def validate_response(self, response: Response, case: Case[Any], **_kwargs: Any) -> None:
            if defect := defect_of(response, case):
                type(self).defects.append(defect)

    return Chains


def defect_of(response: Response, case: Case[Any]) -> str | None:
    """Why this answer is a defect: it is no problem document, or one of the server's own."""
    label, status = case.operation.label, response.status_code
    if status >= 500:
        return f"{label}: {response.content!r} after {case.body!r}"
    if status < 400 or not case.operation.path.startswith("/v1/"):
        return None
    kind = response.headers["content-type"]
    return None if kind == ["application/problem+json"] and response.json()["code"] else label


def play(theatre: Theatre, login: str) -> list[str]:
    """Play the chains; the defects met.

    Chains share the stage, so what one did the next meets: Hypothesis takes that for a test that
    is flaky and ends the run. The defects of a run that ended so were noted before.
    """
    machine = machine_of(theatre, login)
    runs = RUNS_AT_THE_DESK if login in {"registrar@stage", "wallet"} else RUNS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Schemathesis's own, about strategies
        for number in range(runs):
            if machine.defects:
                break
            with suppress(Flaky):
                seed(number)(machine).run(settings=_bounded)
    return list(machine.defects)


#: What a caller must have reached, or the chains led nowhere.
REACHED: Final = {
    "nobody": {("my_code", 401), ("find_person", 401)},
    "wallet": {("my_code", 200), ("lose_my_device", 204), ("find_person", 403)},
    "registrar@stage": {
        ("register_person", 200),
        ("find_person", 200),
        ("correct_person", 200),
        ("replace_qid", 200),
        ("revoke_qid", 204),
        ("merge_people", 200),
        ("undo_merge", 200),
        ("print_code", 200),
        ("scan", 200),
        ("enrol_device", 201),
    },
}


@pytest.mark.parametrize("login", ["nobody", "wallet", *CAST])
def test_no_chain_along_the_links_ends_in_a_defect(theatre: Theatre, login: str) -> None:
    assert play(theatre, login) == []
    expected: set[tuple[str, int]] = REACHED.get(login, {("find_person", 403), ("my_code", 403)})
    missed = expected - theatre.heard
    assert len(missed) <= len(expected) // 4, missed  # chance draws: another API, other chains


@pytest.mark.parametrize(
    ("login", "module", "name", "path"),
    [
        # each declines unless a step before it made what it asks for
        ("registrar@stage", ending, "undo_merge", "POST /v1/people:undo-merge"),
        ("wallet", access, "lose", "POST /v1/me/devices:lose"),
    ],
    ids=["registrar", "wallet"],
)
def test_a_defect_that_only_a_chain_can_reach_is_found(
    theatre: Theatre,
    monkeypatch: pytest.MonkeyPatch,
    login: str,
    module: ModuleType,
    name: str,
    path: str,
) -> None:
    whole = getattr(module, name)

    async def broken(*args: Any, **kwargs: Any) -> Any:
        if await whole(*args, **kwargs) is not False:
            raise RuntimeError("a mutant")
        return False

    monkeypatch.setattr(module, name, broken)
    defects = play(theatre, login)
    assert defects
    assert all(each.startswith(path) for each in defects)
