"""A gate's folder: the newest that its files make, whatever else lies there or was damaged."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.snapshotting import QID, SIGNER, body, file
from tests.unit.cards.snapshot.test_delta import DELTA_FILE, FIRST, LATER, OTHER, SECOND, leading

from motma.cards.snapshot.model import plain_of, trusting
from motma.cli import gate_files
from motma.kernel.errors import Declined

TRUST = trusting(SIGNER.key_set())
THIRD = body(entries=[OTHER], province="56", as_of=LATER + timedelta(minutes=1))


def folder(at: Path, **files: bytes) -> Path:
    """A folder with these files."""
    for name, data in files.items():
        (at / name).write_bytes(data)
    return at


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    found = gate_files.newest(folder(tmp_path, whole=file(FIRST)) / "whole", TRUST)
    assert plain_of(found.body) == plain_of(FIRST)


def test_a_folder_gives_the_newest_that_its_deltas_make(tmp_path: Path) -> None:
    """In any order of names, one after the other, or both from the same whole."""
    chained = leading(THIRD, base=LATER, drop=QID)
    found = gate_files.newest(
        folder(tmp_path, a=chained, b=DELTA_FILE, c=file(FIRST), d=b"something else"), TRUST
    )
    assert plain_of(found.body) == plain_of(THIRD)


def test_a_whole_that_is_newer_than_any_delta_is_taken(tmp_path: Path) -> None:
    found = gate_files.newest(folder(tmp_path, a=file(FIRST), b=DELTA_FILE, c=file(THIRD)), TRUST)
    assert plain_of(found.body) == plain_of(THIRD)


def test_a_damaged_delta_is_told_and_what_is_left_is_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A power cut, or somebody on the way, leaves the gate what it had."""
    whole = file(FIRST)
    files = {"a": whole, "cut": DELTA_FILE[:-9], "forged": DELTA_FILE[:-1] + b"\0"}
    found = gate_files.newest(folder(tmp_path, **files), TRUST)
    assert plain_of(found.body) == plain_of(FIRST)
    told = capsys.readouterr().err
    assert "passed over cut: snapshot.truncated" in told
    assert "passed over forged: snapshot.forged" in told


def test_a_folder_without_a_whole_snapshot_says_so_or_why(tmp_path: Path) -> None:
    with pytest.raises(Declined, match=r"snapshot\.folder-without"):
        gate_files.newest(folder(tmp_path, a=DELTA_FILE), TRUST)
    with pytest.raises(Declined, match=r"snapshot\.truncated"):
        gate_files.newest(folder(tmp_path, a=DELTA_FILE, b=file(FIRST)[:-1]), TRUST)


def test_a_file_is_replaced_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder(tmp_path, whole=file(FIRST)) / "whole"

    def power_cut(*_args: object) -> None:
        raise OSError

    with monkeypatch.context() as cut:
        cut.setattr("motma.cli.gate_files.os.fsync", power_cut)
        with pytest.raises(Declined, match=r"snapshot\.file-not-writable"):
            gate_files.write(path, file(SECOND))
    assert plain_of(gate_files.newest(path, TRUST).body) == plain_of(FIRST)
    gate_files.write(path, file(SECOND))
    assert plain_of(gate_files.newest(tmp_path, TRUST).body) == plain_of(SECOND)
