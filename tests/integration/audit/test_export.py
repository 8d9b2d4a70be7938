"""An exported log is verified from the file alone, and no line of it can be changed unseen."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from motma.audit.checking import Report
from motma.audit.export import End, export, verify_export
from motma.audit.note import ED25519, verifier_key
from motma.audit.sequencer import place
from motma.kernel.errors import Malformed

if TYPE_CHECKING:
    from tests.integration.audit.conftest import Log

ORIGIN = "motma.test/log"
Lines = list[dict[str, Any]]


@pytest.fixture
async def exported(log: "Log", tmp_path: Path) -> Path:
    """Eight leaves in two checkpoints, one uncovered leaf, two waiting events."""
    for _ in range(2):
        await log.append(log.events(4))
        await log.sequence()
    await log.append([log.event(20)])
    async with log.db.transaction():
        await place(log.db)
    await log.append(log.events(2))
    path = tmp_path / "log.jsonl"
    end = await export(log.db, path, origin=ORIGIN, signer=log.keyring, clock=log.clock)
    assert end == End(leaves=9, checkpoints=2, waiting=2)
    return path


def verified(log: "Log", path: Path, change: Callable[[Lines], object] | None = None) -> Report:
    """Verify the file after a change to its lines."""
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    if change is not None:
        change(lines)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return verify_export(path, clock=log.clock)


def whole(log: "Log", path: Path) -> bool:
    """Whether the file passes; one that can't be read does not."""
    try:
        return verify_export(path, clock=log.clock).whole
    except Malformed:
        return False


def lines_of(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_an_exported_log_is_whole(log: "Log", exported: Path) -> None:
    report = verified(log, exported)
    assert report.whole
    assert (report.leaves, report.events, report.checkpoints, report.waiting) == (9, 9, 2, 2)


def test_only_the_owner_may_read_the_file_and_it_names_nobody(exported: Path) -> None:
    assert exported.stat().st_mode & 0o777 == 0o600
    assert "number" not in exported.read_text()  # what the sealed details would show


def test_every_value_of_every_line_is_held(log: "Log", exported: Path) -> None:
    """Change each value of each line in turn; `exported_at` and `xid` are notes, not evidence."""
    original = exported.read_text()
    tried = 0
    for number, line in enumerate(lines_of(exported)):
        for keys in paths(line):
            if keys[-1] in {"exported_at", "xid"} or keys[0] == "line":
                continue
            lines = lines_of(exported)
            target: Any = lines[number]
            for key in keys[:-1]:
                target = target[key]
            target[keys[-1]] = other(target[keys[-1]])
            exported.write_text("".join(json.dumps(each) + "\n" for each in lines))
            assert not whole(log, exported), (number, keys)
            exported.write_text(original)
            tried += 1
    assert tried > 9 * 12


def paths(value: object, here: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where the plain values are."""
    if isinstance(value, dict):
        return [path for key, each in value.items() for path in paths(each, (*here, key))]
    if isinstance(value, list):
        return [path for key, each in enumerate(value) for path in paths(each, (*here, key))]
    return [here]


def other(value: object) -> object:
    """Another value of the same type."""
    if isinstance(value, int):
        return value + 1
    assert isinstance(value, str)
    if value[:2] == "20" and value[-1] == "Z":
        return value.replace("2022", "2021")
    first = value[:1]
    return ("1" if first == "0" else "0" if first.isdigit() else "BA"[first == "B"]) + value[1:]


def test_no_line_can_be_left_out(log: "Log", exported: Path) -> None:
    lines = exported.read_text().splitlines(keepends=True)
    assert len(lines) == 16
    for number in range(16):
        exported.write_text("".join(lines[:number] + lines[number + 1 :]))
        assert not whole(log, exported), number


def test_no_two_leaves_can_change_places(log: "Log", exported: Path) -> None:
    def swap(lines: Lines) -> None:
        lines[3], lines[4] = lines[4], lines[3]

    assert not verified(log, exported, swap).whole


def test_nothing_can_follow_the_end(log: "Log", exported: Path) -> None:
    assert not verified(log, exported, lambda lines: lines.append(lines[5])).whole


def test_keys_that_are_believed_are_asked_for_instead_of_the_files(
    log: "Log", exported: Path
) -> None:
    ours = verifier_key(ORIGIN, ED25519, log.keyring.public_keys("log")[0].raw)
    other_key = verifier_key(ORIGIN, ED25519, bytes(31) + b"\1")
    assert verify_export(exported, clock=log.clock, keys=[ours]).whole
    report = verify_export(exported, clock=log.clock, keys=[other_key])
    assert {finding.code for finding in report.findings} == {"audit.signature-bad"}


@pytest.mark.parametrize(
    "content", [b"", b"{}\n", b"[]", b"\xff\xfe", b"{" * 10_000, b'{"line":"end"}\n', b"\0" * 99]
)
def test_any_other_file_is_malformed(log: "Log", tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(Malformed):
        verify_export(path, clock=log.clock)
