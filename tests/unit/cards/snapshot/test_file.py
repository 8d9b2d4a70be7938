"""A snapshot's file is read whole and genuine, or refused with the code of what is wrong."""

import zlib
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.snapshotting import ISSUER, NOW, QID, SIGNER, STRANGER, Key, body, file, snapshot

from motma.cards.snapshot import ended
from motma.cards.snapshot.errors import (
    SnapshotAhead,
    SnapshotForged,
    SnapshotKeyUnknown,
    SnapshotOlder,
    SnapshotTooOld,
)
from motma.cards.snapshot.model import SKEW, Ages, read, trusting
from motma.cards.snapshot.signed import WHOLE as FORM
from motma.kernel.errors import Declined, Malformed

TRUST = trusting(SIGNER.key_set())
WHOLE = file(body(entries=[QID]))


def refused(data: bytes) -> str:
    """The code with which a file is refused."""
    with pytest.raises(Declined) as declined:
        read(data, TRUST)
    return str(declined.value)


def test_a_snapshot_is_read_back_as_it_was_written() -> None:
    content = body(entries=[QID], province="56")
    again = snapshot(content).body
    assert msgspec.json.encode(again) == msgspec.json.encode(content)


def test_a_file_that_was_cut_is_refused_wherever_it_was_cut() -> None:
    for length in (0, 1, 14, 60, 100, 101, len(WHOLE) // 2, len(WHOLE) - 65, len(WHOLE) - 1):
        assert refused(WHOLE[:length]) in {"snapshot.not-one", "snapshot.truncated"}


def test_a_changed_byte_is_found_wherever_it_stands() -> None:
    for place in (*range(0, len(WHOLE), 97), *range(len(WHOLE) - 64, len(WHOLE))):
        changed = bytearray(WHOLE)
        changed[place] ^= 1
        assert refused(bytes(changed)).startswith("snapshot.")


def test_something_behind_the_file_is_found() -> None:
    assert refused(WHOLE + b"\0") == "snapshot.corrupted"


def test_a_changed_content_with_a_right_checksum_is_forged() -> None:
    """Whoever can write the file can write its checksum too: only the signature holds."""
    line, _, rest = WHOLE.partition(b"\n")
    signature = rest[-64:]
    other = file(body()).partition(b"\n")
    assert refused(other[0] + b"\n" + other[2][:-64] + signature) == "snapshot.forged"
    assert line != other[0]


def test_a_snapshot_of_another_key_is_refused() -> None:
    with pytest.raises(SnapshotKeyUnknown):
        read(file(body(), key=STRANGER), TRUST)
    with pytest.raises(SnapshotForged):
        read(file(body(), key=Key(7, SIGNER.kid)), TRUST)


def test_a_snapshot_signed_by_a_retired_key_is_refused_one_by_an_earlier_key_is_not() -> None:
    for state in ("pending", "active", "verify-only"):
        assert read(WHOLE, trusting(in_state(SIGNER, state))).body.as_of == NOW
    with pytest.raises(SnapshotKeyUnknown):
        read(WHOLE, trusting(in_state(SIGNER, "retired")))


def test_a_code_signed_by_a_key_that_the_snapshot_calls_retired_is_of_an_unknown_key() -> None:
    for state, known in (("verify-only", True), ("retired", False)):
        keys = in_state(ISSUER, state)
        found = snapshot(msgspec.structs.replace(body(), keys=keys)).find_key(ISSUER.kid)
        assert (found is not None) is known


def test_another_version_is_told_from_a_damaged_file() -> None:
    assert refused(WHOLE.replace(b"motma-snapshot 1", b"motma-snapshot 2", 1)) == "snapshot.version"


@pytest.mark.parametrize("data", [b"", b"\n", b"{}", b"motma-snapshot\n", b"\xff" * 300])
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    assert refused(data) == "snapshot.not-one"


def test_a_signed_filter_out_of_order_is_refused() -> None:
    good = ended.ended(["a", "b", "c"], salt=b"x" * 16)
    hashes = good.hashes[good.width :] + good.hashes[: good.width]
    content = msgspec.structs.replace(body(), ended=msgspec.structs.replace(good, hashes=hashes))
    assert refused(file(content)) == "snapshot.content"


def test_a_body_that_unpacks_without_end_is_refused() -> None:
    bomb = zlib.compress(b"0" * (100 * 2**20))
    with pytest.raises(Malformed, match=r"snapshot\.content"):
        read(_signed(bomb), TRUST)


def test_an_older_snapshot_than_was_seen_is_refused() -> None:
    older = snapshot(body(as_of=NOW - timedelta(seconds=1)))
    with pytest.raises(SnapshotOlder):
        older.insist_usable(now=NOW, seen=NOW)
    older.insist_usable(now=NOW, seen=NOW - timedelta(seconds=1))  # the same one again


def test_too_old_a_snapshot_and_one_of_the_future_are_refused() -> None:
    present = snapshot(body())
    present.insist_usable(now=NOW + timedelta(hours=Ages().refuse_h), seen=None)
    with pytest.raises(SnapshotTooOld):
        present.insist_usable(
            now=NOW + timedelta(hours=Ages().refuse_h) + timedelta(seconds=1), seen=None
        )
    present.insist_usable(now=NOW - SKEW, seen=None)
    with pytest.raises(SnapshotAhead):
        present.insist_usable(now=NOW - SKEW - timedelta(seconds=1), seen=None)


def test_a_key_that_is_changed_while_signing_is_taken_over() -> None:
    data = file(body(), key=STRANGER, sign=SIGNER.sign)
    assert read(data, TRUST).body.as_of == NOW


def in_state(key: Key, state: str) -> dict[str, Any]:
    """The key set of a key that is published in that state."""
    return {"keys": [one | {"state": state} for one in key.key_set()["keys"]]}


def _signed(packed: bytes) -> bytes:
    """A file with a body of one's own, signed by the right key."""
    text = FORM.text(SIGNER.kid, packed)
    return text + SIGNER.sign(FORM.context + text)[1]
