"""Where an app stands by its reports, and a report as a signed text; pure."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

#: How long an app that conformed stays listed after a report that it fails.
GRACE: Final = timedelta(days=14)

#: Signs, and says with which key.
Sign = Callable[[bytes], tuple[str, bytes]]


class State(StrEnum):
    """Where an app stands in one profile."""

    LISTED = "listed"
    FAILING = "failing"  # still on the list, until its grace is over
    DELISTED = "delisted"
    NEVER = "never"  # it has not conformed yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What of a report decides."""

    report_id: UUID
    conforms: bool
    made_at: datetime


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where an app stands in one profile, since when, and by which report."""

    profile: str
    state: State
    since: datetime
    until: datetime | None  # of `failing`: when it leaves the list
    report_id: UUID


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """An app on the public list, or one that was."""

    client_id: UUID
    name_vi: str
    name_en: str
    organisation: str
    profiles: list[Standing]


def standing(profile: str, reports: Sequence[Made], now: datetime) -> Standing | None:
    """What the reports of a profile, oldest first, come to; None without any."""
    if not reports:
        return None
    last = reports[-1]
    since = last
    for one in reversed(reports):  # the first of those that say the same as the last
        if one.conforms is not last.conforms:
            break
        since = one
    ever = any(one.conforms for one in reports)
    until = since.made_at + GRACE
    if last.conforms:
        state, moment = State.LISTED, since.made_at
    elif not ever:
        state, moment = State.NEVER, since.made_at
    elif now < until:
        state, moment = State.FAILING, since.made_at
    else:
        state, moment = State.DELISTED, until
    return Standing(
        profile=profile,
        state=state,
        since=moment,
        until=until if state is State.FAILING else None,
        report_id=last.report_id,
    )


def signed(body: bytes, sign: Sign, kid: str) -> str:
    """A compact JWS (RFC 7515, ES256) around a report."""
    head = msgspec.json.encode({"alg": "ES256", "kid": kid, "typ": "motma-report+jws"})
    text = f"{_b64(head)}.{_b64(body)}"
    used, signature = sign(text.encode())
    if used != kid:
        raise RuntimeError("the key changed between naming it and signing")
    return f"{text}.{_b64(signature)}"


def body_of(text: str) -> bytes:
    """What is signed in a JWS of ours; it came from our own table."""
    part = text.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
