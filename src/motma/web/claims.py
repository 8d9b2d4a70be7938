"""Claims about records: what a person asks, files and follows, what a registrar decides."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.limits import Limit, insist
from motma.codec.pictures import PictureReader
from motma.records.claims import deciding, model, service, showing
from motma.records.claims.deciding import Listed
from motma.records.claims.model import Acceptance, Claim, Effect, Expected, Statement, Wish
from motma.records.claims.showing import SideBySide
from motma.web.calls import platform_of, reader_of, require_person, require_role, tell_limit
from motma.web.operations import Operation
from motma.web.reads import log_read

#: Questions of one person in a day, whatever devices ask: enough for a family's papers. Source:
#: decision 0100.
QUESTIONS: Final = Limit(name="missing-records", count=10, window_s=86_400)
#: A photo of `model.MOST_PHOTO` bytes in base64, and the rest.
_MOST_BYTES: Final = 8 * 1024 * 1024


class Filing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A claim: a record that is missing, or one of mine that is wrong or not mine."""

    wish: Wish
    expected: Expected | None = None
    record_id: UUID | None = None
    note: str = ""
    photo: bytes | None = None


class Why(msgspec.Struct, frozen=True, kw_only=True):
    """Why a record is not there: a status, the kind of field that differs, and both in words."""

    status: str
    kind: str | None
    record_id: UUID | None
    text: dict[str, str]


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A claim."""

    person_id: UUID
    claim_id: UUID


class Accepted(Key, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A claim, what accepting it does, and the waiting record that it gives."""

    effect: Effect
    reason: str
    record_id: UUID | None = None


