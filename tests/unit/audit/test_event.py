"""A commitment holds every column, and tells nothing of any."""

from base64 import b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Final
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import fields, replace

from motma.audit.model import Event, canonical, commit, microseconds, moment_of, opened, record
from motma.audit.promise import Promised, check_promise, promise, promise_all
from motma.kernel.clock import SetClock
from motma.keys.keyring import Keyring
from motma.keys.vault import Vault

#: 23:30 of 4 January in UTC is 06:30 of 5 January in Vietnam.
LATE: Final = datetime(2022, 1, 4, 23, 30, tzinfo=UTC)
PERSON: Final = UUID(int=7)

moments = st.integers(0, 2**51).map(moment_of)
events = st.builds(
    Event,
    device_id=st.uuids(),
    event_id=st.uuids(),
    kind=st.text(max_size=9),
    at=moments,
    known_at=moments,
    person_tag=st.none() | st.binary(max_size=4),
    outcome=st.none() | st.text(max_size=4),
    body_hash=st.none() | st.binary(max_size=4),
    sealed=st.binary(max_size=9),
    salt=st.binary(min_size=16, max_size=16),
    commitment=st.just(b""),
)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Vault:
    directory = tmp_path_factory.mktemp("ring") / "keys"
    clock, chance = SetClock(LATE), Random(1).randbytes
    ring = Keyring.create(directory, clock=clock, random=chance, demo=True)
    return Vault(ring, random=chance)


def recorded(vault: Vault, details: Mapping[str, object]) -> Event:
    return record(
        vault,
        SetClock(LATE),
        Random(2).randbytes,
        kind="scan.read",
        details=details,
        person_id=PERSON,
    )


@given(one=events, other=events)
def test_two_rows_have_one_canonical_form_only_if_they_are_equal(one: Event, other: Event) -> None:
    same = replace(one, salt=b"") == replace(other, salt=b"")
    assert (canonical(one) == canonical(other)) == same


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("device_id", UUID(int=9)),
        ("event_id", UUID(int=9)),
        ("kind", "scan.reae"),
        ("at", LATE + timedelta(microseconds=1)),
        ("known_at", LATE + timedelta(microseconds=1)),
        ("person_tag", None),
        ("outcome", ""),
        ("body_hash", b""),
        ("sealed", b""),
        ("salt", bytes(16)),
        ("salt", b""),
        ("commitment", b""),
        ("commitment", bytes(32)),
    ],
)
def test_an_event_with_any_column_changed_is_not_intact(
    vault: Vault, column: str, value: object
) -> None:
    event = recorded(vault, {})
    assert event.intact()
    assert not replace(event, **{column: value}).intact()


def test_bytes_cannot_move_between_salt_and_row(vault: Vault) -> None:
    event = recorded(vault, {})
    longer = replace(event, salt=event.salt + b"m")
    assert not replace(longer, commitment=commit(longer)).intact()


def test_the_canonical_form_never_changes() -> None:
    """Leaves stay in the tree for years: this value may not change in any release."""
    event = Event(
        device_id=UUID(int=1),
        event_id=UUID(int=2),
        kind="scan.read",
        at=LATE,
        known_at=LATE + timedelta(seconds=1),
        person_tag=b"tag",
        outcome=None,
        body_hash=b"hash",
        sealed=b"sealed",
        salt=bytes(16),
        commitment=b"",
    )
    assert commit(event).hex() == "a2ca7a2e386c9c92b906ab15b20b38f91bab9257b1a90a155a24a63428b38855"


def test_details_are_sealed_and_open_again(vault: Vault) -> None:
    details = {"who": "NGUYỄN VĂN A", "place": UUID(int=3), "at": LATE}
    event = recorded(vault, details)
    assert "NGUYỄN".encode() not in event.sealed
    entry = opened(vault, event)
    assert entry.intact
    assert entry.details == {
        "who": "NGUYỄN VĂN A",
        "place": str(UUID(int=3)),
        "at": "2022-01-04T23:30:00Z",
    }


def test_details_that_were_tampered_with_are_shown_as_such(vault: Vault) -> None:
    event = recorded(vault, {"who": "A"})
    for changed in (replace(event, sealed=b"x" * 60), replace(event, event_id=UUID(int=5))):
        assert not opened(vault, changed).intact
    outcome = opened(vault, replace(event, outcome="other"))
    assert not outcome.intact
    assert outcome.details == {"who": "A"}


def test_the_pseudonym_is_that_of_the_civil_day_in_vietnam(vault: Vault) -> None:
    event = recorded(vault, {})
    assert event.person_tag == vault.tag(PERSON, datetime(2022, 1, 5, tzinfo=UTC).date())


def test_the_same_event_twice_has_two_commitments(vault: Vault) -> None:
    first, second = (
        record(vault, SetClock(LATE), vault._random, kind="k", details={}) for _ in range(2)
    )
    assert first.commitment != second.commitment


@given(value=st.integers(0, 2**52))
def test_moments_keep_their_microseconds(value: int) -> None:
    assert microseconds(moment_of(value)) == value


def test_a_promise_holds_for_what_was_promised_and_nothing_else(vault: Vault) -> None:
    promised = promise(vault.keyring, recorded(vault, {}))
    keys = vault.keyring.public_keys("log")
    assert check_promise(keys, promised)
    other = recorded(vault, {"other": 1})
    for changed in (
        {"commitment": promise(vault.keyring, other)["commitment"]},
        {"known_at": (LATE + timedelta(seconds=1)).isoformat()},
        {"known_at": "2022-01-05T00:00:00"},
        {"signature": "AAAA"},
        {"signature": "no base64"},
        {"kid": "000000"},
        {"kid": None},
    ):
        assert not check_promise(keys, promised | changed)
    assert not check_promise(keys, {})
    assert not check_promise([], promised)


def test_a_promise_names_no_person(vault: Vault) -> None:
    event = recorded(vault, {})
    said = str(promise(vault.keyring, event))
    assert event.person_tag is not None
    assert event.person_tag.hex() not in said
    assert b64encode(event.person_tag).decode() not in said
    assert str(PERSON) not in said


@given(size=st.integers(1, 40), data=st.data())
def test_each_of_a_group_holds_its_own_promise_and_no_other(
    vault: Vault, size: int, data: st.DataObject
) -> None:
    group = [Promised(UUID(int=i), sha256(bytes((i,))).digest(), LATE) for i in range(size)]
    promised = promise_all(vault.keyring, group)
    keys = vault.keyring.public_keys("log")
    assert all(check_promise(keys, each) for each in promised)
    assert len({each["signature"] for each in promised}) == 1
    one = data.draw(st.sampled_from(promised))
    stranger = b64encode(sha256(b"stranger").digest()).decode()
    for changed in (
        {"commitment": stranger},
        {"index": one["index"] + 1},
        {"index": -1},
        {"size": size + 1},
        {"size": 2**40},
        {"path": [*one["path"], stranger]},
        {"path": None},
    ):
        assert not check_promise(keys, one | changed)


def test_every_column_of_an_event_is_in_its_canonical_form(vault: Vault) -> None:
    """A new column that is not committed to must not slip in."""
    assert {each.name for each in fields(Event)} == {
        *("device_id", "event_id", "kind", "at", "known_at", "person_tag", "outcome"),
        *("body_hash", "sealed", "salt", "commitment"),
    }
    assert vault.keyring.demo
