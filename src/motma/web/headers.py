"""Headers, in and out, without building an object for each: a scan reads five of them."""

from typing import Final, cast

from starlette.requests import Request

#: Where, in the scope of a request, the headers of its answer are collected.
TOLD: Final = "motma.told"
_SENT: Final = "motma.sent"


def header(request: Request, name: bytes) -> str:
    """The first header of this name, which is given in lower case; empty when there is none."""
    scope = request.scope
    sent = scope.get(_SENT)
    if sent is None:
        sent = scope[_SENT] = dict(reversed(scope["headers"]))
    return cast("bytes", sent.get(name, b"")).decode("latin-1")


def tell(request: Request, headers: dict[str, str]) -> None:
    """Headers of the answer, whatever it will be."""
    request.scope.setdefault(TOLD, {}).update(headers)
