"""Roles × purposes × kinds of place → view: versioned data, evaluated once into a table."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from motma.access.errors import Forbidden

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
)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a role may see for a purpose at a kind of place."""

    role: str
    purpose: str
    place_kind: str
    fields: frozenset[str]
    needs_case: bool


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
    """Spread the grants into a table, refusing fields and purposes that do not exist."""
    if tuple(source["fields"]) != FIELDS:
        raise ValueError("policy.json and FIELDS differ: decide the new field for every role")
    views: dict[tuple[str, str, str], View] = {}
    for role, body in source["roles"].items():
        for grant in body["grants"]:
            unknown = set(grant["sees"]) - set(FIELDS)
            if unknown or not set(grant["purposes"]) <= set(source["purposes"]):
                raise ValueError(f"role {role}: unknown field or purpose in a grant")
            for purpose in grant["purposes"]:
                for place_kind in grant["places"]:
                    views[role, purpose, place_kind] = View(
                        role=role,
                        purpose=purpose,
                        place_kind=place_kind,
                        fields=frozenset(grant["sees"]),
                        needs_case=body.get("needs_case", False),
                    )
    return Policy(source["version"], source, views)


@cache
def current() -> Policy:
    """The policy that ships with this version."""
    return evaluate(json.loads(files("motma.access").joinpath("policy.json").read_text("utf-8")))


def table() -> str:
    """Field by field, which role sees what: the Markdown table in the docs is made by this."""
    policy = current()
    roles = list(policy.source["roles"])
    seen = {
        role: frozenset().union(*(v.fields for v in policy.views.values() if v.role == role))
        for role in roles
    }
    head = ["| field | " + " | ".join(roles) + " |", "|---|" + "---|" * len(roles)]
    rows = [
        f"| {field} | " + " | ".join("yes" if field in seen[r] else "–" for r in roles) + " |"
        for field in FIELDS
    ]
    return "\n".join(head + rows)
