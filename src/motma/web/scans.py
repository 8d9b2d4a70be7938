"""The hot path: one scan, a batch, a picture; and what the guard did."""

import asyncio
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.errors import Forbidden
from motma.codec.pictures import PictureReader
from motma.kernel.errors import Malformed
from motma.scan import service
from motma.scan.answering import Answer
from motma.scan.model import Ask
from motma.scan.service import Acknowledgement
from motma.web.calls import claims_of, gate_of, session_of, tell_limit
from motma.web.operations import Operation

_MOST_BATCHED = 1000
_BATCH_BYTES = 4 * 1024 * 1024
_PICTURE_BYTES = 12 * 1024 * 1024


class Batch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Scans that a gate queued while it was offline, in any order."""

    scans: list[Ask]


class BatchAnswer(msgspec.Struct, frozen=True):
    """One acknowledgement for each scan, in the order sent; never who."""

    results: list[Acknowledgement]


class Picture(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A picture (PNG, JPEG or PDF, base64) with one QR."""

    scan_id: UUID
    image: bytes
    checkpoint: UUID
    purpose: str
    at: datetime | None = None
    case: str | None = None


class Handling(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the guard did."""

    action: Literal["admitted", "turned-away", "overridden", "undone"]
    reason: str = ""


async def scan(request: Request, body: Ask) -> Answer:
    """Any QR in, one answer out; durable before it is answered."""
    claims, gate = claims_of(request), gate_of(request)
    answer, left = await service.scan(gate, claims, body)
    tell_limit(request, left)
    return answer


async def scan_batch(request: Request, body: Batch) -> BatchAnswer:
    """Keep up to 1,000 queued scans; idempotent by scan id, in any order."""
    claims = claims_of(request)
    if len(body.scans) > _MOST_BATCHED:
        raise Malformed("scan.batch-too-long", "scans")
    return BatchAnswer(await service.acknowledge(gate_of(request), claims, body.scans))


async def scan_picture(request: Request, body: Picture) -> Answer:
    """Read the QR in a picture, then answer as for its text; nothing of the picture is kept."""
    session, claims = await session_of(request)
    if session.reader is None:
        raise Forbidden
    pictures: PictureReader = request.app.state.pictures
    texts = await asyncio.to_thread(pictures.read, body.image)
    if len(texts) != 1:
        raise Malformed("qr.picture-without-code" if not texts else "qr.picture-with-several")
    ask = Ask(
        scan_id=body.scan_id,
        code=texts[0],
        checkpoint=body.checkpoint,
        purpose=body.purpose,
        at=body.at,
        case=body.case,
    )
    answer, left = await service.scan(gate_of(request), claims, ask)
    tell_limit(request, left)
    return answer


async def handle_scan(request: Request, body: Handling) -> None:
    """Record admitted, turned away, overridden with a reason, or that it was a mis-scan."""
    try:
        scan_id = UUID(request.path_params["scan_id"])
    except ValueError:
        raise Malformed("scan.id", "scan_id") from None
    if body.action == "overridden" and not body.reason.strip():
        raise Malformed("scan.reason-needed", "reason")
    _, claims = await session_of(request)
    await service.handle(gate_of(request), claims, scan_id, action=body.action, reason=body.reason)


OPERATIONS = [
    Operation(method="POST", path="/v1/scans", handler=scan, body=Ask, answer=Answer,
              auth="reader", summary="Scan a code", tag="scan"),
    Operation(method="POST", path="/v1/scans:batch", handler=scan_batch, body=Batch,
              answer=BatchAnswer, auth="reader", most_bytes=_BATCH_BYTES,
              summary="Send queued scans", tag="scan"),
    Operation(method="POST", path="/v1/scans:image", handler=scan_picture, body=Picture,
              answer=Answer, auth="reader", most_bytes=_PICTURE_BYTES,
              summary="Scan a picture", tag="scan"),
    Operation(method="POST", path="/v1/scans/{scan_id}/handling", handler=handle_scan,
              body=Handling, status=204, auth="reader", summary="What the guard did", tag="scan"),
]  # fmt: skip
