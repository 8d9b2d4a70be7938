"""The ring on disk: closed to others, found out when changed, whole after a crash."""

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest

from motma.kernel.clock import SetClock
from motma.keys import disk
from motma.keys.errors import KeyInUse, KeyMissing, KeyUnknown, PurposeUnsuited, RingBroken
from motma.keys.keyring import Keyring
from motma.keys.model import Purpose, State
from motma.keys.vault import Vault

NOON = datetime(2022, 1, 5, 5, 0, tzinfo=UTC)
SIGNING = ("qr", "log", "place", "snapshot")
ROW = UUID(int=1)


@pytest.fixture
def ring(tmp_path: Path) -> Keyring:
    return Keyring.create(
        tmp_path / "keys", clock=SetClock(NOON), random=Random(1).randbytes, demo=True
    )


def again(ring: Keyring) -> Keyring:
    """What another process would open."""
    return Keyring.open(ring.directory)


def test_a_new_ring_has_an_active_key_for_each_purpose(ring: Keyring) -> None:
    active = {key.purpose for key in ring.listed() if key.state is State.ACTIVE}
    assert active == set(Purpose)
    assert ring.problems(production=False) == []


def test_only_the_owner_may_read_the_ring(ring: Keyring) -> None:
    assert ring.directory.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in ring.directory.iterdir()} == {0o600}


def test_production_refuses_a_demo_ring_and_says_what_to_do(ring: Keyring) -> None:
    assert ring.problems(production=True) == [
        "keys.demo: demo keys are refused here; make real ones: motma keys create"
    ]


def test_a_demo_ring_cannot_be_passed_off_as_a_real_one(ring: Keyring) -> None:
    path = ring.directory / disk.RING
    path.write_text(path.read_text().replace('"demo": true', '"demo": false'))
    with pytest.raises(RingBroken, match=r"keys\.tampered"):
        again(ring)


def test_key_ids_are_short_digits_and_never_given_twice(ring: Keyring) -> None:
    for _ in range(20):
        ring.rotate("qr")
    kids = [key.kid for key in ring.listed()]
    assert len(set(kids)) == len(kids)
    assert all(len(kid) == 6 and kid.isdecimal() for kid in kids)


def test_no_key_stands_in_clear_in_the_ring_file_or_in_a_repr(ring: Keyring) -> None:
    content = (ring.directory / disk.RING).read_text()
    for purpose in Purpose:
        secret = ring.active(purpose).secret
        assert secret is not None
        assert secret.hex() not in content
        assert secret.hex() not in repr(ring.active(purpose))
    assert all(key.secret is None for key in ring.listed())


def test_a_second_ring_is_not_made_over_the_first(ring: Keyring) -> None:
    with pytest.raises(RingBroken, match=r"keys\.exists"):
        Keyring.create(ring.directory, clock=SetClock(NOON), random=Random(2).randbytes, demo=False)


def test_a_missing_ring_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(RingBroken, match=r"keys\.no-ring"):
        Keyring.open(tmp_path)


@pytest.mark.parametrize("name", ["", disk.RING, disk.KEK])
def test_a_ring_that_others_may_read_is_refused(ring: Keyring, name: str) -> None:
    path = ring.directory / name
    path.chmod(path.stat().st_mode | 0o040)
    with pytest.raises(RingBroken, match=r"keys\.too-open"):
        again(ring)


