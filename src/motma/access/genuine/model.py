"""The text of a scanner's own code, and what can be said of it without the register.

`ORIGIN/r/1.STATEMENT.SIGNATURE.STEP.PROOF`: base64url but for STEP. The statement is the device's
key (33 bytes, compressed), its id (16), the key id of the platform's signature (3), its end (4,
Unix seconds), what may be seen (2, one bit a field) and three lines: role, organisation, place.
The platform signs the text before SIGNATURE, the device the text before PROOF.
"""

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec

from motma.access.policy import FIELDS
from motma.access.tokens import b64, unb64
from motma.codec import es256
from motma.codec.issued import FindKey, Sign

#: Bound into the signatures, so that they mean nothing in any other protocol.
STATEMENT: Final = b"motma.reader-statement.v1\n"
SCREEN: Final = b"motma.reader-screen.v1\n"

#: How long the platform's word holds, and how often the screen changes.
LIFE: Final = timedelta(minutes=10)
STEP_S: Final = 30
#: Steps that are accepted around now: clocks differ, and a hand needs time.
STEPS_AROUND: Final = 1

#: Longest whole text, so that the symbol stays easy to read from a screen.
MOST_CHARACTERS: Final = 400

_HEAD: Final = struct.Struct(">33s16s3sIH")
_TEXT: Final = re.compile(
    r"(https?://[0-9A-Za-z.:-]{1,100}/r/1\.([0-9A-Za-z_-]{80,200}))\.([0-9A-Za-z_-]{86})"
    r"\.([0-9]{1,12})\.([0-9A-Za-z_-]{86})"
)
#: Characters of SIGNATURE, STEP, PROOF and the dots between.
_REST: Final = 86 + 12 + 86 + 3
_CUT: Final = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What the platform says of a scanner."""

    public_key: bytes  # 65 bytes: 04 ‖ x ‖ y
    device_id: UUID
    role: str
    organisation: str
    place: str
    sees: tuple[str, ...]
    ends_at: datetime  # whole seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What can be said of a text; `reason` is None when it is genuine."""

    reason: str | None
    statement: Statement | None = None


def compose(statement: Statement, *, origin: str, kid: str, sign: Sign) -> str:
    """The platform's part of the text; the page adds step and proof. Long names are cut."""
    unsigned = f"{origin}/r/1.{_packed(statement, origin, kid)}"
    used, signature = sign(STATEMENT + unsigned.encode())
    if used != kid:
        return compose(statement, origin=origin, kid=used, sign=sign)
    return f"{unsigned}.{b64(signature)}"


def check(text: str, find_key: FindKey, *, now: datetime) -> Checked:
    """What the text itself proves now; whether device and shift still stand is another question.

    Reasons: `not-one`, `unknown-key`, `forged`, `expired` (the statement, or an old picture).
    """
    found = _TEXT.fullmatch(text.strip())
    statement = _unpacked(found[2]) if found else None
    if found is None or statement is None:
        return Checked(reason="not-one")
    key = find_key(_kid_of(found[2]))
    if key is None:
        return Checked(reason="unknown-key")
    device = es256.public_key(statement.public_key[1:33], statement.public_key[33:])
    whole = text.strip().rpartition(".")[0]
    proven = _verifies(key, found[3], STATEMENT + found[1].encode()) and _verifies(
        device, found[5], SCREEN + whole.encode()
    )
    if not proven:
        return Checked(reason="forged")
    steps = int(now.timestamp()) // STEP_S - int(found[4])
    fresh = abs(steps) <= STEPS_AROUND and now <= statement.ends_at
    return Checked(reason=None if fresh else "expired", statement=statement)


def _packed(statement: Statement, origin: str, kid: str) -> str:
    numbers = ec.EllipticCurvePublicNumbers(
        int.from_bytes(statement.public_key[1:33], "big"),
        int.from_bytes(statement.public_key[33:], "big"),
        ec.SECP256R1(),
    )
    parity = bytes([2 + numbers.y % 2])
    head = _HEAD.pack(
        parity + statement.public_key[1:33],
        statement.device_id.bytes,
        int(kid).to_bytes(3, "big"),
        int(statement.ends_at.timestamp()),
        sum(1 << at for at, field in enumerate(FIELDS) if field in statement.sees),
    )
    characters = MOST_CHARACTERS - len(f"{origin}/r/1.") - _REST
    room = characters * 3 // 4 - _HEAD.size
    lines = _fitted([statement.role, statement.organisation, statement.place], room)
    return b64(head + "\n".join(lines).encode())


def _fitted(lines: list[str], room: int) -> list[str]:
    """The lines in `room` bytes: the longest is cut first, and says so."""
    lines = list(lines)
    while len("\n".join(lines).encode()) > room and max(map(len, lines)) > 1:
        longest = max(range(1, len(lines)), key=lambda at: len(lines[at].encode()))
        lines[longest] = lines[longest].removesuffix(_CUT)[:-1] + _CUT
    return lines


def _unpacked(text: str) -> Statement | None:
    """The statement in base64url, or None when there is none."""
    try:
        data = unb64(text)
        key, device, _kid, ends, mask = _HEAD.unpack_from(data)
        role, organisation, place = data[_HEAD.size :].decode().split("\n")
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), key).public_numbers()
    except (ValueError, struct.error):
        return None
    return Statement(
        public_key=b"\x04" + public.x.to_bytes(32, "big") + public.y.to_bytes(32, "big"),
        device_id=UUID(bytes=device),
        role=role,
        organisation=organisation,
        place=place,
        sees=tuple(field for at, field in enumerate(FIELDS) if mask >> at & 1),
        ends_at=datetime.fromtimestamp(ends, UTC),
    )


def _kid_of(text: str) -> str:
    return f"{int.from_bytes(unb64(text)[49:52], 'big'):06d}"


def _verifies(key: es256.PublicKey, signature: str, message: bytes) -> bool:
    """Whether raw r ‖ s in base64url is the key's signature, s in either half."""
    try:
        return es256.verify(key, es256.to_digits(unb64(signature)), message)
    except ValueError:
        return False
