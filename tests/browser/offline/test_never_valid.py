"""Revoked never shows valid: whatever snapshot, delta, flags, place, time or damage it is."""

import base64
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
from tests.browser.offline.node import asking
from tests.snapshotting import ISSUER, NOW, SALT, SIGNER, STRANGER, body, code, file, snapshot

from motma.cards.snapshot import delta, ended
from motma.cards.snapshot.ended import Ended
from motma.cards.snapshot.model import Body, Snapshot
from motma.codec.issued import Card, Colour, Form
from motma.scan import offline
from motma.scan.offline import Place

#: Any other seeds must do as well.
SEEDS: Final = (4, 1405, 2116)
SNAPSHOTS: Final = 12
#: Codes that are asked of each file.
CODES: Final = 40
GONE: Final = {"revoked", "replaced", "expired", "forged", "unknown-key", "malformed", "unsigned"}


def _qid(chance: random.Random) -> str:
    return str(chance.randrange(10**17, 10**18))


def _bodies(chance: random.Random) -> Iterator[tuple[Body, Body, list[tuple[str, int]]]]:
    """A snapshot, a later one, and QIDs with the newest issue number that ended by then."""
    for at in range(SNAPSHOTS):
        strangers = [_qid(chance) for _ in range(chance.choice((0, 1, 7, 300, 2_000)))]
        people = [(_qid(chance), chance.randint(1, 9)) for _ in range(6)]
        ends = [_ends(qid, number if at % 2 else None) for qid, number in people]
        early, later = [*strangers, *chain(*ends[:3])], [*strangers, *chain(*ends)]
        province = chance.choice((None, "56", "01"))
        after = timedelta(minutes=chance.randint(1, 10_000))
        second = body(entries=later, province=province, as_of=NOW + after)
        first = body(entries=early, province=province)
        # One width for both, as in one week's snapshots of the platform.
        same = first.ended.width == second.ended.width
        had = first.ended if same else second.ended.only(early, present=True)
        yield msgspec.structs.replace(first, ended=had), second, people


def _ends(qid: str, number: int | None) -> list[str]:
    """The entries of a QID that ended, or of all its issues up to a number."""
    if number is None:
        return [ended.whole(qid)]
    return [ended.issue(qid, one) for one in range(1, number + 1)]


def _delta(early: Body, later: Body) -> bytes:
    before, after = _hashes(early.ended), _hashes(later.ended)
    add, drop = (
        Ended(salt=SALT, width=later.ended.width, hashes=b"".join(sorted(row)))
        for row in (after - before, before - after)
    )
    base, kid = early.as_of, SIGNER.kid
    return delta.write(later, base=base, add=add, drop=drop, kid=kid, sign=SIGNER.sign)


def _hashes(row: Ended) -> set[bytes]:
    width = row.width
    return {row.hashes[at : at + width] for at in range(0, len(row.hashes), width)}


def _held_up(chance: random.Random, qid: str, number: int) -> str:
    """A code of somebody whose code ended, really signed, in any of its dresses."""
    colours = (Colour.GREEN, Colour.YELLOW)
    until = NOW + timedelta(hours=chance.randint(-50, 50_000))
    card = Card(
        scheme=chance.choice((5601, 7903, 4321)), colour=chance.choice(colours), until=until
    )
    form = chance.choice((Form.PHONE, Form.PAPER))
    text = code(
        qid=qid,
        number=chance.randint(1, number),
        card=card if form is Form.PHONE and chance.random() < 0.7 else None,
        form=form,
        lasts=timedelta(days=chance.choice((-30, 30, 4_000))),
        key=chance.choice((ISSUER, ISSUER, ISSUER, STRANGER)),
    )
    if form is Form.PHONE and chance.random() < 0.5:
        text += f"<t=00000007{chance.randrange(10**6):06d}"
    if chance.random() < 0.3:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice("0123456789AB<|= ") + text[at + chance.randint(0, 1) :]
    return chance.choice(("", " ", "\ufeff")) + text + chance.choice(("", "\r\n"))


