"""Roles × purposes × kinds of place → view: versioned data, evaluated once into a table."""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

from motma.access.errors import Forbidden
from motma.audit.model import KEEP

#: Every field of a person that a view may show; a new one needs a decision for each role.
FIELDS: Final = (
    "masked_name",
    "full_name",
    "birth_year",
    "birth",
    "sex",
    "nationality",
    "documents",
    "bhyt",
    "phones",
    "address",
    "card",
    "card_reasons",
    "records",
)


#: A read that is told late is still there this long for the person to find.
_LEFT_TO_READ: Final = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a role may see for a purpose at a kind of place."""

    role: str
    purpose: str
    place_kind: str
    fields: frozenset[str]
    needs_case: bool
    told_after: timedelta  # the person finds such a read in their list this much later


@dataclass(frozen=True, slots=True)
class Policy:
    """A version of the policy; `views` is the evaluated table."""

    version: int
    source: dict[str, Any]
    views: dict[tuple[str, str, str], View]

    def view(self, role: str, purpose: str, place_kind: str) -> View:
        """The view, or `Forbidden`: one answer for everything a role cannot do."""
        found = self.views.get((role, purpose, place_kind))
        if found is None:
            raise Forbidden
        return found

    def purposes_of(self, role: str) -> list[str]:
        """The purposes for which a role sees anybody, in the policy's order."""
        able = {purpose for (r, purpose, _) in self.views if r == role}
        return [purpose for purpose in self.source["purposes"] if purpose in able]

    def role_name(self, role: str) -> dict[str, str]:
        """The role's name in vi and en."""
        return dict(self.source["roles"][role]["name"])

    def purpose_text(self, purpose: str) -> dict[str, str]:
        """The purpose in vi and en."""
        return dict(self.source["purposes"][purpose])

    def why(self, role: str) -> dict[str, str]:
        """Why the role may see what it sees, in vi and en."""
        return dict(self.source["roles"][role]["why"])


def evaluate(source: dict[str, Any]) -> Policy:
    """Spread the grants into a table; ValueError when a role has not decided every field."""
    if tuple(source["fields"]) != FIELDS:
        raise ValueError("policy.json and FIELDS differ: decide the new field for every role")
    views: dict[tuple[str, str, str], View] = {}
    for role, body in source["roles"].items():
        _check(role, body, purposes=set(source["purposes"]))
        told_after = _told_after(role, body)
        for grant in body["grants"]:
            for purpose in grant["purposes"]:
                for place_kind in grant["places"]:
                    views[role, purpose, place_kind] = View(
                        role=role,
                        purpose=purpose,
                        place_kind=place_kind,
                        fields=frozenset(grant["sees"]),
                        needs_case=body.get("needs_case", False),
                        told_after=told_after,
                    )
    return Policy(source["version"], source, views)


def _check(role: str, body: dict[str, Any], *, purposes: set[str]) -> None:
    """The role says yes or no to every field, and its grants show exactly what it says yes to."""
    decided = body["may_see"]
    if tuple(decided) != FIELDS or not set(decided.values()) <= {"yes", "no"}:
        raise ValueError(f"role {role}: may_see must say yes or no to every field, in order")
    shown = {field for grant in body["grants"] for field in grant["sees"]}
    if shown != {field for field, answer in decided.items() if answer == "yes"}:
        raise ValueError(f"role {role}: its grants and may_see differ")
    if not {purpose for grant in body["grants"] for purpose in grant["purposes"]} <= purposes:
        raise ValueError(f"role {role}: unknown purpose in a grant")


def _told_after(role: str, body: dict[str, Any]) -> timedelta:
    """How long a role's reads stay untold: not so long that they are forgotten before."""
    told_after = timedelta(days=body.get("told_after_days", 0))
    if not timedelta() <= told_after <= KEEP - _LEFT_TO_READ:
        raise ValueError(f"role {role}: its reads would be forgotten before they are told")
    return told_after


@cache
def current() -> Policy:
    """The policy that ships with this version."""
    return evaluate(json.loads(files("motma.access").joinpath("policy.json").read_text("utf-8")))


def table() -> str:
    """Field by field, which role sees what: the Markdown table in docs/access.md."""
    roles: dict[str, Any] = current().source["roles"]
    head = ["| field | " + " | ".join(roles) + " |", "|---|" + "---|" * len(roles)]
    rows = [
        f"| {field} | " + " | ".join(body["may_see"][field] for body in roles.values()) + " |"
        for field in FIELDS
    ]
    return "\n".join(head + rows)


def grants_table() -> str:
    """Each grant: role, purposes, kinds of place, fields, and why."""
    rows = ["| role | for | at | sees | told after | why |", "|---|---|---|---|---|---|"]
    for role, body in current().source["roles"].items():
        for grant in body["grants"] or [{"purposes": ["–"], "places": ["–"], "sees": ["nobody"]}]:
            cells = (grant["purposes"], grant["places"], grant["sees"])
            texts = " | ".join(", ".join(cell) for cell in cells)
            told = f"{days} days" if (days := body.get("told_after_days")) else "at once"
            rows.append(f"| {role} | {texts} | {told} | {body['why']['en']} |")
    return "\n".join(rows)
