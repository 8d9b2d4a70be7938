"""Our place QR: a URL that carries a signed place code.

`https://HOST/p/1.PLACE.NUMBER.KID.SIGNATURE`, all decimal: the place's UUID as a number, the issue
number of its poster, key id, ES256. The whole URL before the last dot is signed, the host too, so
a poster can't be moved to another site.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from motma.codec import es256
from motma.codec.issued import FindKey, Signature
from motma.codec.model import Family, Finding, Reading, malformed
from motma.kernel.errors import Malformed

#: Bound into every signature, so that it means nothing in any other protocol.
CONTEXT: Final = b"motma.place-qr.v1\n"

_LOOKS: Final = re.compile(r"https?://[^/?#]+/p/1\..*", re.IGNORECASE)
_PLACE: Final = re.compile(
    r"(https://[0-9a-z.-]+(?::[0-9]{1,5})?)/p/1\.([0-9]{1,39})\.([1-9][0-9]{0,5})\.([0-9]{6})"
    r"\.([0-9]{155})"
)
_LAST_UUID: Final = (1 << 128) - 1


@dataclass(frozen=True, slots=True)
class PlaceCode:
    """What the poster of a place says; nothing is said about its signature."""

    origin: str
    place_id: UUID
    number: int  # issue number of the poster, from 1
    kid: str
    signature: str


def compose(
    *, origin: str, place_id: UUID, number: int, kid: str,
    sign: Callable[[bytes], tuple[str, bytes]],
) -> str:  # fmt: skip
    """The signed URL; made again when the signer has turned to another key."""
    unsigned = f"{origin}/p/1.{place_id.int}.{number}"
    used, signature = sign(CONTEXT + f"{unsigned}.{kid}".encode())
    if used != kid:
        kid, signature = sign(CONTEXT + f"{unsigned}.{used}".encode())
        if kid != used:
            raise RuntimeError("the signing key changed twice while one code was signed")
    text = f"{unsigned}.{kid}.{es256.to_digits(signature)}"
    parse(text)
    return text


def parse(text: str) -> PlaceCode:
    """The value, or `Malformed`."""
    found = _PLACE.fullmatch(text)
    if found is None or int(found[2]) > _LAST_UUID:
        raise Malformed("place.form")
    return PlaceCode(found[1], UUID(int=int(found[2])), int(found[3]), found[4], found[5])


def looks_like(text: str) -> bool:
    """Whether a URL has the path of a place code."""
    return _LOOKS.fullmatch(text) is not None


def read(text: str) -> Reading:
    """The value and findings; never raises."""
    try:
        return Reading(text, Family.PLACE, parse(text))
    except Malformed as why:
        return malformed(text, Family.PLACE, [Finding(why.reason)])


def verify(text: str, find_key: FindKey) -> Signature:
    """What can be said of the signature of a place code. Never raises."""
    if _PLACE.fullmatch(text) is None:
        return Signature.NONE
    code = parse(text)
    key = find_key(code.kid)
    if key is None:
        return Signature.UNKNOWN_KEY
    message = CONTEXT + text.rpartition(".")[0].encode()
    return Signature.VALID if es256.verify(key, code.signature, message) else Signature.FORGED
