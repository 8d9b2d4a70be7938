"""An app's calls to the platform, from its own server."""

import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import httpx

from motma_client.keys import Key, b64

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
#: Answers after which the same call may be made again.
_AGAIN = frozenset({429, 502, 503, 504})
#: A token is fetched anew this long before it ends, seconds.
_EARLY_S = 30
_LONGEST_WAIT_S = 60.0


class Declined(Exception):
    """The platform said no; `code` is permanent, `status` that of HTTP."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class App:
    """Calls in the name of an app; `tries` is how often one is made when the platform is away."""

    def __init__(self, origin: str, client_id: str, key: Key, *, tries: int = 4) -> None:
        self.origin, self.client_id, self.key = origin.rstrip("/"), client_id, key
        #: Where the feed goes on behind the last change that `changes` gave.
        self.cursor = ""
        self._tries = tries
        self._http = httpx.Client(base_url=self.origin, timeout=20)
        self._token, self._token_until = "", 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.close()

    def ask(
        self, redirect: str, scope: str, *, state: str, handle: str | None = None
    ) -> tuple[str, str]:
        """The link by which a person's wallet is asked, and the verifier to keep until then."""
        verifier = secrets.token_urlsafe(32)
        wish = {
            "client_id": self.client_id,
            "redirect_uri": redirect,
            "code_challenge": b64(hashlib.sha256(verifier.encode()).digest()),
            "scope": scope,
            "state": state,
        } | ({"handle": handle} if handle else {})
        return f"{self.origin}/wallet/#/connect?{urlencode(wish)}", verifier

    def redeem(self, code: str, verifier: str, redirect: str) -> str:
        """The handle of who said yes."""
        body = {"code": code, "code_verifier": verifier, "redirect_uri": redirect}
        return str(self._post("/v1/apps/consents:redeem", body, once=True)["handle"])

    def enrol(self, claim: dict[str, Any]) -> str:
        """A handle for somebody whom the app knows; it leads to nobody until they consent."""
        return str(self._post("/v1/apps/people", claim)["handle"])

    def code(self, handle: str) -> dict[str, Any]:
        """The strings to display: `qid`, `masked`, `full`."""
        return self._post("/v1/apps/people:code", {"handle": handle})

    def living(self, handle: str) -> dict[str, Any]:
        """What makes the living part of the displayed code: `name` and `secret`, for the page."""
        return self._post("/v1/apps/people:living", {"handle": handle})

    def card(self, handle: str) -> dict[str, Any]:
        """The card: its `colour`, until when, and why."""
        return self._post("/v1/apps/people:card", {"handle": handle})

    def changes(self, after: str | None = None) -> Iterator[dict[str, Any]]:
        """Every change behind a cursor, CloudEvents in order; `cursor` moves on page by page."""
        if after is not None:
            self.cursor = after
        while True:
            answer = self._call("GET", f"/v1/apps/changes?{urlencode({'after': self.cursor})}")
            lines = answer.text.splitlines()
            yield from (json.loads(line) for line in lines)
            self.cursor = answer.headers["motma-cursor"]
            if not lines:
                return

    def add_hook(self, url: str) -> dict[str, Any]:
        """Have changes brought to an address; keep `secret`, it is told this once."""
        return self._post("/v1/apps/hooks", {"url": url}, once=True)

    def _post(self, path: str, body: dict[str, Any], *, once: bool = False) -> dict[str, Any]:
        found: dict[str, Any] = self._call("POST", path, body, once=once).json()
        return found

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, once: bool = False
    ) -> httpx.Response:
        """The answer; what may be done only `once` is not sent again when an answer is lost."""
        request = self._http.build_request(
            method, path, json=body, headers={"Authorization": f"Bearer {self._fresh_token()}"}
        )
        for tried in range(1, self._tries + 1):
            last, wait = tried == self._tries, 2**tried / 10
            try:
                answer = self._http.send(request)
            except httpx.TransportError:
                if last or once:
                    raise
            else:
                if answer.status_code not in _AGAIN or last:
                    return _believed(answer)
                asked = answer.headers.get("retry-after", "")
                wait = float(asked) if asked.isdigit() else wait
            time.sleep(min(wait, _LONGEST_WAIT_S))
        raise AssertionError("tries is at least one")

    def _fresh_token(self) -> str:
        if time.time() >= self._token_until - _EARLY_S:
            path = "/v1/clients:token"
            form = {"grant_type": "client_credentials", "client_assertion_type": _ASSERTION}
            said = self.key.assertion(self.client_id, self.origin + path)
            answer = _believed(self._http.post(path, data=form | {"client_assertion": said})).json()
            self._token = answer["access_token"]
            self._token_until = time.time() + answer["expires_in"]
        return self._token


def _believed(answer: httpx.Response) -> httpx.Response:
    """The answer, or what it declines."""
    if answer.is_success:
        return answer
    try:
        code = str(answer.json().get("code", "no-code"))
    except ValueError:
        code = "no-code"
    raise Declined(answer.status_code, code)
