"""A stage for made-up requests: Schemathesis draws, one loop serves, somebody calls."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import httpx
from schemathesis import Case
from tests.staging import ORIGIN, Caller, DeviceKey, Stage, stage

from motma.access.limits import _HEAD

#: Names in bodies for which somebody real is put now and then.
OF_PEOPLE: Final = frozenset({"qid", "into", "dependant", "guardian"})


class Theatre:
    """A stage that sync code can play on: Hypothesis draws, one loop serves."""

    def __init__(self, database: str, home: Path) -> None:
        self.loop = asyncio.new_event_loop()
        self._exits = AsyncExitStack()
        self.stage = self.run(self._exits.enter_async_context(stage(database, home)))
        self.qids = self.run(self._people(self.stage))
        self.heard: set[tuple[str, int]] = set()

    def run(self, coroutine: Any) -> Any:
        """The result of an async call."""
        return self.loop.run_until_complete(coroutine)

    def close(self) -> None:
        """Let go of everything."""
        self.run(self._exits.aclose())
        self.loop.close()

    def caller(self, login: str) -> Caller:
        """Somebody of the cast, a person on a wallet, or nobody."""
        if login == "nobody":
            return Caller(self.stage.client, DeviceKey(), self.stage.platform.clock)
        if login == "wallet":
            person = self.run(self.stage.person(number="001190000007", phones=()))
            caller: Caller = self.run(self.stage.wallet(person.person_id))
            return caller
        signed_in: Caller = self.run(self.stage.sign_in(login))
        return signed_in

    def forgive(self) -> None:
        """Forget who was limited: made-up requests come faster than any person's."""
        counters = self.stage.platform.counters
        counters._map[_HEAD:] = bytes(len(counters._map) - _HEAD)

    def somebody(self) -> str:
        """The QID of a person who was not there before."""
        person = self.run(self.stage.person(documents=(), phones=()))
        return str(person.qid)

    @staticmethod
    async def _people(on: Stage) -> list[str]:
        adult = await on.person()
        child = await on.person(full_name="Thử Con", birth="2020", documents=(), phones=())
        return [adult.qid, child.qid]


def with_people(body: Any, qid: str) -> Any:
    """The body, with a real person where it names one."""
    if not isinstance(body, dict):
        return body
    return {name: qid if name in OF_PEOPLE else value for name, value in body.items()}


async def send(caller: Caller, case: Case[Any], qid: str | None) -> httpx.Response:
    """What Schemathesis made, with the caller's token and a proof of this very request."""
    sent = case.as_transport_kwargs(base_url=ORIGIN)
    if qid is not None and "json" in sent:
        sent["json"] = with_people(sent["json"], qid)
    sent.pop("cookies", None)
    request = caller.client.build_request(**sent)
    now = caller.clock.now()
    url = f"{ORIGIN}{request.url.raw_path.partition(b'?')[0].decode()}"
    if "dpop" not in request.headers:
        proof = caller.key.proof(request.method, url, token=caller.token, at=now)
        request.headers["DPoP"] = proof
    if caller.token is not None:
        request.headers["Authorization"] = f"DPoP {caller.token}"
    return await caller.client.send(request)
