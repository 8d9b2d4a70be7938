"""How well and how fast `motma match` finds the people of damaged records.

Makes people, records and the truth with a preset of `motma simulate records`, runs the command as
anybody would, and counts: precision and recall of damaged records alone, the precision-recall
curve, each kind of damage, twins, namesakes and people who are not there, beside two plain rules.

    python bench/matching.py [--people 100000] [--preset national-2021] [--seed N]
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import matching_files as files
from matching_files import Person, Record

THRESHOLDS: Final = (0.5, 0.9, 0.99, 0.999, 0.9999, 0.99999)
PRECISION, RECALL, FIRST_THREE = 0.9999, 0.98, 0.98
#: Wall time and memory that a million people may take.
MOST_SECONDS, MOST_GIB = 300, 6.0
#: Between two looks at the memory.
_LOOK_S: Final = 0.5
_MOTMA: Final = (sys.executable, "-c", "from motma.cli.main import main; main()")

Rule = Callable[[Record], str]


@dataclass(slots=True)
class Score:
    """Links of some records counted."""

    there: int = 0  # records whose person is in the register
    right: int = 0
    false: int = 0

    def add(self, record: Record, person: str) -> None:
        """Count one record and the person it was linked to, if any."""
        self.there += bool(record.truth)
        if person:
            self.right += person == record.truth
            self.false += person != record.truth

    def __str__(self) -> str:
        linked = self.right + self.false
        precision = self.right / linked if linked else 1.0
        recall = self.right / self.there if self.there else 1.0
        return f"precision {precision:9.4%}  recall {recall:8.3%}  false {self.false:6d}"


def main(people: int, preset: str, seed: int | None, *, documents: bool) -> None:
    """Make, match, count, print; the last line is JSON."""
    with tempfile.TemporaryDirectory(prefix="motma-bench-") as name:
        folder = Path(name)
        made = ["simulate", "records", "--preset", preset, "--people", str(people), "-o", name]
        _run([*made, *(["--seed", str(seed)] if seed is not None else [])])
        seconds, busy, gib = _matched(folder, documents=documents)
        register = files.people(folder / "P.csv")
        records = list(files.records(folder))
    print(f"{people} people, {len(records)} records, preset {preset}, seed {seed or 'its own'}")
    print(f"motma match: {seconds:.1f} s, {busy:.1f} s of a core, {gib:.2f} GiB at most\n")
    result = _told(records, register)
    result |= {
        "people": people,
        "records": len(records),
        "seconds": round(seconds, 1),
        "core_seconds": round(busy, 1),
    }
    reached = {
        "precision": result["precision"] >= PRECISION,
        "recall": result["recall"] >= RECALL,
        "first_three": result["first_three"] >= FIRST_THREE,
        "seconds": seconds <= MOST_SECONDS,  # for a million people
        "gib": gib <= MOST_GIB,
    }
    for target, met in reached.items():
        print(f"{target:14}{'reached' if met else 'MISSED'}")
    print(json.dumps(result | {"gib": round(gib, 2), "reached": reached}))


def _run(arguments: list[str]) -> None:
    subprocess.run([*_MOTMA, *arguments], check=True)


def _matched(folder: Path, *, documents: bool) -> tuple[float, float, float]:
    """Seconds, seconds of a core, and the most memory of the command's processes, in GiB."""
    paths = [str(folder / name) for name in ("P.csv", "R.csv", "links.csv")]
    more = ["--documents", str(folder / "documents.csv")] if documents else []
    asked = ["match", "--people", paths[0], "--records", paths[1], "-o", paths[2], *more]
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = subprocess.Popen([*_MOTMA, *asked])
    most = 0
    while command.poll() is None:
        most = max(most, _memory_kib(command.pid))
        time.sleep(_LOOK_S)
    seconds, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert command.returncode == 0
    busy = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, busy, most / 2**20


def _memory_kib(process: int) -> int:
    """Memory of a process and its children, what they share counted once (PSS); Linux only."""
    folder = Path(f"/proc/{process}")
    try:
        rollup = (folder / "smaps_rollup").read_text()
        children = (folder / "task" / str(process) / "children").read_text().split()
    except (OSError, ProcessLookupError):  # it has just ended
        return 0
    own = sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return own + sum(_memory_kib(int(child)) for child in children)


