"""Serves the built pages under a strict Content-Security-Policy; no other host is ever asked."""

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from motma.web import apps_page, check_page
from motma.web.files import STATIC, BuiltFiles
from motma.web.front import front

#: Pages that are whole as they were built; the front door is filled in first.
PAGES: Final = ("reader", "corrections", "wallet", "desk", "widget")
#: Pages that are filled in for each request, as the front door is.
FILLED: Final = ("check", "apps")

#: Where the front door's own template would show.
_ALIASES: Final = ("", "/", "/index.html")

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]
Endpoint = Callable[[Request], Awaitable[Response]]

_SOURCES: Final = {
    "default-src": "'none'",
    "script-src": "'self' 'wasm-unsafe-eval'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "media-src": "'self' blob:",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
}
_POLICY: Final = "; ".join(f"{name} {sources}" for name, sources in _SOURCES.items())
HEADERS: Final = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(self), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}


class Guarded:
    """Adds the security headers to every answer, and no-store to the API's unless it says more."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to what comes back."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        private = path.startswith("/v1/")
        sharing = _FOR_EVERYBODY if _is_for_everybody(path) else []

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.setdefault("headers", [])
                if private and not any(name == b"cache-control" for name, _ in headers):
                    headers.append(_NO_STORE)
                headers.extend(sharing)
                headers.extend(_OF_PAGE.get(path.partition("/")[2].partition("/")[0], _ENCODED))
            await send(message)

        await self._app(scope, receive, guarded)


_ENCODED: Final = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


def _with(more: bytes) -> list[tuple[bytes, bytes]]:
    """The headers with more in the policy."""
    return [
        (name, value + more if name == b"content-security-policy" else value)
        for name, value in _ENCODED
    ]


def _forms() -> list[tuple[bytes, bytes]]:
    """The headers of a page whose form may be sent, to ourselves."""
    kept = b"; form-action 'none'"
    return [(name, value.replace(kept, check_page.FORMS)) for name, value in _ENCODED]


#: Pages that may do more than the others.
_OF_PAGE: Final = {
    "desk": _with(b"; frame-src blob:"),  # documents it was given go to the printer from a frame
    "check": _forms(),
    "apps": _forms(),
}
_NO_STORE: Final = (b"cache-control", b"no-store")
_FOR_EVERYBODY: Final = [
    (b"access-control-allow-origin", b"*"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]


def _is_for_everybody(path: str) -> bool:
    """What pages of other origins load: the module that shows a code, and the published keys."""
    module = path.startswith("/widget/") and path.endswith((".js", ".json"))
    return module or path == "/.well-known/jwks.json"


class Shortcut:
    """Answers the hot paths without the layers that only others need: routing, error pages.

    Their endpoints turn every error into a problem document themselves.
    """

    def __init__(self, app: App, *, endpoints: Mapping[str, Endpoint]) -> None:
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Straight to the endpoint, or on to the router."""
        if scope["type"] == "http" and scope["method"] == "POST":
            endpoint = self._endpoints.get(scope["path"])
            if endpoint is not None:
                response = await endpoint(Request(scope, receive, send))
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


def routes() -> list[BaseRoute]:
    """The front door, and a folder for each page behind it."""
    return [
        Route("/", front),
        *(Route(f"/front{rest}", lambda _request: RedirectResponse("/")) for rest in _ALIASES),
        Mount("/front", BuiltFiles(directory=STATIC / "front", check_dir=False)),
        Route("/check", lambda _request: RedirectResponse("/check/")),
        Route("/check/", check_page.show),
        Route("/check/", check_page.answer, methods=["POST"]),
        Route("/check/index.html", lambda _request: RedirectResponse("/check/")),
        Mount("/check", BuiltFiles(directory=STATIC / "check", check_dir=False)),
        Route("/apps", lambda _request: RedirectResponse("/apps/")),
        Route("/apps/", apps_page.show),
        Route("/apps/reports/{report_id}", apps_page.show_report),
        Route("/apps/index.html", lambda _request: RedirectResponse("/apps/")),
        Mount("/apps", BuiltFiles(directory=STATIC / "apps", check_dir=False)),
        *(route for page in PAGES for route in _page(page)),
    ]


def _page(name: str) -> list[BaseRoute]:
    files = BuiltFiles(directory=STATIC / name, html=True, check_dir=False)
    return [
        Route(f"/{name}", lambda _request: RedirectResponse(f"/{name}/")),
        Mount(f"/{name}", files),
    ]
