"""An app of another origin that embeds `<ma-qr>`, and what a camera would see of it."""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

import zxingcpp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from PIL import Image
from playwright.sync_api import ConsoleMessage, Locator, Page, Request

from motma.codec import issued

STATIC: Final = Path(__file__).parents[2] / "src/motma/web/static/widget"
AXE: Final = Path(__file__).parents[2] / "ui/node_modules/axe-core/axe.min.js"
RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

#: The clock of every page here, in the middle of a step of the living code.
NOW: Final = datetime(2026, 3, 2, 5, 0, 10, tzinfo=UTC)
SECRET: Final = bytes(range(32))
SECRET_NAME: Final = 7

#: The key of the published vectors, so that their key set verifies what is signed here.
_KEY: Final = ec.derive_private_key(20211005, ec.SECP256R1())
_KID: Final = "987654"
_VECTORS: Final = Path(__file__).parents[2] / "vectors/qr-issued.json"
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

#: Set by the test in place of what an app would fetch from its own server.
_GIVE: Final = """async ({element, living, ...given}) => {
  const qr = document.querySelectorAll("ma-qr")[element];
  if (living) {
    const bytes = Uint8Array.from(living.secret);
    const algorithm = {name: "HMAC", hash: "SHA-256"};
    const key = await crypto.subtle.importKey("raw", bytes, algorithm, false, ["sign"]);
    qr.living = {name: living.name, key};
  }
  Object.assign(qr, given);
}"""


def _sign(message: bytes) -> tuple[str, bytes]:
    signature = _KEY.sign(message, ec.ECDSA(SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(signature)
    return _KID, r.to_bytes(32, "big") + min(s, _ORDER - s).to_bytes(32, "big")


@dataclass(frozen=True, slots=True)
class Person:
    """The two texts of somebody made up."""

    masked: str
    full: str


def person(name: str, qid: str, *, expires_on: date = date(2026, 12, 31)) -> Person:
    """Signed texts for a phone, with a green card until the evening."""
    issue = issued.Issue(
        name=name,
        born="1989-**-**",
        qid=qid,
        form=issued.Form.PHONE,
        number=1,
        assurance=issued.Assurance.SEEN,
        issued_on=date(2026, 1, 1),
        expires_on=expires_on,
        installation=12345678,
        card=issued.Card(
            scheme=1, colour=issued.Colour.GREEN, until=datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
        ),
    )
    full = replace(issue, born="1989-03-02", document="001189000000", sex="2")
    return Person(
        masked=issued.compose(issue, kid=_KID, sign=_sign),
        full=issued.compose(full, kid=_KID, sign=_sign),
    )


MOTHER: Final = person("NGUYEN THI MAU", "162979388586171104")
CHILD: Final = person("TRAN VAN CON", "162979388586171105")


@dataclass(slots=True)
class App:
    """A web server of an app; each page runs under a policy without any 'unsafe-…'."""

    origin: str
    platform: str
    pages: dict[str, str] = field(default_factory=dict)

    def page(self, name: str, body: str, *, style: str = "", head: str = "<html lang=vi>") -> str:
        """Put up a page that loads the module from the platform, pinned by its hash."""
        told = json.loads((STATIC / "integrity.json").read_bytes())
        self.pages[f"/{name}.css"] = style
        self.pages[f"/{name}"] = (
            f"<!doctype html>{head}<meta charset=utf-8>"
            "<meta name=viewport content='width=device-width, initial-scale=1'>"
            f"<title>App</title><link rel=stylesheet href=/{name}.css>"
            f"<script type=module crossorigin src='{self.platform}/widget/{told['file']}' "
            f"integrity='{told['integrity']}'></script><main><h1>App</h1>{body}</main>"
        )
        return f"{self.origin}/{name}"

    def policy(self) -> str:
        """What the app's pages may load."""
        return (
            f"default-src 'none'; script-src {self.platform}; style-src 'self'; "
            f"connect-src 'self' {self.platform}; base-uri 'none'; "
            "require-trusted-types-for 'script'"
        )


@contextmanager
def serving(platform: str) -> Iterator[App]:
    """The app on `localhost`, which is another origin than the platform's `127.0.0.1`."""
    keys = json.dumps(json.loads(_VECTORS.read_bytes())["jwks"])

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_page = self.path in app.pages or self.path.startswith("/.well-known/")
            body = app.pages.get(self.path, keys).encode()
            self.send_response(200 if is_page else 404)
            kind = "text/css" if self.path.endswith(".css") else "text/html"
            self.send_header("content-type", kind)
            self.send_header("content-security-policy", app.policy())
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    app = App(f"http://localhost:{server.server_port}", platform)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield app
    finally:
        server.shutdown()
        server.server_close()


class Visitor:
    """Somebody before a page of the app, whose clock stands still."""

    def __init__(self, page: Page, app: App) -> None:
        self.page = page
        self.app = app
        self.asked: list[str] = []
        self.complaints: list[str] = []
        page.set_default_timeout(10_000)
        page.clock.set_fixed_time(NOW)
        page.add_init_script(path=AXE)
        page.on("request", self._watch)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def open(self, url: str) -> None:
        """Go there, and wait until the element is one."""
        self.page.goto(url)
        self.page.wait_for_function("customElements.get('ma-qr') !== undefined")
        self.page.evaluate("""() => {
          window.told = [];
          const keep = ({type, detail}) => told.push([type, detail]);
          for (const name of ["shown", "renewed", "mode", "refused", "verified", "state"])
            document.addEventListener(`ma-qr-${name}`, keep);
        }""")

    def give(self, element: int = 0, *, living: bool = False, **given: object) -> None:
        """Set properties of an element, as the app's script would."""
        secret = {"name": SECRET_NAME, "secret": list(SECRET)} if living else None
        self.page.evaluate(_GIVE, {"element": element, "living": secret, **given})

    def told(self, name: str) -> list[Mapping[str, Any]]:
        """Details of the events of a name, in their order."""
        events: list[tuple[str, Mapping[str, Any]]] = self.page.evaluate("told")
        return [detail for kind, detail in events if kind == f"ma-qr-{name}"]

    def wait(self, name: str, **detail: object) -> None:
        """Until such an event was told."""
        self.page.wait_for_function(
            """([kind, detail]) => told.some(([name, got]) => name === kind &&
                Object.entries(detail).every(([key, value]) => got[key] === value))""",
            arg=[f"ma-qr-{name}", detail],
        )

    def element(self, at: int = 0) -> Locator:
        """One `<ma-qr>`."""
        return self.page.locator("ma-qr").nth(at)

    def seen(self, at: int = 0) -> list[str]:
        """What a camera reads off the element."""
        picture = Image.open(io.BytesIO(self.element(at).screenshot(animations="disabled")))
        return [found.text for found in zxingcpp.read_barcodes(picture.convert("L"))]

    def violations(self) -> list[tuple[str, list[str]]]:
        """What axe finds wrong on the page as it is now."""
        found = self.page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        return [
            (each["id"], [node["html"][:120] for node in each["nodes"]])
            for each in found["violations"]
        ]

    def check_promises(self) -> None:
        """No third party was asked, no policy was broken, nothing crashed."""
        assert [
            url for url in self.asked if not url.startswith((self.app.origin, self.app.platform))
        ] == []
        assert self.complaints == []

    def _watch(self, request: Request) -> None:
        self.asked.append(request.url)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)
