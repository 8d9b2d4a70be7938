"""Answering one scan: the event that is kept of it, and what the reader hears."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from motma.access.means import Means
from motma.access.tokens import Claims
from motma.audit.model import TOLD_FROM, Event, record
from motma.cards.card import Card
from motma.codec.issued import fitted_name
from motma.kernel import names
from motma.rules.facts import Facts
from motma.scan import model, texts
from motma.scan.judging import Judged


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader hears of one scan."""

    scan_id: UUID
    outcome: str
    advice: dict[str, Any]
    who: dict[str, Any] | None
    card: Card | None
    records: Facts | None
    warnings: list[dict[str, Any]]
    family: str
    signature: dict[str, str | None]
    freshness: dict[str, str | None]
    decision_at: datetime
    receipt: dict[str, Any]


def event_of(means: Means, claims: Claims, judged: Judged) -> Event:
    """The append of one scan: who, where, in which role, for what; sealed."""
    ask, known = judged.ask, judged.known
    details = {
        "reader": str(judged.row["reader_id"]),
        "organisation": str(claims.organisation),
        "organisation_name": judged.row["organisation_name"],
        "role": judged.view.role,
        "purpose": ask.purpose,
        "place": str(ask.checkpoint),
        "place_name": judged.row["place_name"],
        "family": judged.code.family,
        "signature": judged.code.signature,
        "saw": _saw(judged),
        "now": judged.outcome_now,
        "case": ask.case,
    }
    if judged.view.told_after:  # the delay stands in the log, whatever the policy says later
        details[TOLD_FROM] = (judged.now + judged.view.told_after).isoformat()
    return record(
        means.vault,
        means.clock,
        means.random,
        kind="scan.read",
        details=details,
        person_id=known.person_id if known is not None else None,
        device_id=claims.device,
        event_id=ask.scan_id,
        at=min(ask.at or judged.now, judged.now),
        outcome=judged.outcome,
        body_hash=ask.body_hash(),
    )


def answer(judged: Judged, receipt: dict[str, Any]) -> Answer:
    """What the view lets the reader hear; decided as of now: `at` never widens it."""
    outcome, known = judged.outcome_now, judged.known
    fitted = None
    if judged.shown is not None and known is not None:
        fitted = fitted_name(names.hoten(known.profile.full_name.value))
    warned = model.warnings(judged.code, known, outcome, fitted)
    code, vi, en = texts.ADVICE[outcome]
    return Answer(
        scan_id=judged.ask.scan_id,
        outcome=outcome,
        advice={"code": code, "text": {"vi": vi, "en": en}},
        who=judged.shown,
        card=judged.card,
        records=judged.records,
        warnings=[texts.warning(code) for code in warned],
        family=judged.code.family,
        signature={"state": judged.code.signature, "kid": judged.code.kid},
        freshness=_freshness(judged),
        decision_at=judged.now,
        receipt=receipt,
    )


def _saw(judged: Judged) -> list[str]:
    """The names of the fields that are answered; of card and records, that they are."""
    beside = {
        "card": judged.card is not None,
        "card_reasons": judged.card is not None and judged.card.reasons is not None,
        "records": judged.records is not None,
    }
    return sorted([*(judged.shown or ()), *(name for name, told in beside.items() if told)])


def _freshness(judged: Judged) -> dict[str, str | None]:
    """How old data, keys and rules are."""
    rules_at = judged.rules_at
    return {
        "data_at": judged.now.isoformat(),
        "keys_at": judged.keys_at.isoformat(),
        "rules_at": rules_at.isoformat() if rules_at else None,
    }
