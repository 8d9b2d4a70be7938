"""Readers, devices and sessions as values, and the shapes of PINs and codes."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from motma.access.limits import Limit
from motma.kernel import units
from motma.kernel.errors import Malformed
from motma.kernel.ids import Random

#: A shift; after it a reader signs in again.
SESSION_LIFE: Final = timedelta(hours=12)
#: A wallet stays signed in; showing the code never needs a sign-in anyway.
WALLET_SESSION_LIFE: Final = timedelta(days=30)
ENROLMENT_LIFE: Final = timedelta(hours=24)
ACTIVATION_LIFE: Final = timedelta(days=30)

#: Failed sign-ins per log-in and per device, and failed codes per network.
FAILED_SIGN_INS: Final = Limit(name="failed-sign-in", count=5, window_s=900)
FAILED_CODES: Final = Limit(name="failed-code", count=10, window_s=900)

PLACE_KINDS: Final = ("public-place", "checkpoint", "transport", "clinic", "office")

# without I, L, O, U and digits they are mistaken for: what is read aloud or typed comes back right
_ALPHABET: Final = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH: Final = 12
_LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,30}@[a-z0-9][a-z0-9._-]{0,30}")
_PIN: Final = re.compile(r"[0-9]{6,12}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A device by the key it was enrolled with; each sign-in proves that it holds the key."""

    device_id: UUID
    kind: str
    organisation_id: UUID | None
    person_id: UUID | None
    thumbprint: str
    status: str
    post: bytes | None = None  # where it stands, as `posts` writes it; None: nowhere yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A person who reads codes for an organisation."""

    reader_id: UUID
    organisation_id: UUID
    login: str
    role: str
    pin_hash: str
    status: str
    organisation_name: str = ""
    may_move: bool = False  # another place than the one where the device stands


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where people are read: a gate, a checkpoint, a clinic."""

    place_id: UUID
    organisation_id: UUID
    kind: str
    name: str
    commune_code: str | None = None
    commune_as_of: date | None = None

    def area(self, day: date) -> tuple[str | None, str | None]:
        """Province and commune in the units of that day, as far as they are certain.

        A place of an old commune that was split is somewhere in its province, no more is known.
        """
        found = self.commune_code and units.find(self.commune_code, self.commune_as_of)
        if not found:
            return None, None
        if found.world is units.World.NEW or day < units.CHANGED_ON:
            return found.province_code, found.code
        later = units.successors(found.code)
        provinces = {one.province_code for one in later}
        province = provinces.pop() if len(provinces) == 1 else None
        return province, later[0].code if len(later) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A shift of a reader on a device, or a person's log-in on a wallet."""

    device: Device
    session_id: UUID
    reader: Reader | None
    ends_at: datetime
    ended_at: datetime | None


def line(text: str, *, field: str, least: int = 0, most: int = 200) -> str:
    """One printable line that somebody else will read on a screen, or Malformed.

    Control, bidirectional and other invisible characters could make it look like another text.

    >>> line("  leaked  online ", field="reason")
    'leaked online'
    """
    one = " ".join(text.split())
    if len(one) > most:
        raise Malformed("request.text-too-long", field)
    if len(one) < least:
        raise Malformed("request.text-missing", field)
    if not one.isprintable():
        raise Malformed("request.text-unprintable", field)
    return one


def new_code(random: Random) -> str:
    """A one-time code of 12 characters (58 bits) in groups of four.

    >>> new_code(bytes)
    '2222-2222-2222'
    """
    number = int.from_bytes(random(16), "big")
    letters = []
    for _ in range(_CODE_LENGTH):
        number, rest = divmod(number, len(_ALPHABET))
        letters.append(_ALPHABET[rest])
    text = "".join(letters)
    return "-".join(text[i : i + 4] for i in range(0, _CODE_LENGTH, 4))


def plain_code(code: str) -> str:
    """A typed code without the separators people add.

    >>> plain_code(" abcd-efgh jkmn ")
    'ABCDEFGHJKMN'
    """
    return re.sub(r"[^0-9A-Z]", "", code[:64].upper())


def check_login(login: str) -> str:
    """The log-in `name@organisation` in small letters, or Malformed."""
    text = login.strip().lower()
    if not _LOGIN.fullmatch(text):
        raise Malformed("access.login-form", "login")
    return text


def check_pin(pin: str) -> str:
    """A PIN of 6 to 12 digits that is not one digit repeated or a run, or Malformed."""
    if not _PIN.fullmatch(pin):
        raise Malformed("access.pin-form", "pin")
    steps = {(ord(b) - ord(a)) % 10 for a, b in pairwise(pin)}
    if len(steps) == 1 and steps <= {0, 1, 9}:
        raise Malformed("access.pin-too-simple", "pin")
    return pin
