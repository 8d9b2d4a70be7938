"""A check, what it found, and a report; pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

import msgspec

E = TypeVar("E")


class Outcome(StrEnum):
    """What became of a check."""

    PASSED = "passed"
    FAILED = "failed"
    BLOCKED = "blocked"  # what it needs failed: nothing can be said


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Generic[E]):
    """One requirement as a test: it yields what is wrong in the evidence, or nothing.

    `needs` are checks without which this one would say nothing of its own.
    """

    code: str
    needs: tuple[str, ...] = ()
    run: Callable[[E], Iterable[str]]


class Requirement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A check in words."""

    vi: str
    en: str
    why_vi: str
    why_en: str
    fix_vi: str
    fix_en: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One check's outcome; `findings` name files and people, `by` what blocked it."""

    code: str
    outcome: Outcome
    findings: list[str] = []
    by: list[str] = []


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Every check of a profile, in their order."""

    profile: str
    app: str
    results: list[Result]

    @property
    def conforms(self) -> bool:
        """Whether nothing failed and nothing is left open."""
        return all(one.outcome is Outcome.PASSED for one in self.results)


def run(profile: str, app: str, checks: Sequence[Check[E]], evidence: E) -> Report:
    """Run each check whose needs are met, in order; a need stands before who needs it."""
    done: dict[str, Result] = {}
    for check in checks:
        lacking = [need for need in check.needs if done[need].outcome is not Outcome.PASSED]
        if lacking:
            done[check.code] = Result(code=check.code, outcome=Outcome.BLOCKED, by=lacking)
            continue
        found = list(check.run(evidence))
        outcome = Outcome.FAILED if found else Outcome.PASSED
        done[check.code] = Result(code=check.code, outcome=outcome, findings=found)
    return Report(profile=profile, app=app, results=list(done.values()))


def dependants(checks: Sequence[Check[E]], code: str) -> set[str]:
    """Everything that is blocked when this check fails."""
    found = {code}
    for check in checks:
        if found & set(check.needs):
            found.add(check.code)
    return found - {code}


def requirements(profile: str, texts: Mapping[str, Requirement]) -> str:
    """The requirements of a profile as a page, in Vietnamese with English below; Markdown."""
    lines = [f"## {profile}", ""]
    for code, one in texts.items():
        lines += [
            f"### `{code}`", "",
            f"{one.vi} *{one.en}*", "",
            f"- Vì sao: {one.why_vi} *{one.why_en}*",
            f"- Cách sửa: {one.fix_vi} *{one.fix_en}*", "",
        ]  # fmt: skip
    return "\n".join(lines)
