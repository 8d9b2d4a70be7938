"""Deciding without the network: the code's signature, a snapshot, and the code's card slot.

Whatever needs the register is said to be unknown, never guessed: a copy, an ending after the
snapshot, facts that came after the code was signed. Nothing is valid here without a signature.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from motma.cards.snapshot import ended
from motma.cards.snapshot.model import Snapshot
from motma.codec import reading
from motma.codec.issued import Card, Colour, Issued, Signature
from motma.kernel import names
from motma.kernel.clock import civil_day
from motma.rules.books.choosing import choose
from motma.rules.books.compiling import CompiledBook
from motma.rules.books.model import NEUTRAL
from motma.rules.books.payload import civil
from motma.rules.books.wording import reads
from motma.scan import codes, model, offline_texts, texts
from motma.scan.model import Code, Outcome

#: What each colour of a card slot is called in books.
_SLOT: Final = {Colour.GREEN: "green", Colour.YELLOW: "yellow"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the gate stands, by the units of today."""

    province: str | None = None
    commune: str | None = None
    kind: str | None = None
    activity: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineAnswer:
    """What a gate hears without the network."""

    outcome: Outcome
    advice: dict[str, Any]
    who: dict[str, str] | None  # what stands in the code itself
    card: dict[str, Any] | None
    warnings: list[dict[str, Any]]
    snapshot: dict[str, Any]
    not_known: list[dict[str, Any]]


def decide(snapshot: Snapshot, text: str, place: Place, *, at: datetime) -> OfflineAnswer:
    """The answer for any QR text, as of `at`."""
    code = codes.read(text, snapshot.find_key, today=civil_day(at))
    outcome = _outcome(snapshot, code, at)
    advice, vi, en = texts.ADVICE[outcome]
    good = outcome is Outcome.KNOWN
    return OfflineAnswer(
        outcome=outcome,
        advice={"code": advice, "text": texts.both((vi, en))},
        who=_who(code) if good else None,
        card=_card(snapshot, text, place, at) if good else None,
        warnings=_warnings(snapshot, code, place, at),
        snapshot=_about(snapshot, at),
        not_known=_not_known(snapshot, good=good),
    )


def _outcome(snapshot: Snapshot, code: Code, at: datetime) -> Outcome:
    """What can be said without the register; only a signature that holds makes a code good."""
    by_itself = model.without_register(code, civil_day(at))
    if by_itself is not None:
        return by_itself
    if not code.signed or code.qid is None:
        unknown_key = code.signature is Signature.UNKNOWN_KEY
        return Outcome.UNKNOWN_KEY if unknown_key else Outcome.UNSIGNED
    gone = snapshot.body.ended
    if ended.whole(code.qid) in gone:
        return Outcome.REVOKED
    if code.issue_no is not None and ended.issue(code.qid, code.issue_no) in gone:
        return Outcome.REPLACED
    return Outcome.KNOWN


def _who(code: Code) -> dict[str, str]:
    """The little of the code that the guard compares with the person."""
    shown = {"masked_name": names.masked(code.name or ""), "birth_year": (code.born or "")[:4]}
    return {name: value for name, value in shown.items() if value}


def _card(snapshot: Snapshot, text: str, place: Place, at: datetime) -> dict[str, Any]:
    """The colour in the code, if it was given under the book that speaks here and still holds."""
    book = choose(
        snapshot.books,
        province=place.province,
        commune=place.commune,
        place_kind=place.kind,
        activity=place.activity,
        at=at,
    )
    slot = _slot(text, at)
    if slot is None:
        return _neutral(book, "no-colour")
    until = reads(civil(slot.until))
    if slot.scheme != book.number:
        title = snapshot.title_of(slot.scheme)
        number = f"{slot.scheme:04d}"
        vi, en = (title.vi, title.en) if title is not None else (number, number)
        return _neutral(book, "other-scheme", scheme=slot.scheme, vi=vi, en=en)
    colour = _SLOT[slot.colour]
    if colour not in book.rank:
        return _neutral(book, "no-colour")
    if not slot.stands(at=at):
        return _neutral(book, "over", scheme=slot.scheme, vi=until, en=until)
    label = book.label(colour)
    said = offline_texts.CARD["holds"]
    return {
        "colour": colour,
        "book": book.id,
        "scheme": slot.scheme,
        "valid_until": slot.until.isoformat(),
        "text": {
            "vi": said[0].format(colour=label.vi, vi=until),
            "en": said[1].format(colour=label.en, en=until),
        },
    }


def _slot(text: str, at: datetime) -> Card | None:
    """The card slot of a code whose signature holds, however the text reached us."""
    value = reading.read(text, today=civil_day(at)).fields
    return value.issue.card if isinstance(value, Issued) else None


def _neutral(
    book: CompiledBook, why: str, *, scheme: int | None = None, vi: str = "", en: str = ""
) -> dict[str, Any]:
    """No colour, and why."""
    said = offline_texts.CARD["no-rule" if book.number == 0 and not scheme else why]
    return {
        "colour": NEUTRAL,
        "book": book.id,
        "scheme": scheme,
        "valid_until": None,
        "text": {"vi": said[0].format(vi=vi), "en": said[1].format(en=en)},
    }


def _warnings(snapshot: Snapshot, code: Code, place: Place, at: datetime) -> list[dict[str, Any]]:
    """What the guard should notice."""
    found = []
    if snapshot.is_old(at):
        found.append("scan.snapshot-old")
    area = snapshot.body.province
    if area is not None and place.province not in (None, area):
        found.append("scan.snapshot-of-elsewhere")
    of_code = [texts.warning(w) for w in code.warnings if w.startswith("qr.id-says")]
    ours = [{"code": one, "text": texts.both(offline_texts.WARNINGS[one])} for one in found]
    return [*of_code, *ours]


def _about(snapshot: Snapshot, at: datetime) -> dict[str, Any]:
    """How old the snapshot is, in words too."""
    age = snapshot.age(at)
    return {
        "as_of": snapshot.body.as_of.isoformat(),
        "age_s": int(age.total_seconds()),
        "demo": snapshot.body.demo,
        "ended": len(snapshot.body.ended),
        "false_rate": snapshot.body.ended.false_rate,
        "text": offline_texts.aged(age),
    }


def _not_known(snapshot: Snapshot, *, good: bool) -> list[dict[str, Any]]:
    """What only the network could tell; of a code that is not good there is nothing more to say."""
    if not good:
        return []
    since = reads(civil(snapshot.body.as_of))
    return [
        {"code": code, "text": {"vi": vi.format(since=since), "en": en.format(since=since)}}
        for code, (vi, en) in offline_texts.NOT_KNOWN.items()
    ]


__all__ = ["OfflineAnswer", "Place", "decide"]
