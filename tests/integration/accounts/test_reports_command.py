"""`motma reports`: the authority's people read reports and answer them, and the person hears."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.integration.accounts.test_reports import AT_HOME, read, report
from tests.staging import PIN, Stage


async def test_a_report_is_listed_and_answered_by_command(
    on: Stage, database: str, tmp_path: Path
) -> None:
    async def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        settings = {"MOTMA_DATABASE_URL": database, "MOTMA_HOME": str(tmp_path / "home")}
        command = "import sys; from motma.cli.main import main; sys.exit(main())"
        return await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", command, "reports", *arguments, "--pin", PIN],
            env=os.environ | settings,
            capture_output=True,
            text=True,
            check=False,
        )

    guard = await on.sign_in("guard@stage")
    await on.sign_in("authority@stage")
    wallet, event_id = await read(on, guard)
    assert (await report(wallet, event_id)).status_code == 201
    listed = await run("list", "--by", "authority@stage", "--json")
    (waiting,) = json.loads(listed.stdout)
    assert (waiting["event_id"], waiting["reason"]) == (event_id, AT_HOME)
    words = ["--words", "Nhầm người, đã nhắc."]
    refused = await run("decide", event_id, "wrong", *words, "--by", "guard@stage")
    assert refused.returncode != 0
    done = await run("decide", event_id, "wrong", *words, "--by", "authority@stage")
    assert done.returncode == 0, done.stderr
    (row,) = (await wallet.send("GET", "/v1/me/reads")).json()
    decided: dict[str, Any] = row["decided"]
    assert (decided["outcome"], decided["words"]) == ("wrong", "Nhầm người, đã nhắc.")
    assert (await run("list", "--by", "authority@stage", "--json")).stdout.strip() == "[]"
