"""National sources over HTTP: laboratories push, operators look, letters are replayed."""

from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from motma.keys.model import Purpose
from motma.records.sources import letters, metrics, service, telling
from motma.records.sources.letters import Letter, Replayed
from motma.records.sources.model import Health
from motma.records.sources.telling import Sent
from motma.web.calls import platform_of, reader_of, require_role
from motma.web.clients import require_client
from motma.web.operations import Operation, post

#: Largest push: 200 items of a few kB.
_MOST_BYTES: Final = 2 << 20


class Push(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Deliveries of tests, as `motma records` reads them; at most 200."""

    items: list[dict[str, Any]]


class Refused(msgspec.Struct, frozen=True):
    """An item that could not be taken: correct it and send it again, or ask the operator."""

    id: str
    code: str
    field: str | None


class Pushed(msgspec.Struct, frozen=True):
    """Which items are here now, and which are not. Sending all again changes nothing."""

    taken: list[str]
    refused: list[Refused]


class Heard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Ids of corrections that the caller has taken: they are not told again."""

    heard: Annotated[list[str], msgspec.Meta(max_length=100)] = []


class ByLetter(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dead letter."""

    letter_id: UUID


class Replay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dead letter to take in once more, with another text where the first was wrong."""

    letter_id: UUID
    corrected: dict[str, Any] | None = None


class Discard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A dead letter to end, and why."""

    letter_id: UUID
    reason: str


class Content(msgspec.Struct, frozen=True):
    """What a dead letter says, as it came."""

    text: str


async def push_tests(request: Request, body: Push) -> Pushed:
    """Take a laboratory's tests in; the answer comes after they are kept."""
    client = await require_client(request, "tests:write")
    platform = platform_of(request)
    items = [msgspec.json.encode(item) for item in body.items]
    async with platform.transaction() as db:
        taken = await service.push(db, platform.means, service.pushed_by(client.client_id), items)
    refused = [Refused(dead.item_id, dead.code, dead.field) for dead in taken.dead]
    return Pushed(list(taken.ids), refused)


async def next_corrections(request: Request, body: Heard) -> list[Sent]:
    """What was decided of the caller's records: at most 20, again until they are said as heard."""
    client = await require_client(request, "corrections:read")
    platform = platform_of(request)
    name = service.pushed_by(client.client_id)
    async with platform.transaction() as db:
        return await telling.fetch(db, platform.means, name, heard=body.heard)


async def list_sources(request: Request, _body: None) -> list[Health]:
    """How each source goes: last success, delay, backlog, error rate, dead letters."""
    await require_role(request, "operator")
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        return await service.health(db, platform.means)


async def source_keys(request: Request, _body: None) -> Response:
    """The keys by which sources know the platform when it reads them (RFC 7517)."""
    body = msgspec.json.encode(platform_of(request).keyring.jwks(Purpose.CLIENT))
    return Response(body, media_type="application/jwk-set+json")


async def freshness(request: Request, _body: None) -> list[dict[str, str]]:
    """How fresh the records are, kind by kind, in plain words: vi and en."""
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        return await service.sentences(db, platform.means)


async def source_metrics(request: Request, _body: None) -> Response:
    """The same for Prometheus; nobody is in it."""
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        known = await service.health(db, platform.means)
    return PlainTextResponse(metrics.text(known), media_type="text/plain; version=0.0.4")


async def list_letters(request: Request, _body: None) -> list[Letter]:
    """The oldest open dead letters: what is wrong with each, not what it says."""
    await require_role(request, "operator", "registrar")
    async with platform_of(request).pool.acquire() as db:
        return await letters.listed(db)


async def read_letter(request: Request, body: ByLetter) -> Content:
    """What a dead letter says; the log keeps who read it."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        text = await letters.read(db, platform.means, body.letter_id, by=reader_of(session))
    return Content(text.decode("utf-8", "replace"))


async def replay_letter(request: Request, body: Replay) -> Replayed:
    """Take a dead letter's item in once more, as it came or corrected."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    corrected = None if body.corrected is None else msgspec.json.encode(body.corrected)
    async with platform.transaction() as db:
        return await letters.replay(
            db, platform.means, body.letter_id, by=reader_of(session), corrected=corrected
        )


async def discard_letter(request: Request, body: Discard) -> None:
    """End a dead letter that nobody will take."""
    session = await require_role(request, "registrar")
    platform = platform_of(request)
    async with platform.transaction() as db:
        await letters.discard(
            db, platform.means, body.letter_id, by=reader_of(session), reason=body.reason
        )


OPERATIONS = [
    Operation(method="POST", path="/v1/tests", handler=push_tests, body=Push, answer=Pushed,
              auth="client", most_bytes=_MOST_BYTES, summary="Push tests", tag="sources"),
    Operation(method="POST", path="/v1/corrections:next", handler=next_corrections, body=Heard,
              answer=list[Sent], auth="client", summary="Decisions of one's records",
              tag="sources"),
    Operation(method="GET", path="/v1/sources", handler=list_sources, answer=list[Health],
              auth="reader", summary="How sources go", tag="sources"),
    Operation(method="GET", path="/v1/sources/keys", handler=source_keys, answer=dict[str, Any],
              summary="Keys by which sources know us", tag="sources"),
    Operation(method="GET", path="/v1/freshness", handler=freshness,
              answer=list[dict[str, str]], summary="How fresh records are", tag="sources"),
    Operation(method="GET", path="/metrics/sources", handler=source_metrics,
              summary="Metrics of sources", tag="sources"),
    Operation(method="GET", path="/v1/letters", handler=list_letters, answer=list[Letter],
              auth="reader", summary="Dead letters", tag="sources"),
    post("/v1/letters:read", read_letter, ByLetter, Content, "Read a dead letter"),
    post("/v1/letters:replay", replay_letter, Replay, Replayed, "Replay a dead letter"),
    post("/v1/letters:discard", discard_letter, Discard, None, "Discard a dead letter",
         status=204),
]  # fmt: skip
