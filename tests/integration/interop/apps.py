"""Connected apps as their makers would write them, for the tests."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
from tests.programs import Key, Program
from tests.staging import Caller, Stage

from motma.interop import apps, feed
from motma.interop.model import Registration

BACK = "https://app.example/back"
SCOPES = ("card:read", "code:read", "feed:read", "people:enrol")
CLAIM = {
    "full_name": "Thử Thị Nghiệm",
    "birth": "1990-02-03",
    "documents": [{"kind": "cccd", "number": "001190000001"}],
}


@dataclass
class App(Program):
    """An app with its server."""

    async def post(self, path: str, body: object) -> httpx.Response:
        """A call of the app's server."""
        return await self.stage.client.post(path, json=body, headers=await self.headers())

    async def handle(self, **changes: Any) -> str:
        """Enrol somebody."""
        answer = await self.post("/v1/apps/people", CLAIM | changes)
        assert answer.status_code == 202, answer.text
        assert answer.json()["status"] == "accepted"
        return str(answer.json()["handle"])

    async def changes(self, after: str = "") -> tuple[list[tuple[str, str]], str]:
        """Types and subjects of what happened, and the next cursor."""
        await feed.carry(self.stage.platform.pool, self.stage.platform.means)
        answer = await self.stage.client.get(
            f"/v1/apps/changes?after={after}", headers=await self.headers()
        )
        assert answer.status_code == 200, answer.text
        events = [json.loads(line) for line in answer.text.splitlines()]
        assert all(event["specversion"] == "1.0" for event in events)
        return [(one["type"], one["subject"]) for one in events], answer.headers["motma-cursor"]

    def wish(self, verifier: str, **more: Any) -> dict[str, Any]:
        """What the app's page asks the person's wallet for."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        return {
            "client_id": str(self.client_id),
            "redirect_uri": BACK,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "scope": "code:read card:read",
            "state": "s1",
        } | more

    async def connect(self, wallet: Caller, **more: Any) -> str:
        """The person says yes, the app redeems; its handle for them."""
        verifier = secrets.token_urlsafe(32)
        said = await wallet.post("/v1/me/consents", self.wish(verifier, **more))
        assert said.status_code == 200, said.text
        back = urlsplit(said.json()["redirect"])
        code = parse_qs(back.query)["code"][0]
        assert parse_qs(back.query)["state"] == ["s1"]
        redeemed = await self.redeem(code, verifier)
        assert redeemed.status_code == 200, redeemed.text
        return str(redeemed.json()["handle"])

    async def redeem(self, code: str, verifier: str, redirect: str = BACK) -> httpx.Response:
        """Turn a code into a handle."""
        body = {"code": code, "code_verifier": verifier, "redirect_uri": redirect}
        return await self.post("/v1/apps/consents:redeem", body)


async def an_app(stage: Stage, *scopes: str) -> App:
    """A registered app of the stage's organisation."""
    key = Key()
    async with stage.platform.transaction() as db:
        described = Registration(
            name_vi="Sổ sức khỏe",
            name_en="Health book",
            redirects=[BACK],
            scopes=list(scopes or SCOPES),
            jwk=dict(key.jwk),
        )
        means = stage.platform.means
        client_id = await apps.register(db, means, stage.organisation, described)
    return App(stage, key, client_id)
