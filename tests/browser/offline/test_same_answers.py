"""A browser's gate and `motma scan --offline` answer alike: each text, place, file and age."""

import base64
import json
import random
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from tests.browser.offline.node import asking
from tests.snapshotting import ISSUER, NOW, QID, SIGNER, STRANGER, Key, body, code, file, snapshot
from tests.unit.cards.snapshot.test_delta import DELTA_FILE, FIRST, SECOND, leading
from tests.unit.scan.test_offline import GREEN, NOT_PROVEN

from motma.cards.snapshot import delta, ended, model
from motma.cards.snapshot.signed import DELTA
from motma.codec.issued import Card, Colour, Form
from motma.kernel.errors import Declined, Malformed
from motma.scan import offline
from motma.scan.model import Outcome
from motma.scan.offline import Place

_VECTORS: Final = Path(__file__).parents[3] / "vectors"
#: Seed of the damaged texts; any other must do as well.
_SEED: Final = 20211008

PLACES: Final = (
    Place(province="56", kind="market"),
    Place(province="01"),
    Place(province="79", activity="shipper"),
    Place(province="56", commune="22366"),
    Place(province="56", commune="22333", kind="checkpoint"),
    Place(province="79", commune="26740"),
    Place(commune="25747"),  # of another province before the units changed
    Place(),
)
MOMENTS: Final = (
    NOW,
    NOW + timedelta(hours=5),
    NOW + timedelta(hours=25),
    datetime(2021, 9, 16, 1, tzinfo=UTC),
    datetime(2021, 10, 31, 17, tzinfo=UTC),  # midnight in Vietnam
)
ENDED: Final = (ended.whole("279182651409203417"), ended.issue(QID, 2))
#: After the units changed: old areas must be found again in new ones.
LATER: Final = datetime(2026, 3, 1, 3, tzinfo=UTC)


def _for_ever(raw: msgspec.Raw) -> msgspec.Raw:
    """A book that stays in force."""
    book = json.loads(bytes(raw))
    book["valid"]["until"] = None
    return msgspec.Raw(json.dumps(book).encode())


def _later() -> model.Body:
    made = body(as_of=LATER)
    return msgspec.structs.replace(made, books=tuple(map(_for_ever, made.books)))


BODIES: Final = (body(entries=ENDED), body(entries=ENDED, province="56"), _later())


def _signed() -> list[str]:
    """Codes of every sort that were really signed."""
    yellow = Card(scheme=7903, colour=Colour.YELLOW, until=NOW + timedelta(hours=7))
    strange = Card(scheme=4321, colour=Colour.GREEN, until=NOW + timedelta(hours=7))
    later = Card(scheme=5601, colour=Colour.GREEN, until=LATER + timedelta(hours=7))
    return [
        code(card=GREEN),
        code(card=later, lasts=timedelta(days=3_000)),
        code(card=yellow),
        code(card=strange),
        code(form=Form.PAPER),
        code(number=2),
        code(qid="279182651409203417"),
        code(card=GREEN) + "<t=00000007123456",
        f"\ufeff {code()}\r\n",
    ]


def _damaged() -> list[str]:
    """Texts with characters changed, dropped, doubled, and parts cut off."""
    chance = random.Random(_SEED)
    whole = [*_signed(), *(text for text, _ in NOT_PROVEN.values()), *_cards()]
    letters = "|<*0123456789ABCZaé \u202e\u00a0\t'-.:/{}="
    texts = []
    for _ in range(1_500):
        text = chance.choice(whole)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(text) or 1)
            text = text[:at] + chance.choice(["", *letters]) + text[at + chance.randint(0, 2) :]
        texts.append(text)
    return texts


