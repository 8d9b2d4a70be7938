"""Sealed values stay where they were put; indexes and pseudonyms tell nothing without the key."""

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from motma.kernel.clock import SetClock
from motma.keys.errors import SealBroken
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault

COLUMN = "person.profile"
ROW, OTHER = UUID(int=1), UUID(int=2)
DAY = date(2022, 1, 5)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    return new_vault(tmp_path_factory.mktemp("ring") / "keys", 1)


def new_vault(directory: Path, seed: int) -> Vault:
    clock = SetClock(datetime(2022, 1, 5, tzinfo=UTC))
    return Vault(Keyring.create(directory, clock=clock, random=Random(seed).randbytes, demo=True))


@given(plain=st.binary(max_size=600), row=st.uuids())
def test_what_was_sealed_opens_in_its_place(vault: Vault, plain: bytes, row: UUID) -> None:
    assert vault.open(COLUMN, row, vault.seal(COLUMN, row, plain)) == plain


@given(plain=st.binary(max_size=100))
def test_it_opens_in_no_other_row_or_column(vault: Vault, plain: bytes) -> None:
    sealed = vault.seal(COLUMN, ROW, plain)
    for column, row in ((COLUMN, OTHER), ("person.profil", ROW), ("", ROW)):
        with pytest.raises(SealBroken):
            vault.open(column, row, sealed)


@given(plain=st.binary(max_size=50), data=st.data())
def test_no_changed_byte_goes_unnoticed(vault: Vault, plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(vault.seal(COLUMN, ROW, plain))
    where = data.draw(st.integers(0, len(sealed) - 1))
    sealed[where] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBroken):
        vault.open(COLUMN, ROW, bytes(sealed))


@given(junk=st.binary(max_size=100))
def test_any_bytes_are_only_a_broken_seal(vault: Vault, junk: bytes) -> None:
    with pytest.raises(SealBroken):
        vault.open(COLUMN, ROW, junk)


def test_the_same_value_is_sealed_differently_each_time(vault: Vault) -> None:
    assert vault.seal(COLUMN, ROW, b"x") != vault.seal(COLUMN, ROW, b"x")


def test_blind_indexes_agree_for_one_value_and_differ_for_another_kind(vault: Vault) -> None:
    assert vault.blind("cccd", "1") == vault.blind("cccd", "1")
    assert len({vault.blind("cccd", "1"), vault.blind("cmnd", "1"), vault.blind("cccd", "2")}) == 3


def test_without_the_key_an_index_or_pseudonym_cannot_be_guessed(tmp_path: Path) -> None:
    ours, theirs = new_vault(tmp_path / "a", 1), new_vault(tmp_path / "b", 2)
    assert ours.blind("cccd", "1") != theirs.blind("cccd", "1")
    assert ours.tag(ROW, DAY) != theirs.tag(ROW, DAY)


def test_a_person_has_another_pseudonym_each_day(vault: Vault) -> None:
    tags = {vault.tag(row, date(2022, 1, day)) for row in (ROW, OTHER) for day in range(1, 32)}
    assert len(tags) == 62
    assert {len(tag) for tag in tags} == {16}


def test_while_a_rotation_lasts_old_values_open_and_are_found(tmp_path: Path) -> None:
    vault = new_vault(tmp_path / "keys", 3)
    sealed, index, tag = vault.seal(COLUMN, ROW, b"x"), vault.blind("k", "v"), vault.tag(ROW, DAY)
    for purpose in ("data", "blind", "tag"):
        vault.keyring.rotate(purpose)
    vault.refresh()
    assert vault.open(COLUMN, ROW, sealed) == b"x"
    assert vault.blinds("k", "v") == [vault.blind("k", "v"), index]
    assert vault.tags(ROW, DAY) == [vault.tag(ROW, DAY), tag]


def test_a_staged_index_key_is_looked_for_before_it_is_written(tmp_path: Path) -> None:
    vault = new_vault(tmp_path / "keys", 4)
    other = Vault(Keyring.open(vault.keyring.directory))
    vault.keyring.stage("blind")
    vault.refresh()
    other.keyring.rotate("blind")
    other.refresh()
    assert other.blind("k", "v") in vault.blinds("k", "v")


def test_once_its_key_is_retired_a_value_is_lost_for_good(tmp_path: Path) -> None:
    vault = new_vault(tmp_path / "keys", 5)
    sealed, old = vault.seal(COLUMN, ROW, b"x"), vault.keyring.active("data").kid
    vault.keyring.rotate("data")
    vault.keyring.retire(old)
    vault.refresh()
    with pytest.raises(SealBroken):
        vault.open(COLUMN, ROW, sealed)
