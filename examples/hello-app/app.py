"""A whole app that is connected to motma: sign in, show the personal QR, follow its changes.

    python app.py            # settings below come from the environment

It keeps what it knows in memory, and is for learning: a real app has a database and HTTPS.
"""

import html
import json
import os
import secrets
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from motma_client import App, Declined, Key, verify

PLATFORM = os.environ.get("PLATFORM", "http://127.0.0.1:8000")
ORIGIN = os.environ.get("ORIGIN", "http://127.0.0.1:9100")
BACK = f"{ORIGIN}/back"

SIGNED_OUT = """<p><a href="/ask">Kết nối với mã QR của tôi · Connect my QR</a></p>"""
SIGNED_IN = """<ma-qr lang="vi" origin="{platform}"></ma-qr>
<p id="qid" hidden>{qid}</p>
<script type="module" src="{platform}/widget/ma-qr.js" crossorigin></script>
<script type="module" src="/show.js"></script>"""
GONE = (
    "<p>Bạn đã ngừng cho phép; chúng tôi đã xoá dữ liệu. · You withdrew; your data is deleted.</p>"
)
PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Xin chào</title>
<h1>Xin chào · Hello</h1>{body}</html>"""
SHOW = """const code = await (await fetch("/code")).json();
const qr = document.querySelector("ma-qr");
const raw = Uint8Array.from(atob(code.living.secret.replaceAll("-", "+").replaceAll("_", "/")),
  (letter) => letter.charCodeAt(0));
const hmac = { name: "HMAC", hash: "SHA-256" };
const key = await crypto.subtle.importKey("raw", raw, hmac, false, ["sign"]);
qr.living = { name: code.living.name, key };
qr.signed = code.masked;
qr.full = code.full;
"""
POLICY = f"default-src 'none'; script-src 'self' {PLATFORM}; connect-src 'self' {PLATFORM}"


class Hello:
    """What the app knows: who is signed in by which cookie, and whose code is what."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.asked: dict[str, str] = {}  # state → verifier
        self.sessions: dict[str, str] = {}  # cookie → handle
        self.codes: dict[str, dict[str, Any] | None] = {}  # handle → code; None after a withdrawal
        self.secret = ""

    def ask(self) -> str:
        """Where the browser goes to ask the person's wallet."""
        state = secrets.token_urlsafe(16)
        link, self.asked[state] = self.app.ask(BACK, "code:read card:read", state=state)
        return link

    def back(self, code: str, state: str) -> str:
        """The person said yes: a cookie for them."""
        handle = self.app.redeem(code, self.asked.pop(state), BACK)
        self.codes[handle] = self._fresh(handle)
        cookie = secrets.token_urlsafe(24)
        self.sessions[cookie] = handle
        return cookie

    def changed(self, headers: dict[str, str], body: bytes) -> None:
        """What the platform's webhook brings: forget, or fetch anew."""
        for change in verify(self.secret, headers, body):
            handle = change["subject"]
            if change["type"] == "motma.consent.withdrawn":
                self.codes[handle] = None
            elif handle in self.codes:
                self.codes[handle] = self._fresh(handle)

    def _fresh(self, handle: str) -> dict[str, Any] | None:
        try:
            return self.app.code(handle) | {"living": self.app.living(handle)}
        except Declined:  # withdrawn or revoked meanwhile
            return None

    def page(self, cookie: str) -> str:
        """The one page."""
        handle = self.sessions.get(cookie)
        if handle is None:
            return PAGE.format(body=SIGNED_OUT)
        code = self.codes.get(handle)
        if code is None:
            return PAGE.format(body=GONE + SIGNED_OUT)
        qid = html.escape(code["qid"])
        return PAGE.format(body=SIGNED_IN.format(qid=qid, platform=html.escape(PLATFORM)))


class Handler(BaseHTTPRequestHandler):
    """Turns requests into calls of `Hello`."""

    hello: Hello

    def do_GET(self) -> None:
        """Pages and the way back from the wallet."""
        where = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(where.query).items()}
        if where.path == "/":
            self._send(self.hello.page(self._cookie()), "text/html")
        elif where.path == "/show.js":
            self._send(SHOW, "text/javascript")
        elif where.path == "/ask":
            self._go(self.hello.ask())
        elif where.path == "/back" and query.get("state") in self.hello.asked:
            try:
                cookie = self.hello.back(query.get("code", ""), query["state"])
            except Declined as declined:
                self._send(declined.code, "text/plain", HTTPStatus.FORBIDDEN)
            else:
                self._go("/", f"hello={cookie}; HttpOnly; SameSite=Lax; Path=/")
        elif where.path == "/code" and (code := self._code()):
            self._json(code)
        else:
            self._send("not found", "text/plain", HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        """The webhook."""
        length = min(int(self.headers.get("content-length", "0")), 1 << 20)
        try:
            self.hello.changed(dict(self.headers), self.rfile.read(length))
        except ValueError:
            self._send("not signed", "text/plain", HTTPStatus.FORBIDDEN)
        else:
            self._send("", "text/plain", HTTPStatus.NO_CONTENT)

    def _code(self) -> dict[str, Any] | None:
        return self.hello.codes.get(self.hello.sessions.get(self._cookie(), ""))

    def _cookie(self) -> str:
        try:
            found = SimpleCookie(self.headers.get("cookie", "")).get("hello")
        except CookieError:
            return ""
        return found.value if found else ""

    def _json(self, body: dict[str, Any]) -> None:
        self._send(json.dumps(body), "application/json")

    def _go(self, where: str, cookie: str = "") -> None:
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", where)
        if cookie:
            self.send_header("Set-Cookie", cookie)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, text: str, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_parts: object) -> None:
        """Nothing: a request line may hold a code."""


def main() -> None:
    """Connect, have changes brought, serve."""
    app = App(PLATFORM, os.environ["CLIENT_ID"], Key.load(os.environ.get("KEY", "app.key")))
    hello = Hello(app)
    Handler.hello = hello
    server = ThreadingHTTPServer(("127.0.0.1", urlsplit(ORIGIN).port or 9100), Handler)
    hello.secret = app.add_hook(f"{ORIGIN}/changes")["secret"]
    print(f"hello-app: {ORIGIN}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