def _place(chance: random.Random) -> dict[str, str | None]:
    return {
        "province": chance.choice((None, "56", "01", "79")),
        "commune": chance.choice((None, "22366", "26740")),
        "kind": chance.choice((None, "market", "checkpoint")),
        "activity": chance.choice((None, "shipper")),
    }


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _damaged(chance: random.Random, data: bytes) -> bytes:
    """Bits turned, bytes cut out, doubled or cut off; now and then nothing."""
    changed = bytearray(data)
    for _ in range(chance.randint(0, 3)):
        at = chance.randrange(len(changed))
        how = chance.randrange(4)
        if how == 0:
            changed[at] ^= 1 << chance.randrange(8)
        elif how == 1:
            del changed[at : at + chance.randint(1, 9)]
        elif how == 2:
            changed[at:at] = changed[at : at + chance.randint(1, 9)]
        else:
            del changed[at:]
    return bytes(changed) or b"x"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_code_that_ended_is_never_valid_by_any_snapshot_that_says_so(
    harness: Path, seed: int
) -> None:
    chance = random.Random(seed)
    wholes, deltas, asked, said = [], [], [], []
    for at, (early, later, people) in enumerate(_bodies(chance)):
        gate = snapshot(later)
        wholes += [file(early), file(later)]
        deltas.append({"base": 2 * at, "file": _b64(_delta(early, later))})
        for _ in range(CODES):
            qid, number = chance.choice(people)
            which = chance.choice((2 * at + 1, 2 * SNAPSHOTS + at))  # the whole, or by delta
            asked.append(_question(chance, which, qid, number))
            said.append(_python(gate, asked[-1]))
    heard = asking(harness, files=[_b64(one) for one in wholes], deltas=deltas, codes=asked)
    assert heard["files"] == ["accepted"] * 3 * SNAPSHOTS
    for question, answer in zip(asked, heard["codes"], strict=True):
        assert answer["outcome"] in GONE, question
        assert (answer["who"], answer["card"]) == (None, None), question
    outcomes = [answer["outcome"] for answer in heard["codes"]]
    assert outcomes == said
    assert {"revoked", "replaced", "expired", "forged"} <= set(outcomes)
    assert outcomes.count("revoked") > SNAPSHOTS * 5  # most texts reach the filter


@pytest.mark.parametrize("seed", SEEDS)
def test_a_damaged_snapshot_or_delta_never_makes_it_valid_either(harness: Path, seed: int) -> None:
    chance = random.Random(seed)
    early, later, people = next(_bodies(chance))
    whole, step = file(later), _delta(early, later)
    files = [file(early), *(_damaged(chance, whole) for _ in range(60))]
    deltas = [{"base": 0, "file": _b64(_damaged(chance, step))} for _ in range(60)]
    asked = [
        _question(chance, number_of_file, *chance.choice(people[3:]))
        for number_of_file in range(1, len(files) + len(deltas))
        for _ in range(3)
    ]
    heard = asking(harness, files=[_b64(one) for one in files], deltas=deltas, codes=asked)
    decided = [answer for answer in heard["codes"] if answer is not None]
    assert all(answer["outcome"] in GONE for answer in decided)
    assert len(decided) < len(asked)  # the damage was seen


def _python(gate: Snapshot, question: dict[str, Any]) -> str:
    """What `motma scan --offline` says."""
    at = datetime.fromtimestamp(question["atMs"] / 1000, UTC)
    return offline.decide(gate, question["text"], Place(**question["place"]), at=at).outcome.value


def _question(chance: random.Random, number_of_file: int, qid: str, number: int) -> dict[str, Any]:
    at = NOW + timedelta(hours=chance.randint(-10_000, 10_000))
    return {
        "file": number_of_file,
        "text": _held_up(chance, qid, number),
        "place": _place(chance),
        "atMs": int(at.timestamp() * 1000),
    }
