"""A delta leads to the later snapshot byte by byte, or it is refused with a code."""

import hashlib
from datetime import datetime, timedelta

import msgspec
import pytest
from tests.snapshotting import NOW, QID, SIGNER, STRANGER, Key, body, file, snapshot

from motma.cards.snapshot import delta, ended
from motma.cards.snapshot.model import Body, Snapshot, plain_of, read, trusting
from motma.cards.snapshot.signed import DELTA
from motma.kernel.errors import Declined

TRUST = trusting(SIGNER.key_set())
OTHER, THIRD = "279182651409203417", "379182651409203417"
LATER = NOW + timedelta(minutes=1)

FIRST = body(entries=[QID, THIRD], province="56")
SECOND = body(entries=[QID, OTHER], province="56", as_of=LATER)


def leading(
    to: Body, *, base: datetime = NOW, add: str = OTHER, drop: str = THIRD, key: Key = SIGNER
) -> bytes:
    """The delta that adds and drops an entry."""
    return delta.write(
        to,
        base=base,
        add=ended.ended([add], salt=to.ended.salt),
        drop=ended.ended([drop], salt=to.ended.salt),
        kid=key.kid,
        sign=key.sign,
    )


DELTA_FILE = leading(SECOND)


def refused(data: bytes, base: Snapshot | None = None) -> str:
    """The code with which a delta is refused."""
    with pytest.raises(Declined) as declined:
        delta.apply(base or snapshot(FIRST), data, TRUST)
    return str(declined.value)


def test_what_a_delta_makes_is_the_later_snapshot_byte_by_byte() -> None:
    made = delta.apply(snapshot(FIRST), DELTA_FILE, TRUST)
    assert plain_of(made.body) == plain_of(SECOND)
    assert OTHER in made.body.ended
    assert THIRD not in made.body.ended


def test_what_a_base_has_already_may_be_said_again() -> None:
    base = snapshot(msgspec.structs.replace(SECOND, as_of=NOW))
    assert plain_of(delta.apply(base, DELTA_FILE, TRUST).body) == plain_of(SECOND)


def test_deltas_follow_each_other() -> None:
    third = body(entries=[OTHER], province="56", as_of=LATER + timedelta(minutes=1))
    second = delta.apply(snapshot(FIRST), DELTA_FILE, TRUST)
    made = delta.apply(second, leading(third, base=LATER, drop=QID), TRUST)
    assert plain_of(made.body) == plain_of(third)


def test_a_delta_of_another_base_is_refused() -> None:
    code = "snapshot.delta-base"
    assert refused(leading(SECOND, base=NOW - timedelta(seconds=1))) == code
    assert refused(DELTA_FILE, snapshot(SECOND)) == code
    assert refused(DELTA_FILE, snapshot(msgspec.structs.replace(FIRST, province="01"))) == code


def test_a_base_that_says_its_name_but_has_another_filter_is_refused() -> None:
    other = body(entries=["479182651409203417"], province="56")
    salted = body(province="56")
    salt = ended.ended([QID, THIRD], salt=b"another salt 123")
    salted = msgspec.structs.replace(salted, ended=salt)
    for base in (other, salted):
        assert refused(DELTA_FILE, snapshot(base)) == "snapshot.delta-result"


def test_a_delta_that_goes_back_is_refused() -> None:
    before = msgspec.structs.replace(SECOND, as_of=NOW - timedelta(days=1))
    assert refused(leading(before)) == "snapshot.delta-base"


def test_a_delta_that_was_cut_or_changed_is_refused_wherever() -> None:
    for length in (0, 1, 20, 90, 110, len(DELTA_FILE) // 2, len(DELTA_FILE) - 1):
        assert refused(DELTA_FILE[:length]) in {"snapshot.not-one", "snapshot.truncated"}
    for place in (*range(0, len(DELTA_FILE), 97), *range(len(DELTA_FILE) - 64, len(DELTA_FILE))):
        changed = bytearray(DELTA_FILE)
        changed[place] ^= 1
        assert refused(bytes(changed)).startswith("snapshot.")
    assert refused(DELTA_FILE + b"\0") == "snapshot.corrupted"


def test_a_delta_of_another_issuer_is_refused() -> None:
    assert refused(leading(SECOND, key=STRANGER)) == "snapshot.unknown-key"
    assert refused(leading(SECOND, key=Key(7, SIGNER.kid))) == "snapshot.forged"


def test_a_whole_snapshot_is_no_delta_and_a_delta_no_snapshot() -> None:
    """Nor does the signature of one hold in the other's clothes."""
    whole = file(SECOND)
    assert refused(whole) == "snapshot.not-one"
    with pytest.raises(Declined, match=r"snapshot\.not-one"):
        read(DELTA_FILE, TRUST)
    disguised = whole.replace(b"motma-snapshot 1", b"motma-snapshot-delta 1", 1)
    assert refused(disguised) == "snapshot.forged"
    with pytest.raises(Declined, match=r"snapshot\.forged"):
        read(DELTA_FILE.replace(b"motma-snapshot-delta 1", b"motma-snapshot 1", 1), TRUST)


def test_a_signed_delta_that_says_nothing_is_refused() -> None:
    empty = DELTA.write(b"{}", kid=SIGNER.kid, sign=SIGNER.sign)
    assert refused(empty) == "snapshot.content"
    for add in (b"1234", b"456123"):  # of another width, and out of order
        said = msgspec.structs.replace(delta.own(DELTA_FILE), add=add)
        odd = DELTA.write(msgspec.json.encode(said), kid=SIGNER.kid, sign=SIGNER.sign)
        assert refused(odd) == "snapshot.content"


def test_the_content_that_is_signed_is_that_of_the_later_body() -> None:
    assert delta.own(DELTA_FILE).content == hashlib.sha256(plain_of(SECOND)).hexdigest()
