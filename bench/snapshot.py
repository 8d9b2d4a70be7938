"""The snapshot measured: its size, a delta, time to load and look up, and how often it is wrong.

    python bench/snapshot.py [--strangers 20000000]

For 0, 10,000 and 1,000,000 codes that ended, with the shipped rule books. A good code that is
found in the filter is a false positive: `--strangers` of them are looked up, and as hits are rare
at the real width, also in the same filter cut to three bytes, where they are not. CPU seconds of
one core, medians. Last line: one JSON object.
"""

import argparse
import gzip
import hashlib
import json
import platform
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from motma.access.tokens import b64
from motma.cards.snapshot import delta, ended, model
from motma.cards.snapshot.ended import Ended
from motma.cards.snapshot.model import Body, Scheme
from motma.codec.issued import FindKey
from motma.kernel.clock import civil_day
from motma.rules.books.choosing import reach_of
from motma.rules.books.shipped import shipped
from motma.scan import offline_texts

COUNTS: Final = (0, 10_000, 1_000_000)
NEW: Final = 1_000
ROUNDS: Final = 5
LOOK_UPS: Final = 20_000
NARROW: Final = 3
NOW: Final = datetime(2021, 10, 8, 1, tzinfo=UTC)
SALT: Final = hashlib.sha256(b"bench").digest()[: ended.SALT_BYTES]
KID: Final = "500001"

_private: Final = ec.derive_private_key(20211007, ec.SECP256R1())


def main() -> None:
    """Measure, print, and end with one line of JSON."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--strangers", type=int, default=20_000_000)
    strangers = options.parse_args().strangers
    figures: dict[str, Any] = {"machine": platform.platform(), "strangers": strangers}
    for count in COUNTS:
        found = measured(count) | wrong(count, strangers)
        figures[str(count)] = found
        print(f"{count:,} ended")
        for name, value in found.items():
            print(f"  {name:28}{value:>16,}")
    print(json.dumps(figures))


def measured(count: int) -> dict[str, float]:
    """Bytes and times of a whole snapshot and of the delta that adds `NEW` endings."""
    former, find = body(count, NOW), trusted()
    whole, plain = model.write(former, kid=KID, sign=sign), model.plain_of(former)
    filter_, qids = former.ended, [good(n) for n in range(LOOK_UPS)]
    return {
        "body, bytes": len(plain),
        "whole, bytes": len(whole),
        "body in gzip -9, bytes": len(gzip.compress(plain, 9)),
        "bytes a code": round((len(whole) - _empty()) / max(count, 1), 2),
        "width, bytes": filter_.width,
        "filter made, s": seconds(lambda: ended.ended(map(gone, range(count)), salt=SALT), 1),
        "whole signed, s": seconds(lambda: model.write(former, kid=KID, sign=sign), 1),
        "whole read, s": seconds(lambda: model.read(whole, find)),
        "look-up, µs": round(seconds(lambda: [one in filter_ for one in qids]) / LOOK_UPS * 1e6, 2),
    } | followed(former, whole)


def followed(former: Body, whole: bytes) -> dict[str, float]:
    """A delta of `NEW` endings; none where the filter had to become wider."""
    later, find = body(len(former.ended) + NEW, NOW + timedelta(hours=1)), trusted()
    if later.ended.width != former.ended.width:
        return {}
    step, base = leading(former, later), model.read(whole, find)
    return {
        "delta of 1,000, bytes": len(step),
        "delta signed, s": seconds(lambda: leading(former, later), 1),
        "delta applied, s": seconds(lambda: delta.apply(base, step, find)),
    }


def wrong(count: int, strangers: int) -> dict[str, float]:
    """How many good codes are found, as the filter is and cut to three bytes, beside theory."""
    filter_ = body(count, NOW).ended
    cut = min(strangers, 1_000_000)
    narrow = Ended(salt=SALT, width=NARROW, hashes=b"".join(sorted(_cut(filter_))))
    return {
        "hits of strangers": hits(filter_, strangers),
        "hits expected": round(strangers * filter_.false_rate, 2),
        "false rate stated": filter_.false_rate,
        "hits in a million, 3 bytes": hits(narrow, cut),
        "expected there": round(cut * narrow.false_rate, 1),
    }


def hits(filter_: Ended, strangers: int) -> int:
    """How many of so many good codes are in the filter, as `in` would find them, but quicker."""
    width, start = filter_.width, hashlib.sha256(SALT)
    row = filter_.hashes
    known = {row[at : at + width] for at in range(0, len(row), width)}
    found = 0
    for number in range(strangers):
        one = start.copy()
        one.update(good(number).encode())
        if one.digest()[:width] in known:
            assert good(number) in filter_
            found += 1
    return found


def body(count: int, as_of: datetime) -> Body:
    """A snapshot with the shipped books and so many codes that ended."""
    day = civil_day(as_of)
    return Body(
        as_of=as_of,
        demo=True,
        province=None,
        keys=key_set(),
        signers=key_set(),
        books=tuple(msgspec.Raw(book.write()) for book in shipped()),
        schemes=tuple(Scheme(number=one.number, title=one.book.title) for one in shipped()),
        ended=ended.ended(map(gone, range(count)), salt=SALT),
        reach=tuple(reach_of(book.book.scope, day) for book in shipped()),
        texts=offline_texts.published(),
    )


def leading(former: Body, later: Body) -> bytes:
    """The delta from one to the other."""
    count = len(former.ended)
    came = later.ended.only(map(gone, range(count, count + NEW)), present=True)
    none = later.ended.only((), present=True)
    return delta.write(later, base=former.as_of, add=came, drop=none, kid=KID, sign=sign)


def gone(number: int) -> str:
    """The QID of a code that ended."""
    return f"1{number:017d}"


def good(number: int) -> str:
    """The QID of one that did not."""
    return f"2{number:017d}"


def seconds(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of the process's time."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return round(statistics.median(taken), 4)


def sign(data: bytes) -> tuple[str, bytes]:
    """Key id and r ‖ s."""
    r, s = decode_dss_signature(_private.sign(data, ec.ECDSA(hashes.SHA256())))
    return KID, r.to_bytes(32, "big") + s.to_bytes(32, "big")


def key_set() -> dict[str, Any]:
    """The JWK set of this key."""
    point = _private.public_key().public_numbers()
    x, y = (b64(n.to_bytes(32, "big")) for n in (point.x, point.y))
    return {"keys": [{"kty": "EC", "crv": "P-256", "kid": KID, "x": x, "y": y}]}


def trusted() -> FindKey:
    """Finds this key."""
    return model.trusting(key_set())


def _empty() -> int:
    return len(model.write(body(0, NOW), kid=KID, sign=sign))


def _cut(filter_: Ended) -> set[bytes]:
    row = filter_.hashes
    return {row[at : at + NARROW] for at in range(0, len(row), filter_.width)}


if __name__ == "__main__":
    main()
