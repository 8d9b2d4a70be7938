"""Every role has decided every field; what is not granted is forbidden, with one code."""

import copy
import itertools
import json
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import pytest

from motma.access import policy
from motma.access.errors import Forbidden
from motma.access.model import PLACE_KINDS
from motma.access.policy import FIELDS, current, evaluate
from motma.identity.model import Attribute, Held, Profile
from motma.scan import model as scan

SOURCE: dict[str, Any] = json.loads(files("motma.access").joinpath("policy.json").read_text())
ROLES = tuple(SOURCE["roles"])


def whole_person() -> Profile:
    """Somebody of whom every field is known."""
    now = datetime(2026, 1, 1, tzinfo=UTC)

    def known(value: str) -> Attribute:
        return Attribute(value, 2, now, "test")

    return Profile(
        full_name=known("Thử Thị Nghiệm"),
        birth=known("1990-02-03"),
        sex=known("female"),
        nationality=known("VNM"),
        address=known("Thôn 1"),
        phones=(known("+84912345678"),),
        documents=(
            Held("cccd", "001190000001", 2, now, "test"),
            Held("bhyt", "HS4010120878821", 2, now, "test"),
        ),
    )


@pytest.mark.parametrize(("role", "field"), list(itertools.product(ROLES, FIELDS)))
def test_a_role_sees_a_field_somewhere_exactly_when_it_may(role: str, field: str) -> None:
    views = [view for view in current().views.values() if view.role == role]
    person = whole_person()
    seen = {name for view in views for name in scan.who(person, view.fields)}
    seen |= {name for view in views for name in view.fields & scan.BESIDE}
    assert (field in seen) == (SOURCE["roles"][role]["may_see"][field] == "yes")


def test_each_field_of_the_policy_can_be_read_and_no_other() -> None:
    assert {*scan.FIELD_READERS, *scan.BESIDE} == set(FIELDS)


@pytest.mark.parametrize("role", [*ROLES, "unknown"])
def test_what_is_not_granted_is_forbidden_with_one_code(role: str) -> None:
    purposes = [*SOURCE["purposes"], "unknown"]
    for purpose, kind in itertools.product(purposes, [*PLACE_KINDS, "unknown"]):
        if (role, purpose, kind) in current().views:
            continue
        with pytest.raises(Forbidden):
            current().view(role, purpose, kind)


@pytest.mark.parametrize("role", ["inspector", "operator", "authority"])
def test_who_needs_no_people_sees_none(role: str) -> None:
    assert current().purposes_of(role) == []


def test_a_tracer_alone_needs_a_case() -> None:
    assert {v.role for v in current().views.values() if v.needs_case} == {"tracer"}


@pytest.mark.parametrize("role", ROLES)
def test_a_new_field_fails_until_each_role_decides(
    role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(policy, "FIELDS", (*FIELDS, "religion"))
    source = copy.deepcopy(SOURCE)
    source["fields"].append("religion")
    for name, body in source["roles"].items():
        if name != role:
            body["may_see"]["religion"] = "no"
    with pytest.raises(ValueError, match=role):
        evaluate(source)
    source["roles"][role]["may_see"]["religion"] = "no"
    assert evaluate(source).views.keys() == current().views.keys()


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s["fields"].append("religion"),
        lambda s: s["roles"]["place"]["grants"][0]["sees"].append("phones"),
        lambda s: s["roles"]["place"]["may_see"].update(phones="yes"),
        lambda s: s["roles"]["place"]["may_see"].update(phones="maybe"),
        lambda s: s["roles"]["place"]["grants"][0]["purposes"].append("curiosity"),
    ],
)
def test_a_policy_that_contradicts_itself_is_refused(change: Any) -> None:
    source = copy.deepcopy(SOURCE)
    change(source)
    with pytest.raises(ValueError, match=r"role|FIELDS"):
        evaluate(source)


def test_every_role_purpose_and_reason_has_two_languages() -> None:
    bodies = [body[part] for body in SOURCE["roles"].values() for part in ("name", "why")]
    for texts in (*bodies, *SOURCE["purposes"].values()):
        assert texts["vi"].strip()
        assert texts["en"].strip()