def _cards() -> list[str]:
    """Cards of others and codes of other families."""
    name = "Trần Thị Thử".encode().hex()
    return [
        "001190000001||Trần Thị Thử|03021990|Nữ|Hà Nội|10052021",
        "001190000001|Trần Thị Thử|03021990|Nữ|Hà Nội",
        "001190000001|123456789|Trần Thị Thử|00001990|nữ|Hà Nội|30022021",
        f"DN4010120878821|{name}|03/02/1990|2|-|01 - 001|01/01/2021|31/12/2021|$",
        f"0120878821|{name}|1990|1|{name}|01|-|-",
        "HC1:6BF ABC",
        "shc:/567629",
        "NZCP:/1/ABC234==",
        '{"data":{"hdr":{"t":"icao.vacc"},"msg":{}},"sig":{}}',
        "https://qr.example/p/1.1.1.123456." + "1" * 155,
        "001190000001|TRAN THI THU|1990-02-03|0|123|<2",
        "001190000001|Trần Thị Thử|1990-02-30|0|123|<2",
    ]


@cache
def _vectors() -> list[str]:
    files = ((_VECTORS / f"{name}.json").read_bytes() for name in ("qr-reading", "qr-issued"))
    return [str(case["input"]) for data in files for case in json.loads(data)["cases"]]


def _questions() -> list[tuple[int, str, Place, datetime]]:
    plain = [*_signed(), *(text for text, _ in NOT_PROVEN.values()), *_cards(), *_vectors()]
    asked = [
        (number, text, place, at)
        for number in range(len(BODIES))
        for text in _signed()
        for place in PLACES
        for at in ((LATER,) if BODIES[number].as_of == LATER else MOMENTS)
    ]
    return asked + [(0, text, PLACES[0], NOW) for text in (*plain, *_damaged())]


def _place(place: Place) -> dict[str, str | None]:
    return {
        "province": place.province,
        "commune": place.commune,
        "kind": place.kind,
        "activity": place.activity,
    }


def _python(number: int, text: str, place: Place, at: datetime) -> dict[str, Any]:
    """What `motma scan --offline` says."""
    heard = offline.decide(_read(number), text, place, at=at)
    card = heard.card
    if card is not None and card["valid_until"] is not None:
        card = card | {"valid_until": _ms(datetime.fromisoformat(card["valid_until"]))}
    about = heard.snapshot | {"as_of": _ms(datetime.fromisoformat(heard.snapshot["as_of"]))}
    return {
        "outcome": heard.outcome.value,
        "advice": heard.advice,
        "who": heard.who,
        "card": card,
        "warnings": heard.warnings,
        "snapshot": about,
        "not_known": heard.not_known,
    }


@cache
def _read(number: int) -> model.Snapshot:
    return model.read(file(BODIES[number]), model.trusting(SIGNER.key_set()))


def _plain(heard: dict[str, Any]) -> dict[str, Any]:
    """A browser's answer, its moments as numbers and without what Python's does not say."""
    said = {name: value for name, value in heard.items() if name != "code"}
    said["snapshot"] |= {"as_of": _ms(datetime.fromisoformat(said["snapshot"]["as_of"]))}
    if said["card"] is not None and said["card"]["valid_until"] is not None:
        until = datetime.fromisoformat(said["card"]["valid_until"])
        said["card"] |= {"valid_until": _ms(until)}
    return said


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def test_a_browser_answers_every_code_as_python_does(harness: Path) -> None:
    asked = _questions()
    codes = [
        {"file": number, "text": text, "place": _place(place), "atMs": _ms(at)}
        for number, text, place, at in asked
    ]
    heard = asking(harness, files=[_b64(file(one)) for one in BODIES], codes=codes)["codes"]
    for question, answered in zip(asked, heard, strict=True):
        assert _plain(answered) == _python(*question), question[1]
    outcomes = {answered["outcome"] for answered in heard}
    assert outcomes == {outcome.value for outcome in Outcome} - {"unknown", "copied"}