def cut(text: str) -> str:
    return text[: len(text) // 2]


def other_state(text: str) -> str:
    return text.replace('"state": "active"', '"state": "pending"', 1)


def later(text: str) -> str:
    return text.replace("2022-01-05", "2023-01-05", 1)


def flipped(text: str) -> str:
    ring = json.loads(text)
    wrapped = ring["body"]["keys"][-1]["wrapped"]
    ring["body"]["keys"][-1]["wrapped"] = f"{int(wrapped, 16) ^ 1:0{len(wrapped)}x}"
    return json.dumps(ring)


def without_a_key(text: str) -> str:
    ring = json.loads(text)
    del ring["body"]["keys"][-1]
    return json.dumps(ring)


def as_list(_text: str) -> str:
    return "[]"


def as_nothing(_text: str) -> str:
    return "{}"


@pytest.mark.parametrize(
    "change", [cut, other_state, later, flipped, without_a_key, as_list, as_nothing]
)
def test_a_changed_ring_is_refused(ring: Keyring, change: Callable[[str], str]) -> None:
    path = ring.directory / disk.RING
    path.write_text(change(path.read_text()))
    with pytest.raises(RingBroken, match=r"keys\.tampered"):
        again(ring)


@pytest.mark.parametrize("change", [cut, as_list, as_nothing])
def test_changed_wrapping_keys_are_refused(ring: Keyring, change: Callable[[str], str]) -> None:
    path = ring.directory / disk.KEK
    path.write_text(change(path.read_text()))
    with pytest.raises(RingBroken, match=r"keys\.tampered"):
        again(ring)


def test_another_rings_wrapping_keys_do_not_open_this_one(ring: Keyring, tmp_path: Path) -> None:
    other = Keyring.create(
        tmp_path / "other", clock=SetClock(NOON), random=Random(9).randbytes, demo=True
    )
    (ring.directory / disk.KEK).write_bytes((other.directory / disk.KEK).read_bytes())
    with pytest.raises(RingBroken, match=r"keys\.tampered"):
        again(ring)


@pytest.mark.parametrize("purpose", SIGNING)
def test_what_was_signed_is_believed_after_a_rotation_and_no_more_once_retired(
    ring: Keyring, purpose: str
) -> None:
    kid, signature = ring.sign(purpose, b"text")
    assert len(signature) == 64
    fresh = ring.rotate(purpose)
    assert ring.sign(purpose, b"text")[0] == fresh != kid
    other = again(ring)
    assert other.verify(purpose, kid, b"text", signature)
    assert not other.verify(purpose, kid, b"texT", signature)
    assert not other.verify(purpose, fresh, b"text", signature)
    ring.retire(kid)
    assert not again(ring).verify(purpose, kid, b"text", signature)


@pytest.mark.parametrize("signature", [b"", bytes(64), b"\xff" * 64, bytes(65)])
@pytest.mark.parametrize("purpose", SIGNING)
def test_any_bytes_are_only_a_wrong_signature(
    ring: Keyring, purpose: str, signature: bytes
) -> None:
    kid, _ = ring.sign(purpose, b"")
    assert not ring.verify(purpose, kid, b"", signature)


def test_a_signature_for_one_purpose_is_none_for_another(ring: Keyring) -> None:
    kid, signature = ring.sign("qr", b"text")
    assert not ring.verify("place", kid, b"text", signature)


def test_a_key_of_one_purpose_computes_nothing_for_another(ring: Keyring) -> None:
    with pytest.raises(PurposeUnsuited):
        ring.sign("token", b"")
    with pytest.raises(PurposeUnsuited):
        ring.mac("data", b"")


def test_a_mac_names_its_key_and_is_repeated_while_it_is_believed(ring: Keyring) -> None:
    kid, mac = ring.mac("token", b"claims")
    ring.rotate("token")
    assert ring.mac("token", b"claims", kid) == (kid, mac)
    assert ring.mac("token", b"claims") != (kid, mac)
    ring.retire(kid)
    with pytest.raises(KeyMissing):
        ring.mac("token", b"claims", kid)


def test_a_staged_key_is_published_before_it_signs(ring: Keyring) -> None:
    staged = ring.stage("qr")
    assert ring.sign("qr", b"")[0] != staged
    states = {each["kid"]: each["state"] for each in ring.jwks()["keys"]}
    assert states[staged] == "pending"
    assert ring.stage("qr") == staged
    assert ring.rotate("qr") == staged


def test_the_key_set_has_states_and_no_retired_or_private_keys(ring: Keyring) -> None:
    first = ring.active("qr").kid
    second = ring.rotate("qr")
    published = ring.jwks()["keys"]
    assert [(k["kid"], k["state"]) for k in published] == [
        (first, "verify-only"),
        (second, "active"),
    ]
    assert all(k["demo"] and k["crv"] == "P-256" and "d" not in k for k in published)
    ring.retire(first)
    assert [k["kid"] for k in ring.jwks()["keys"]] == [second]


def test_the_active_key_is_not_retired(ring: Keyring) -> None:
    with pytest.raises(KeyInUse):
        ring.retire(ring.active("data").kid)
    with pytest.raises(KeyUnknown):
        ring.retire("no-key")


def test_a_new_wrapping_key_rewraps_all_others_and_the_old_one_can_go(ring: Keyring) -> None:
    old = ring.active("kek").kid
    kid, signature = ring.sign("log", b"text")
    before = json.loads((ring.directory / disk.RING).read_text())
    ring.rotate("kek")
    ring.retire(old)
    after = json.loads((ring.directory / disk.RING).read_text())
    assert after["kek"] != before["kek"]
    assert old not in (ring.directory / disk.KEK).read_text()
    assert again(ring).verify("log", kid, b"text", signature)


class Crash(Exception):
    """The machine stops here."""


@pytest.mark.parametrize("survivors", [0, 1])
def test_after_a_crash_the_ring_is_the_old_one_or_the_new_one(
    ring: Keyring, monkeypatch: pytest.MonkeyPatch, survivors: int
) -> None:
    """Rotating the wrapping key renames twice; the machine stops after none or one of them."""
    kid, signature = ring.sign("log", b"text")
    renames: list[Path] = []

    def rename(self: Path, target: Path) -> None:
        if len(renames) == survivors:
            raise Crash
        renames.append(target)
        os.replace(self, target)  # noqa: PTH105 - Path.replace is not what is replaced here

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(Crash):
        ring.rotate("kek")
    monkeypatch.undo()
    survivor = again(ring)
    assert survivor.verify("log", kid, b"text", signature)
    survivor.rotate("kek")
    assert again(survivor).verify("log", kid, b"text", signature)


def test_another_process_sees_a_rotation_when_it_refreshes(ring: Keyring) -> None:
    other = again(ring)
    assert not other.refresh()
    fresh = ring.rotate("qr")
    assert other.refresh()
    assert other.active("qr").kid == fresh


def test_two_processes_that_rotate_lose_neither_key(ring: Keyring) -> None:
    other = again(ring)
    first, second = ring.rotate("qr"), other.rotate("qr")
    assert {first, second} <= {key.kid for key in again(ring).listed()}


def test_a_vault_opens_what_another_process_sealed_with_a_newer_key(ring: Keyring) -> None:
    vault, other = Vault(ring), Vault(again(ring))
    other.keyring.rotate("data")
    other.refresh()
    sealed = other.seal("person.profile", ROW, b"plain")
    assert vault.open("person.profile", ROW, sealed) == b"plain"


def test_a_ring_without_a_key_names_it(ring: Keyring) -> None:
    kept = [
        replace(key, secret=ring.active(key.purpose).secret)
        for key in ring.listed()
        if key.purpose is not Purpose.QR
    ]
    disk.write(ring.directory, demo=False, keys=kept)
    other = again(ring)
    assert other.problems(production=True) == ["keys.missing: no active key for qr"]
    with pytest.raises(KeyMissing):
        other.sign("qr", b"")


def test_a_ring_of_an_earlier_release_gets_the_keys_it_lacks(ring: Keyring) -> None:
    with disk.exclusive(ring.directory):
        kept = [key for key in disk.read(ring.directory)[1] if key.purpose is not Purpose.SNAPSHOT]
        disk.write(ring.directory, demo=True, keys=kept)
    old = again(ring)
    assert old.problems(production=False) == ["keys.missing: no active key for snapshot"]
    assert len(old.complete()) == 1
    assert again(ring).problems(production=False) == []
    assert old.complete() == []
