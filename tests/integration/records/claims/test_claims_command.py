"""`motma claims`, as somebody without a browser decides."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.staging import Stage

from motma.records import service as records
from motma.records.model import About, Delivery, Dose

SITE = "Trạm y tế phường Xóm Mới"
ABOUT = About(full_name="Thử Thị Nghiệm", birth="1951-11-27", document_number="001190000001")
DOSE = Dose(disease="840539006", product="EU/1/20/1528", on="2025-09-03", place=SITE)


async def test_a_claim_is_listed_shown_accepted_undone_and_refused(
    on_stage: Stage, database: str, tmp_path: Path
) -> None:
    async def run(*arguments: str) -> Any:
        settings = {"MOTMA_DATABASE_URL": database, "MOTMA_HOME": str(tmp_path / "home")}
        command = "from motma.cli.main import main; main()"
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", command, "claims", *arguments, "--json"],
            env=os.environ | settings,
            capture_output=True,
            text=True,
            check=False,
        )
        return json.loads(done.stdout) if done.returncode == 0 else done.returncode

    person = await on_stage.person()
    delivery = Delivery(id="w1", about=ABOUT, what=DOSE)
    async with on_stage.platform.transaction() as db:
        (got,) = await records.receive(db, on_stage.platform.means, "registry", [delivery])
    wallet = await on_stage.wallet(person.person_id)
    expected = {"type": "dose", "day": "2025-09-03", "site": SITE}
    filed = await wallet.post("/v1/me/claims", {"wish": "missing", "expected": expected})
    key = (str(person.person_id), filed.json()["claim_id"])

    (listed,) = await run("list")
    assert (listed["person_id"], listed["claim_id"]) == key
    shown = await run("show", *key)
    (record,) = shown["records"]
    assert (shown["qid"], record["fits"]) == (person.qid, True)
    assert record["record"]["record_id"] == str(got.record_id)
    accept = ("accept", *key, "attached", "--reason", "seen")
    assert await run(*accept) == 5  # which record is not said
    assert (await run(*accept, "--record", str(got.record_id)))["state"] == "accepted"
    assert (await run("undo", *key, "--reason", "slip"))["state"] == "open"
    assert (await run("refuse", *key, "--reason", "no paper"))["state"] == "refused"
    reads = (await wallet.send("GET", "/v1/me/reads")).json()
    assert [read["role"] for read in reads] == ["command-line"]