def test_a_browser_refuses_the_same_files_with_the_same_codes(harness: Path) -> None:
    good = file(BODIES[0])
    files = {
        "accepted": good,
        "snapshot.not-one": b"not a snapshot",
        "snapshot.version": good.replace(b"motma-snapshot 1", b"motma-snapshot 2", 1),
        "snapshot.truncated": good[:-1],
        "snapshot.corrupted": good[:200] + bytes([good[200] ^ 1]) + good[201:],
        "snapshot.unknown-key": file(BODIES[0], key=STRANGER),
        "snapshot.forged": file(BODIES[0], key=Key(5, SIGNER.kid)),
    }
    heard = asking(harness, files=[_b64(data) for data in files.values()])["files"]
    assert heard == list(files)
    assert [_python_reads(data) for data in files.values()] == list(files)


def test_a_browser_refuses_the_same_deltas_with_the_same_codes(harness: Path) -> None:
    good, at = DELTA_FILE, len(DELTA_FILE) // 2
    files = {
        "accepted": good,
        "snapshot.not-one": file(SECOND),
        "snapshot.truncated": good[:-1],
        "snapshot.corrupted": good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :],
        "snapshot.unknown-key": leading(SECOND, key=STRANGER),
        "snapshot.forged": leading(SECOND, key=Key(5, SIGNER.kid)),
        "snapshot.content": DELTA.write(b"{}", kid=SIGNER.kid, sign=SIGNER.sign),
        "snapshot.delta-base": leading(SECOND, base=NOW - timedelta(seconds=1)),
        "snapshot.delta-result": leading(SECOND, add="479182651409203417"),
    }
    asked = [{"base": 0, "file": _b64(data)} for data in files.values()]
    heard = asking(harness, files=[_b64(file(FIRST))], deltas=asked)["files"][1:]
    assert heard == list(files)
    assert [_python_continues(data) for data in files.values()] == list(files)


def _python_continues(data: bytes) -> str:
    try:
        delta.apply(snapshot(FIRST), data, model.trusting(SIGNER.key_set()))
    except Declined as declined:
        return declined.reason if isinstance(declined, Malformed) else declined.code
    return "accepted"


def _python_reads(data: bytes) -> str:
    try:
        model.read(data, model.trusting(SIGNER.key_set()))
    except Declined as declined:
        return declined.reason if isinstance(declined, Malformed) else declined.code
    return "accepted"


@pytest.mark.parametrize(
    ("hours", "seen_h", "verdict"),
    [
        (0, None, "usable"),
        (14 * 24, 0, "usable"),
        (14 * 24 + 0.01, None, "snapshot.too-old"),
        (-1, None, "snapshot.ahead"),
        (1, 0.01, "snapshot.older"),
    ],
)
def test_a_browser_refuses_what_is_too_old_ahead_or_older_than_seen(
    harness: Path, hours: float, seen_h: float | None, verdict: str
) -> None:
    seen = None if seen_h is None else _ms(NOW + timedelta(hours=seen_h))
    asked = {"file": 0, "nowMs": _ms(NOW + timedelta(hours=hours)), "seenMs": seen}
    assert asking(harness, files=[_b64(file(BODIES[0]))], usable=[asked])["usable"] == [verdict]


def test_verify_issued_tells_a_good_code_from_an_expired_and_a_forged_one(harness: Path) -> None:
    texts = [code(card=GREEN), code(lasts=timedelta(days=-1)), code(key=Key(5, ISSUER.kid)), "x"]
    asked = [{"text": text, "keys": ISSUER.key_set(), "atMs": _ms(NOW)} for text in texts]
    heard = asking(harness, issued=asked)["issued"]
    assert [one["signature"] for one in heard] == ["valid", "valid", "forged", "none"]
    assert [one["good"] for one in heard] == [True, False, False, False]
    assert heard[0]["issued"]["qid"] == QID
    assert heard[0]["issued"]["card"] == {
        "scheme": 5601,
        "colour": "green",
        "untilMs": _ms(GREEN.until),
    }
