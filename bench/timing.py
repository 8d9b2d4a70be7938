"""Whether time betrays who exists: an unsigned text of a known QID beside one of an unknown QID.

    python bench/timing.py [--pairs 10000]

Both get the outcome `unknown` (the name does not fit, or there is nobody). The two of a pair are
asked in random order. The claim: the medians differ by less than 2 %, and the answers in nothing
but their ids and times. Last line: one JSON object.
"""

import argparse
import asyncio
import json
import random
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec
from gates import furnish

from motma.access.tokens import Claims, read_token
from motma.bootstrap import Platform, Settings, open_platform
from motma.identity import service as identity
from motma.identity.model import Assurance, Claim, ShownDocument
from motma.identity.service import Registered
from motma.kernel.ids import new_qid, uuid7
from motma.scan import service
from motma.scan.judging import Gate
from motma.scan.model import Ask
from motma.storage import server
from motma.web.app import gate_of

PEOPLE: Final = 200
SEED: Final = 1405
#: Largest difference of the medians. Source: decisions.md no. 20.
ALLOWED: Final = 0.02
_BY_NATURE: Final = {"scan_id", "decision_at", "freshness", "receipt"}


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--pairs", type=int, default=10_000)
    pairs = options.parse_args().pairs
    with tempfile.TemporaryDirectory(prefix="motma-bench-") as folder:
        home = Path(folder)
        home.chmod(0o711)
        try:
            known, unknown = asyncio.run(measure(home, pairs))
        finally:
            server.stop(home / "postgres", force=True)
    medians = statistics.median(known), statistics.median(unknown)
    gap = abs(medians[0] - medians[1]) / max(medians)
    figures = {
        "pairs": pairs,
        "known_us": round(medians[0] * 1e6, 1),
        "unknown_us": round(medians[1] * 1e6, 1),
        "gap": round(gap, 4),
        "allowed": ALLOWED,
    }
    print(f"known {figures['known_us']} us, unknown {figures['unknown_us']} us, gap {gap:.2%}")
    print(json.dumps(figures))
    raise SystemExit(gap >= ALLOWED)


async def measure(home: Path, pairs: int) -> tuple[list[float], list[float]]:
    """Seconds that each answer took, of known and of unknown QIDs."""
    chance = random.Random(SEED)
    async with open_platform(Settings(home=home)) as platform:
        qids = [await _person(platform, number) for number in range(PEOPLE)]
        gates = await furnish(platform)
        now = platform.clock.now()
        mac = platform.keyring.mac
        claims = [read_token(t, lambda d, k: mac("token", d, k), now) for t in gates.tokens]
        gate = gate_of(platform)
        times: tuple[list[float], list[float]] = ([], [])
        for number in range(pairs):
            asked = [(0, chance.choice(qids)), (1, new_qid(platform.random))]
            chance.shuffle(asked)
            answers = {}
            for kind, qid in asked:
                ask = _ask(platform, gates.place, qid)
                begun = time.perf_counter()
                answers[kind] = await _scan(gate, claims[number % len(claims)], ask)
                times[kind].append(time.perf_counter() - begun)
            if answers[0] != answers[1]:
                raise SystemExit("the answers differ: they tell who exists")
    return times


def _ask(platform: Platform, place: UUID, qid: str) -> Ask:
    text = f"001190000001|SAI TEN|1990-02-03|0|{qid}|<2"
    scan_id = uuid7(platform.clock.now(), platform.random)
    return Ask(scan_id=scan_id, code=text, checkpoint=place, purpose="entry")


async def _scan(gate: Gate, claims: Claims, ask: Ask) -> dict[str, Any]:
    answer, _ = await service.scan(gate, claims, ask)
    told: dict[str, Any] = msgspec.to_builtins(answer)
    return {name: value for name, value in told.items() if name not in _BY_NATURE}


async def _person(platform: Platform, number: int) -> str:
    claim = Claim(
        full_name="Thử Thị Nghiệm",
        birth="1990-02-03",
        sex="female",
        documents=(ShownDocument(kind="cccd", number=f"001190{number:06d}", seen=True),),
    )
    async with platform.transaction() as db:
        done = await identity.register(
            db, platform.means, claim, source="bench", assurance=Assurance.SEEN
        )
    if not isinstance(done, Registered):
        raise SystemExit("the bench's own people must fit")
    return done.qid


if __name__ == "__main__":
    main()
