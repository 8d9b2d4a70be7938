"""The public suites of CertLogic and of the EU's business rules, whole."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from motma.kernel.errors import Malformed
from motma.rules.certlogic.program import Watch, compile_expression


def test_the_evaluation_suite_passes(corpora: Path) -> None:
    cases = [case for case in lines(corpora / "certlogic.jsonl") if "directive" not in case]
    failed = [
        case["id"]
        for case in cases
        if result(case["expression"], case["data"]) != as_json(case["expected"])
    ]
    assert (len(cases), failed) == (148, [])


def test_the_validation_suite_passes(corpora: Path) -> None:
    cases = list(lines(corpora / "certlogic-validation.jsonl"))
    failed = [
        case["id"]
        for case in cases
        if compiles(case["expression"]) == bool(case["expected_issues"])
    ]
    assert (len(cases), failed) == (16, [])


def test_all_tests_of_the_business_rules_pass(corpora: Path) -> None:
    rules = {line["id"]: line["rule"]["Logic"] for line in lines(corpora / "business-rules.jsonl")}
    sets = json.loads((corpora / "business-rules-valuesets.json").read_bytes())
    cases = list(lines(corpora / "business-rules-tests.jsonl"))
    failed = []
    for case in cases:
        external = with_sets(case["external"], sets)
        got = result(rules[case["rule"]], {"payload": case["payload"], "external": external})
        if got != as_json(case["expected"]):
            failed.append(case["id"])
    assert (len(cases), failed) == (821, [])


def test_of_the_union_s_rules_only_two_move_the_clock_by_months(corpora: Path) -> None:
    rules = [line["rule"]["Logic"] for line in lines(corpora / "eu-rules-2023-snapshot.jsonl")]
    troubled = [found for rule in rules if (found := compile_expression(rule).clock_problems)]
    assert (len(rules), troubled) == (286, [("rules.clock-moved-by-months",)] * 2)


def lines(path: Path) -> Iterator[Any]:
    """The objects of a file of lines."""
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def as_json(value: object) -> str:
    """Text that tells 1, true and "1" apart."""
    return json.dumps(value)


def result(expression: object, data: object) -> str:
    """The result both ways, which must agree."""
    program = compile_expression(expression)
    found = as_json(program.evaluate(data))
    assert as_json(program.evaluate_with(data, Watch())) == found
    return found


def compiles(expression: object) -> bool:
    """Whether it is taken as an expression."""
    try:
        compile_expression(expression)
    except Malformed:
        return False
    return True


def with_sets(external: dict[str, Any], sets: dict[str, object]) -> dict[str, object]:
    """`external` with the value sets that it names."""
    named = external.get("valueSets") or {}
    return {**external, "valueSets": sets[named["$valueSets"]] if "$valueSets" in named else named}
