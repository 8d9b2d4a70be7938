"""A phone on the stage: what was sent to it, and who binds it."""

import json
import re
from datetime import timedelta
from typing import Any

import httpx
from tests.staging import Caller, DeviceKey, Stage

from motma.bootstrap import sender_of
from motma.kernel.clock import SetClock
from motma.messages.running import Courier

PHONE = "0987 654 321"
NUMBER = "+84987654321"


class Phones:
    """Reads the messages that the demo writes into a file, once all of them are written."""

    def __init__(self, on: Stage) -> None:
        self.platform = on.platform
        sender = sender_of(on.platform.settings)
        assert sender is not None
        self.courier = Courier(self.platform.pool, self.platform.vault, self.platform.clock, sender)

    async def sent(self) -> list[dict[str, str]]:
        """Every message so far."""
        async with self.platform.pool.acquire() as db:
            while await db.fetchval("SELECT count(*) FROM local.message"):
                await self.courier.round()  # the server's own may have some in hand
        path = self.platform.settings.home / "run" / "sms.jsonl"
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]

    async def texts(self, number: str = NUMBER) -> list[str]:
        """What came to a number so far."""
        return [message["text"] for message in await self.sent() if message["to"] == number]

    async def code(self, number: str = NUMBER) -> str:
        """The latest code that came to a number."""
        codes = [found[0] for t in await self.texts(number) if (found := re.match("[0-9]{6}", t))]
        return codes[-1]


async def bind(wallet: Caller, phones: Phones, pin: str | None = None, phone: str = PHONE) -> Any:
    """The wallet binds the phone; the last answer."""
    assert isinstance(wallet.clock, SetClock)
    wallet.clock.advance(timedelta(seconds=1))  # of two codes, the later one counts
    begun = await wallet.post("/v1/me/phone", {"phone": phone})
    assert begun.status_code == 202, begun.text
    number = "+84" + phone.replace(" ", "")[1:]
    body = {"code": await phones.code(number), "pin": pin}
    return await wallet.post("/v1/me/phone:confirm", body)


async def begin(on: Stage, phone: str = PHONE) -> dict[str, Any]:
    """Ask for a code."""
    answer = await on.client.post("/v1/sign-ins", json={"phone": phone})
    assert answer.status_code == 202, answer.text
    begun: dict[str, Any] = answer.json()
    return begun


async def finish(
    on: Stage, begun: dict[str, Any], code: str, pin: str | None = None
) -> tuple[httpx.Response, Caller]:
    """Type the code on a device of one's own; the answer and that device."""
    caller = Caller(on.client, DeviceKey(), on.platform.clock)
    body = {"sign_in_id": begun["sign_in_id"], "code": code, "public_jwk": caller.key.jwk}
    answer = await on.client.post("/v1/sign-ins:finish", json=body | {"pin": pin})
    if answer.status_code == 201:
        caller.device_id = json.loads(answer.text)["device_id"]
        await on.begin(caller, None)
    return answer, caller
