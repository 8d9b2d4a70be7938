"""CertLogic measured beside panzi-json-logic, on the public tests of the EU's business rules.

    python bench/certlogic.py

Rules are compiled once, as a rule book is; panzi interprets the JSON. Both get the same data in
the same run, and every result of both is compared with what is expected. Each rate is the median
of nine runs, in CPU seconds of one core. Last line: one JSON object.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import json_logic

from motma.rules.certlogic.program import Program, Watch, compile_expression

ROOT: Final = Path(__file__).parents[1]
CORPORA: Final = Path(os.environ.get("MOTMA_CORPORA", ROOT.parent / "shared" / "corpora"))
RUNS: Final = 9
#: Lines of `motma rules eval`: the tests so many times over.
REPEATED: Final = 120

Case = tuple[str, dict[str, Any], object]


def main() -> None:
    """Check that all agree, measure, print."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None).parse_args()
    if not CORPORA.is_dir():
        sys.exit("the test corpora are not here: set MOTMA_CORPORA to their folder")
    rules, cases = corpus()
    programs = {name: compile_expression(logic) for name, logic in rules.items()}
    figures: dict[str, object] = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "panzi": version("panzi-json-logic"),
        "rules": len(rules),
        "tests": len(cases),
        "agreeing": agreeing(rules, programs, cases),
        **rates(rules, programs, cases),
        "eval_lines_s": eval_lines(rules, cases),
    }
    for name, figure in figures.items():
        print(f"{name:<24} {figure}")
    print(json.dumps(figures))


def corpus() -> tuple[dict[str, object], list[Case]]:
    """The rules by name, and the tests: rule, data, expected result."""
    rules = {line["id"]: line["rule"]["Logic"] for line in lines("business-rules.jsonl")}
    sets = json.loads((CORPORA / "business-rules-valuesets.json").read_bytes())
    cases: list[Case] = []
    for line in lines("business-rules-tests.jsonl"):
        external = dict(line["external"])
        named = external.get("valueSets") or {}
        external["valueSets"] = sets[named["$valueSets"]] if "$valueSets" in named else named
        data = {"payload": line["payload"], "external": external}
        cases.append((line["rule"], data, line["expected"]))
    return rules, cases


def lines(name: str) -> list[Any]:
    """The objects of a file of lines."""
    return [json.loads(line) for line in (CORPORA / name).open(encoding="utf-8")]


def agreeing(
    rules: dict[str, object], programs: dict[str, Program], cases: list[Case]
) -> dict[str, int]:
    """How many results of each are the expected ones; a bench of wrong results is none."""
    ours = sum(programs[rule].evaluate(data) is expected for rule, data, expected in cases)
    theirs = sum(
        json_logic.certLogic(rules[rule], data) is expected for rule, data, expected in cases
    )
    if ours != len(cases) or theirs != len(cases):
        sys.exit(f"results differ from the expected ones: ours {ours}, panzi {theirs}")
    return {"motma": ours, "panzi": theirs}


def rates(
    rules: dict[str, object], programs: dict[str, Program], cases: list[Case]
) -> dict[str, object]:
    """Evaluations a second of both, turn by turn, and compilations a second."""
    logics = list(rules.values())
    works: dict[str, tuple[Callable[[], object], int]] = {
        "motma": (lambda: [programs[rule].evaluate(data) for rule, data, _ in cases], len(cases)),
        "motma watching": (
            lambda: [programs[rule].evaluate_with(data, Watch()) for rule, data, _ in cases],
            len(cases),
        ),
        "panzi": (
            lambda: [json_logic.certLogic(rules[rule], data) for rule, data, _ in cases],
            len(cases),
        ),
        "compiling": (lambda: [compile_expression(logic) for logic in logics], len(logics)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(RUNS):
        for name, (work, _) in works.items():
            begun = time.process_time()
            work()
            seconds[name].append(time.process_time() - begun)
    median = {name: statistics.median(runs) for name, runs in seconds.items()}
    each = {f"{name} /s": round(count / median[name]) for name, (_, count) in works.items()}
    return {**each, "times panzi": round(median["panzi"] / median["motma"], 1)}


def eval_lines(rules: dict[str, object], cases: list[Case]) -> int:
    """Lines a second of `motma rules eval`, its start included, with answers checked."""
    texts = []
    for rule, data, _ in cases:
        external = dict(data["external"])
        line = {"logic": rules[rule], "value_sets": external.pop("valueSets")}
        texts.append(json.dumps({**line, "data": {**data, "external": external}}))
    with tempfile.TemporaryDirectory() as folder:
        asked = Path(folder) / "lines.jsonl"
        asked.write_text("\n".join(texts * REPEATED) + "\n", encoding="utf-8")
        begun = time.perf_counter()
        done = subprocess.run(
            [str(Path(sys.executable).with_name("motma")), "rules", "eval", str(asked)],
            check=True,
            capture_output=True,
        )
        took = time.perf_counter() - begun
    answers = done.stdout.splitlines()
    expected = [json.dumps({"result": result}, separators=(",", ":")) for *_, result in cases]
    assert [answer.decode() for answer in answers] == expected * REPEATED
    return round(len(answers) / took)


if __name__ == "__main__":
    main()
