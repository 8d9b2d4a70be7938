"""Whatever the API description allows or forbids, sent as anybody: no answer is a defect."""

import asyncio
import warnings
from collections.abc import Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from tests.staging import CAST, ORIGIN, Caller, DeviceKey, Stage, stage

from motma.web import openapi
from motma.web.app import OPERATIONS

#: Cases for each operation, caller and mode; all callers together take well under a minute.
EXAMPLES: Final = 2
#: Names in bodies for which somebody real is put now and then.
OF_PEOPLE: Final = frozenset({"qid", "into", "dependant", "guardian"})
SKIPPED: Final = frozenset({"end_session"})  # the caller would be nobody from then on

_bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


class Theatre:
    """A stage that sync code can play on: Hypothesis draws, one loop serves."""

    def __init__(self, database: str, home: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self._exits = AsyncExitStack()
        self.stage = self.run(self._exits.enter_async_context(stage(database, home)))
        self.qids = self.run(self._people(self.stage))
        self.heard: set[tuple[str, int]] = set()

    def run(self, coroutine: Any) -> Any:
        """The result of an async call."""
        return self.loop.run_until_complete(coroutine)

    def close(self) -> None:
        """Let go of everything."""
        self.run(self._exits.aclose())
        self.loop.close()

    def caller(self, login: str) -> Caller:
        """Somebody of the cast, a person on a wallet, or nobody."""
        if login == "nobody":
            return Caller(self.stage.client, DeviceKey(), self.stage.platform.clock)
        if login == "wallet":
            person = self.run(self.stage.person(number="001190000007", phones=()))
            caller: Caller = self.run(self.stage.wallet(person.person_id))
            return caller
        signed_in: Caller = self.run(self.stage.sign_in(login))
        return signed_in

    @staticmethod
    async def _people(on: Stage) -> list[str]:
        adult = await on.person()
        child = await on.person(full_name="Thử Con", birth="2020", documents=(), phones=())
        return [adult.qid, child.qid]


@pytest.fixture
def theatre(database: str, tmp_path: Path) -> Iterator[Theatre]:
    made = Theatre(database, tmp_path / "home")
    yield made
    made.close()


def with_people(body: Any, qid: str) -> Any:
    """The body, with a real person where it names one."""
    if not isinstance(body, dict):
        return body
    return {name: qid if name in OF_PEOPLE else value for name, value in body.items()}


async def send(caller: Caller, case: Case[Any], qid: str | None) -> httpx.Response:
    """What Schemathesis made, with the caller's token and a proof of this very request."""
    sent = case.as_transport_kwargs(base_url=ORIGIN)
    if qid is not None and "json" in sent:
        sent["json"] = with_people(sent["json"], qid)
    sent.pop("cookies", None)
    request = caller.client.build_request(**sent)
    now = caller.clock.now()
    url = f"{ORIGIN}{request.url.raw_path.partition(b'?')[0].decode()}"
    if "dpop" not in request.headers:
        proof = caller.key.proof(request.method, url, token=caller.token, at=now)
        request.headers["DPoP"] = proof
    if caller.token is not None:
        request.headers["Authorization"] = f"DPoP {caller.token}"
    return await caller.client.send(request)


def play(theatre: Theatre, caller: Caller, operation: Any, mode: GenerationMode) -> None:
    """Send some cases of an operation and look at each answer."""

    @_bounded
    @given(
        case=operation.as_strategy(generation_mode=mode),
        qid=st.none() | st.sampled_from(theatre.qids),
    )
    def one(case: Case[Any], qid: str | None) -> None:
        answer = theatre.run(send(caller, case, qid))
        theatre.heard.add((operation.definition.raw["operationId"], answer.status_code))
        assert answer.status_code < 500, (operation.path, answer.text, case.body)
        if answer.status_code >= 400 and operation.path.startswith("/v1/"):
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"]

    one()


@pytest.mark.parametrize("login", ["nobody", "wallet", *CAST])
def test_no_case_of_the_description_is_answered_by_a_defect(theatre: Theatre, login: str) -> None:
    document = openapi.document(OPERATIONS)
    caller = theatre.caller(login)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Schemathesis's own, about strategies
        schema = schemathesis.openapi.from_dict(document)
        for found in schema.get_all_operations():
            operation: Any = found.ok()  # type: ignore[union-attr]
            if operation.definition.raw["operationId"] in SKIPPED:
                continue
            play(theatre, caller, operation, GenerationMode.POSITIVE)
            takes = operation.definition.raw.get(
                "requestBody", operation.definition.raw["parameters"]
            )
            if takes:
                play(theatre, caller, operation, GenerationMode.NEGATIVE)
    expected = {"registrar@stage": ("list_cases", 200), "wallet": ("my_code", 200)}
    assert expected.get(login, ("my_code", 401 if login == "nobody" else 403)) in theatre.heard