def _told(records: list[Record], register: dict[str, Person]) -> dict[str, float]:
    """Print every table; gives the figures that have targets."""
    damaged = [record for record in records if record.damages]
    ours = _scored(damaged, lambda record: record.linked)
    print(f"{'damaged records':34}{ours}")
    whole = [record for record in records if not record.damages]
    print(f"{'undamaged records':34}{_scored(whole, lambda record: record.linked)}")
    everything = _scored(records, lambda record: record.linked)
    print(f"{'all records':34}{everything}")
    for name, rule in _plain_rules(register):
        print(f"{'  damaged, ' + name:34}{_scored(damaged, rule)}")
    left = [one for one in damaged if one.truth and not one.linked]
    first = sum(one.truth in one.candidates for one in left) / max(1, len(left))
    print(f"left for people: {len(left)}, theirs among the first three: {first:.2%}")
    print("queue: " + ", ".join(f"{n} {name}" for name, n in _queue(records).items()))
    print("\nprobability at least (all that may be told, linked or not)")
    for least in THRESHOLDS:
        print(f"  {least:<32}{_scored(damaged, _above(least))}")
    print("\nby kind of damage")
    kinds: dict[str, list[Record]] = defaultdict(list)
    for record in damaged:
        for kind in record.damages:
            kinds[kind].append(record)
    for kind, some in sorted(kinds.items()):
        print(f"  {kind:24}{len(some):8d}{_scored(some, lambda record: record.linked)}")
    print("\nby kind of person")
    for name, some in _groups(records, register).items():
        print(f"  {name:24}{len(some):8d}{_scored(some, lambda record: record.linked)}")
    linked = max(1, ours.right + ours.false)
    return {
        "precision": ours.right / linked,
        "recall": ours.right / max(1, ours.there),
        "first_three": first,
        "precision_of_all": everything.right / max(1, everything.right + everything.false),
    }


def _scored(records: Iterable[Record], rule: Rule) -> Score:
    score = Score()
    for record in records:
        score.add(record, rule(record))
    return score


def _above(least: float) -> Rule:
    return lambda record: (
        record.candidates[0] if record.candidates and record.probability >= least else ""
    )


def _queue(records: list[Record]) -> Counter[str]:
    """Who waits for a registrar: damaged, undamaged, or of people who are not there."""
    return Counter(
        "of nobody here" if not one.truth else "damaged" if one.damages else "undamaged"
        for one in records
        if one.decision == "review"
    )


def _plain_rules(register: dict[str, Person]) -> Iterator[tuple[str, Rule]]:
    """What was done in 2021, and what people propose first."""
    by_all: dict[tuple[str, ...], list[str]] = defaultdict(list)
    by_document: dict[str, list[str]] = defaultdict(list)
    by_birth: dict[tuple[str, str], list[str]] = defaultdict(list)
    for key, one in register.items():
        by_all[one.document, one.name, one.birth, one.phone].append(key)
        by_birth[one.name, one.birth].append(key)
        if one.document:
            by_document[one.document].append(key)

    def only(found: list[str]) -> str:
        return found[0] if len(found) == 1 else ""

    def rule_2021(record: Record) -> str:
        said = record.person
        whole = all((said.document, said.name, said.birth, said.phone))
        return only(by_all.get((said.document, said.name, said.birth, said.phone), [])) * whole

    def either(record: Record) -> str:
        said = record.person
        found = only(by_document.get(said.document, []))
        return found or only(by_birth.get((said.name, said.birth), []))

    yield "rule of 2021", rule_2021
    yield "document or name+birth", either


def _groups(records: list[Record], register: dict[str, Person]) -> dict[str, list[Record]]:
    """Records of twins, of namesakes of one year and commune, and of people not there."""
    births = Counter((p.family, p.birth, p.commune) for p in register.values() if p.full_birth)
    names = Counter((p.name, p.birth[:4], p.commune) for p in register.values())
    groups: dict[str, list[Record]] = {"twins (like them)": [], "namesakes": [], "not there": []}
    for record in records:
        if not record.truth:
            groups["not there"].append(record)
            continue
        person = register[record.truth]
        if births[person.family, person.birth, person.commune] > 1:
            groups["twins (like them)"].append(record)
        if names[person.name, person.birth[:4], person.commune] > 1:
            groups["namesakes"].append(record)
    return groups


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=100_000)
    parser.add_argument("--preset", default="national-2021")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--documents", action="store_true", help="with people's old documents")
    given = parser.parse_args()
    main(given.people, given.preset, given.seed, documents=given.documents)