class Reasoned(Key, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A claim, and why it is decided so."""

    reason: str


#: What each answer means: vi, en; of one that differs by the kind of field.
_MEANS: Final = {
    "there": ("Bản ghi đã có trong hồ sơ của bạn.", "The record is among yours."),
    "taken-back": (
        "Bản ghi đã có nhưng đã bị thu hồi.",
        "The record was there and was taken back.",
    ),
    "nothing-to-tell": (
        "Không có gì để cho biết. Bạn có thể gửi yêu cầu, cán bộ sẽ xem xét.",
        "There is nothing we can tell. You may file a claim; a registrar will look.",
    ),
    "name": (
        "Một bản ghi mang số giấy tờ của bạn đang chờ: họ tên không khớp.",
        "A record with your document number waits: the name differs.",
    ),
    "birth": (
        "Một bản ghi mang số giấy tờ của bạn đang chờ: ngày sinh không khớp.",
        "A record with your document number waits: the birth date differs.",
    ),
    "sex": (
        "Một bản ghi mang số giấy tờ của bạn đang chờ: giới tính không khớp.",
        "A record with your document number waits: the sex differs.",
    ),
    "document": (
        "Một bản ghi mang họ tên và ngày sinh của bạn đang chờ: số giấy tờ sai một chữ số.",
        "A record with your name and birth date waits: a digit of the document number differs.",
    ),
}


async def why_not_there(request: Request, body: Expected) -> Why:
    """Why a record that I expect is not there: only which kind of field differs, if it is mine."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    at_s = platform.clock.now().timestamp()
    allowed = platform.counters.take(QUESTIONS, person_id.bytes, at_s=at_s)
    tell_limit(request, insist(allowed))
    async with platform.transaction() as db:
        found = await service.explain(db, platform.means, person_id, body)
    return Why(
        status=found.status,
        kind=found.kind,
        record_id=found.record_id,
        text=dict(zip(("vi", "en"), in_words(found), strict=True)),
    )


def in_words(found: service.Explained) -> tuple[str, str]:
    """What the answer means, in Vietnamese and in English."""
    return _MEANS[found.kind or found.status]


async def file_claim(request: Request, body: Filing) -> Claim:
    """File a claim, with a photo of the paper if there is one; the same one again is the first."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    if body.photo is not None:
        model.check_photo(body.photo)
        pictures: PictureReader = request.app.state.pictures
        await asyncio.to_thread(pictures.read, body.photo)  # declines what can't be decoded
    said = Statement(
        wish=body.wish, expected=body.expected, record_id=body.record_id, note=body.note
    )
    async with platform.transaction() as db:
        return await service.file(db, platform.means, person_id, said, photo=body.photo)


async def my_claims(request: Request, _body: None) -> list[Claim]:
    """My claims: until when they are due, what was decided and why."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        return await service.claims_of(db, platform.means, person_id)


async def open_claims(request: Request, _body: None) -> list[Listed]:
    """Open claims, those due first; `?overdue=1` for those whose day is over."""
    await require_role(request, "registrar")
    platform = platform_of(request)
    overdue = request.query_params.get("overdue") == "1"
    async with platform.pool.acquire() as db:
        return await deciding.open_claims(db, platform.means, overdue=overdue)


async def show_claim(request: Request, body: Key) -> SideBySide:
    """A claim beside the person and the records it may be about; the person sees the read."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        shown = await showing.show(
            db, platform.means, person_id=body.person_id, claim_id=body.claim_id
        )
        await log_read(db, platform, session, shown.person_id)
    return shown


async def accept_claim(request: Request, body: Accepted) -> Claim:
    """Accept a claim: what it does is done at once, the person and the source hear of it."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    accepted = Acceptance(effect=body.effect, reason=body.reason, record_id=body.record_id)
    async with platform.transaction() as db:
        return await deciding.accept(
            db,
            platform.means,
            person_id=body.person_id,
            claim_id=body.claim_id,
            accepted=accepted,
            by=reader_of(session),
        )


async def refuse_claim(request: Request, body: Reasoned) -> Claim:
    """Refuse a claim; the person reads the reason."""
    return await _reasoned(request, body, deciding.refuse)


async def undo_claim(request: Request, body: Reasoned) -> Claim:
    """Undo a decision and what it did; the claim is open again."""
    return await _reasoned(request, body, deciding.undo)


async def _reasoned(
    request: Request, body: Reasoned, decide: Callable[..., Awaitable[Claim]]
) -> Claim:
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        return await decide(
            db,
            platform.means,
            person_id=body.person_id,
            claim_id=body.claim_id,
            reason=body.reason,
            by=reader_of(session),
        )


OPERATIONS = [
    Operation(method="POST", path="/v1/me/records:why-not", handler=why_not_there, body=Expected,
              answer=Why, auth="person", summary="Why a record is not there", tag="me"),
    Operation(method="POST", path="/v1/me/claims", handler=file_claim, body=Filing, answer=Claim,
              status=201, auth="person", most_bytes=_MOST_BYTES, summary="File a claim",
              tag="me"),
    Operation(method="GET", path="/v1/me/claims", handler=my_claims, answer=list[Claim],
              auth="person", summary="My claims", tag="me"),
    Operation(method="GET", path="/v1/claims", handler=open_claims, answer=list[Listed],
              auth="reader", query=("overdue",), summary="Open claims", tag="claims"),
    Operation(method="POST", path="/v1/claims:show", handler=show_claim, body=Key,
              answer=SideBySide, auth="reader", summary="A claim, side by side", tag="claims"),
    Operation(method="POST", path="/v1/claims:accept", handler=accept_claim, body=Accepted,
              answer=Claim, auth="reader", summary="Accept a claim", tag="claims"),
    Operation(method="POST", path="/v1/claims:refuse", handler=refuse_claim, body=Reasoned,
              answer=Claim, auth="reader", summary="Refuse a claim", tag="claims"),
    Operation(method="POST", path="/v1/claims:undo", handler=undo_claim, body=Reasoned,
              answer=Claim, auth="reader", summary="Undo a decision", tag="claims"),
]  # fmt: skip
