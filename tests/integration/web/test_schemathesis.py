"""Whatever the API description allows or forbids, sent as anybody: no answer is a defect."""

import warnings
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from tests.staging import CAST, Caller
from tests.theatre import Theatre, send

from motma.web import openapi
from motma.web.app import OPERATIONS

#: Cases for each operation, caller and mode; all callers together take well under a minute.
EXAMPLES: Final = 2
SKIPPED: Final = frozenset(
    {"end_session", "delete_my_account"}
)  # the caller would be nobody from then on

_bounded = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


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
