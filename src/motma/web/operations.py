"""An operation of the API: parsed, permitted, run, rendered and described in one place."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from asyncpg import InterfaceError
from asyncpg.exceptions import (
    CharacterNotInRepertoireError,
    InsufficientResourcesError,
    InternalClientError,
    ObjectNotInPrerequisiteStateError,
    OperatorInterventionError,
    PostgresConnectionError,
    TransactionRollbackError,
)
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from motma.kernel.errors import Declined, Kind, Malformed
from motma.web import problems
from motma.web.headers import TOLD, header

T = TypeVar("T")

#: The database is away, stopping, starting, or gave up waiting; nothing of the call was kept.
AWAY: Final = (
    OSError,
    TimeoutError,
    InterfaceError,
    InternalClientError,  # asyncpg, of a connection that was cut
    PostgresConnectionError,
    OperatorInterventionError,
    InsufficientResourcesError,
    TransactionRollbackError,
    ObjectNotInPrerequisiteStateError,
)
#: Types of a flat object's fields: none of them holds a name.
_SCALARS: Final = frozenset(
    kind for one in (str, int, float, bool, UUID, datetime) for kind in (one, one | None)
)
_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([^\s;\"]+)")

#: Largest body of an ordinary operation, bytes.
SMALL: Final = 64 * 1024

Handler = Callable[[Request, Any], Awaitable[Any]]


@dataclass
class TooLarge(Declined):
    """The body is larger than this operation takes."""

    code = "request.too-large"
    kind = Kind.MALFORMED
    most_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What an operation takes, gives and declines."""

    method: str
    path: str
    handler: Handler
    summary: str
    answer: Any = None
    body: Any = None
    status: int = 200
    auth: str = "none"  # none, proof, reader or person
    most_bytes: int = SMALL
    query: Sequence[str] = ()
    media_type: str = "application/json"
    tag: str = "platform"
    decoder: msgspec.json.Decoder[Any] | None = field(default=None)

    @property
    def name(self) -> str:
        """The operation's id in the OpenAPI document."""
        return self.handler.__name__

    def route(self) -> Route:
        """The Starlette route that runs it."""
        return Route(self.path, self.endpoint(), methods=[self.method], name=self.name)

    def endpoint(self) -> Callable[[Request], Awaitable[Response]]:
        """Parses, runs, renders; never raises but for a caller who hung up."""
        decoder = msgspec.json.Decoder(self.body) if self.body is not None else None

        async def endpoint(request: Request) -> Response:
            try:
                body = await _parse(request, decoder, self.most_bytes) if decoder else None
                return self._rendered(request, await self.handler(request, body))
            except ClientDisconnect:
                raise
            except Exception as error:  # noqa: BLE001 - the rim: everything becomes a problem
                return _problem(request, error)

        return endpoint

    def _rendered(self, request: Request, result: object) -> Response:
        """The answer: JSON, nothing, or what the handler made itself."""
        if isinstance(result, Response):
            return result
        headers = request.scope.get(TOLD)
        if result is None:
            return Response(status_code=204, headers=headers)
        return Response(_encode(result), self.status, headers=headers, media_type=self.media_type)


def _problem(request: Request, error: Exception) -> Response:
    """What the caller hears of an error; what is no outcome and no outage is a defect."""
    if isinstance(error, Declined):
        return problems.of(error, request)
    if isinstance(error, CharacterNotInRepertoireError):  # U+0000, which PostgreSQL can't keep
        return problems.of(Malformed("request.text-unprintable"), request)
    # asyncpg calls a value that it can not encode an InterfaceError too, but also a ValueError
    if isinstance(error, AWAY) and not isinstance(error, ValueError):
        return problems.unavailable(request, error)
    return problems.defect(request, error)


class ByQid(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A person by QID."""

    qid: str


def post(
    path: str,
    handler: Handler,
    body: object,
    answer: object,
    summary: str,
    *,
    status: int = 200,
    auth: str = "reader",
) -> Operation:
    """An operation about people: a POST, so that no person stands in a URL."""
    return Operation(
        method="POST",
        path=path,
        handler=handler,
        body=body,
        answer=answer,
        summary=summary,
        status=status,
        auth=auth,
        tag="people",
    )


_encode: Final = msgspec.json.Encoder().encode


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The body, or TooLarge before more than that was taken in."""
    declared = header(request, b"content-length")
    if declared.isdigit() and int(declared) > most_bytes:
        raise TooLarge(most_bytes)
    if header(request, b"content-encoding") not in {"", "identity"}:
        raise Malformed("request.content-encoding")
    parts: list[bytes] = []
    length, more = 0, True
    while more:
        message = await request.receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        length += len(parts[-1])
        more = message.get("more_body", False)
        if length > most_bytes:
            raise TooLarge(most_bytes)
    return b"".join(parts)


async def _parse(request: Request, decoder: msgspec.json.Decoder[T], most_bytes: int) -> T:
    kind, _, rest = header(request, b"content-type").lower().partition(";")
    if kind.strip() != "application/json":
        raise Malformed("request.content-type")
    charset = _CHARSET.search(rest)
    if charset is not None and charset[1] not in {"utf-8", "utf8"}:
        raise Malformed("request.charset")
    return parse(await read_body(request, most_bytes), decoder)


def parse(data: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """The value of a JSON body; Malformed for wrong types, unknown or doubled names, depth."""
    try:
        value = decoder.decode(data)
        if _may_double(data, type(value)):
            json.loads(data, object_pairs_hook=_no_doubles)
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Malformed("request.json", _place_of(str(error))) from None
    except (ValueError, RecursionError):
        raise Malformed("request.json") from None
    return value


def _may_double(data: bytes, kind: type) -> bool:
    """Whether a name may stand twice: a quick look that errs on the safe side.

    A flat object whose known names each stand once in the text has none twice: it may have no
    other names, and only a backslash could write one in another way.
    """
    names = _names_of(kind)
    return not names or b"\\" in data or any(data.count(name) > 1 for name in names)


@lru_cache
def _names_of(kind: type) -> tuple[bytes, ...]:
    """The names of an object as they stand in JSON; empty when it may hold other objects."""
    if not issubclass(kind, msgspec.Struct):
        return ()
    if not kind.__struct_config__.forbid_unknown_fields:
        return ()
    fields = msgspec.structs.fields(kind)
    flat = all(field.type in _SCALARS for field in fields)
    return tuple(f'"{field.encode_name}"'.encode() for field in fields) if flat else ()


def _no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("request.doubled-name")
    return found


def _place_of(message: str) -> str | None:
    """Where in the body the fault is: only the path, the message may quote the content."""
    return message.rpartition("at `")[2].rstrip("`") if "at `$" in message else None
