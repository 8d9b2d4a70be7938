"""What anybody may ask: health, keys, revocations, the log's checkpoints and proofs, the API."""

import asyncio
import base64
import hashlib
import os
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from motma import __version__
from motma.access.policy import current
from motma.audit import queries as log_queries
from motma.audit import reading
from motma.audit.note import verifier_keys
from motma.identity import service
from motma.kernel.errors import Declined, Kind, Malformed
from motma.keys.model import Purpose
from motma.storage.pool import FAILED
from motma.web.caching import Kept
from motma.web.calls import platform_of
from motma.web.operations import Handler, Operation

#: A key is published long before it signs; caches may keep the keys for this long, seconds.
_KEYS_S: Final = 300


@dataclass
class NoCheckpoint(Declined):
    """The log has not been signed yet: ask again in a few seconds."""

    code = "audit.no-checkpoint"
    kind = Kind.UNKNOWN


class PlatformOut(msgspec.Struct, frozen=True):
    """What this installation is, and its time: devices set their proofs by it."""

    name: str
    version: str
    demo: bool
    time: str


class LogKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Whose log it is, and the keys with which its checkpoints are checked."""

    origin: str
    log: list[str]
    witnesses: list[str]


async def platform_info(request: Request, _body: None) -> PlatformOut:
    """Name, version, whether it is a demo, and the time."""
    platform = platform_of(request)
    return PlatformOut("motma", __version__, platform.demo, platform.clock.now().isoformat())


async def alive(_request: Request, _body: None) -> dict[str, str]:
    """The process answers; says nothing of the database."""
    return {"status": "alive"}


async def ready(request: Request, _body: None) -> Response:
    """Whether scans can be answered: database, keys, partitions."""
    try:
        async with asyncio.timeout(2), platform_of(request).pool.acquire() as db:
            await db.fetchval("SELECT 1")
    except FAILED:
        return _not_ready("the database does not answer")
    if request.app.state.sequencer.stopped_by is not None:
        return _not_ready(f"the log stopped: {request.app.state.sequencer.stopped_by}")
    return Response('{"status":"ready"}', media_type="application/json")


def _not_ready(why: str) -> Response:
    body = msgspec.json.encode({"status": "not ready", "why": why})
    return Response(body, 503, media_type="application/json")


async def metrics(_request: Request, _body: None) -> Response:
    """Counters for Prometheus; never a person in them."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # prometheus-client
    return Response(generate_latest(together), media_type=CONTENT_TYPE_LATEST)


async def key_set(request: Request, _body: None) -> Response:
    """The published keys of the personal QR, with their states (RFC 7517)."""
    body = msgspec.json.encode(platform_of(request).keyring.jwks())
    headers = {"Cache-Control": f"public, max-age={_KEYS_S}"}
    return Response(body, headers=headers, media_type="application/jwk-set+json")


async def revocations(request: Request, _body: None) -> dict[str, Any]:
    r"""QIDs that are not valid any more, as hashes; dated and signed by the log key.

    `hashes` is the base64 of the sorted first 16 bytes of SHA-256(salt ‖ QID); the signature is
    Ed25519 over "motma revocations v1\n" ‖ salt ‖ time ‖ the hashes.
    """
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        ended = await service.ended_qids(db)
    salt, at = platform.random(16), platform.clock.now().isoformat()
    hashes = b"".join(sorted(hashlib.sha256(salt + qid.encode()).digest()[:16] for qid in ended))
    signed = b"motma revocations v1\n" + salt + at.encode() + hashes
    kid, signature = platform.keyring.sign("log", signed)
    return {
        "at": at,
        "salt": base64.b64encode(salt).decode(),
        "count": len(ended),
        "hashes": base64.b64encode(hashes).decode(),
        "kid": kid,
        "signature": base64.b64encode(signature).decode(),
    }


async def checkpoint(request: Request, _body: None) -> Response:
    """The latest signed checkpoint of the log, in C2SP form."""
    async with platform_of(request).pool.acquire() as db:
        latest = await log_queries.latest_checkpoint(db)
    if latest is None:
        raise NoCheckpoint
    return PlainTextResponse(latest.note)


async def log_keys(request: Request, _body: None) -> Response:
    """The keys that sign the log's checkpoints, as C2SP verifier keys (`name+hash+base64`).

    `log`: one of them signed any checkpoint of `origin` (Ed25519). `witnesses`: those whose
    cosignatures this log collects; a witness publishes its key itself, believe that one.
    """
    platform = platform_of(request)
    origin, ring = platform.settings.log_origin, platform.keyring
    keys = LogKeys(
        origin=origin,
        log=verifier_keys(origin, (key.raw for key in ring.public_keys(Purpose.LOG))),
        witnesses=platform.settings.witness_key_list,
    )
    body = Kept.of(msgspec.json.encode(keys))
    return body.answer(request, media_type="application/json", max_age_s=_KEYS_S)


async def log_proof(request: Request, _body: None) -> reading.Proof:
    """The proof that an event is in the log: by the id in a scan's receipt."""
    try:
        event_id = UUID(request.query_params.get("event", ""))
    except ValueError:
        raise Malformed("audit.event-id", "event") from None
    async with platform_of(request).pool.acquire() as db:
        return await reading.prove(db, event_id)


async def roles(_request: Request, _body: None) -> dict[str, Any]:
    """Who may know what, and why: the policy as it is."""
    return current().source


async def openapi_document(request: Request, _body: None) -> Response:
    """This API in OpenAPI 3.1."""
    return Response(request.app.state.openapi, media_type="application/json")


def _get(path: str, handler: Handler, answer: object, summary: str, *query: str) -> Operation:
    return Operation(
        method="GET", path=path, handler=handler, answer=answer, summary=summary, query=query
    )


OPERATIONS = [
    _get("/v1/platform", platform_info, PlatformOut, "What this is"),
    _get("/healthz", alive, dict[str, str], "Alive"),
    _get("/readyz", ready, dict[str, str], "Ready"),
    _get("/metrics", metrics, None, "Metrics"),
    _get("/.well-known/jwks.json", key_set, dict[str, Any], "Published keys"),
    _get("/v1/revocations", revocations, dict[str, Any], "Revoked QIDs"),
    _get("/v1/audit/checkpoint", checkpoint, None, "Latest checkpoint"),
    _get("/v1/audit/keys", log_keys, LogKeys, "Keys of the log and its witnesses"),
    _get("/v1/audit/proof", log_proof, reading.Proof, "Proof of inclusion", "event"),
    _get("/v1/roles", roles, dict[str, Any], "Who may know what"),
    _get("/openapi.json", openapi_document, dict[str, Any], "This document"),
]
