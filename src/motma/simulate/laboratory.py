"""A laboratory that sends its tests by itself: pushed with a token of its own, or as a file."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from motma.access.clients.model import ASSERTION_TYPE, assertion
from motma.egress.client import Egress
from motma.egress.errors import AnswerRefused, NoAnswer
from motma.kernel.clock import Clock
from motma.simulate.feeds import Item

_TRIES: Final = 100
_WAIT_S: Final = 0.2


class _Refused(msgspec.Struct):
    id: str
    code: str


class _Answer(msgspec.Struct):
    taken: list[str]
    refused: list[_Refused]


@dataclass(slots=True)
class Laboratory:
    """Pushes until everything was acknowledged; whatever was not is sent again, as it was."""

    platform: str
    client_id: UUID
    key: ec.EllipticCurvePrivateKey
    clock: Clock
    egress: Egress
    #: Items of one push.
    batch: int = 50
    refused: list[str] = field(default_factory=list)
    _token: str = ""

    async def push(self, items: Sequence[Item]) -> int:
        """Push all items; how many were taken."""
        taken = 0
        for start in range(0, len(items), self.batch):
            answer = await self._insist(list(items[start : start + self.batch]))
            taken += len(answer.taken)
            self.refused += [one.id for one in answer.refused]
        return taken

    async def _insist(self, items: list[Item]) -> _Answer:
        """Send until there is an answer: one that was lost changes nothing the second time."""
        body = msgspec.json.encode({"items": items})
        for attempt in range(_TRIES):
            try:
                if not self._token:
                    self._token = await self._new_token()
                answer = await self.egress.post(
                    f"{self.platform}/v1/tests",
                    body,
                    media_type="application/json",
                    headers={"authorization": f"Bearer {self._token}"},
                )
                return msgspec.json.decode(answer, type=_Answer)
            except AnswerRefused as refused:
                if refused.status == 401:  # noqa: PLR2004 - HTTP: the token's ten minutes are over
                    self._token = ""
                elif refused.status < 429:  # noqa: PLR2004 - HTTP: busy or away may end
                    raise
            except NoAnswer:
                pass
            await asyncio.sleep(_WAIT_S * min(attempt + 1, 10))
        raise NoAnswer

    async def _new_token(self) -> str:
        address = f"{self.platform}/v1/clients:token"
        signed = assertion(
            self.key, self.client_id, audience=address, jti=token_hex(16), now=self.clock.now()
        )
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": signed,
        }
        answer = await self.egress.post(
            address, urlencode(form).encode(), media_type="application/x-www-form-urlencoded"
        )
        return str(msgspec.json.decode(answer)["access_token"])


def drop(folder: Path, name: str, items: Sequence[Item]) -> Path:
    """Leave the items as one NDJSON file that appears whole."""
    folder.mkdir(parents=True, exist_ok=True)
    part, file = folder / f"{name}.part", folder / f"{name}.ndjson"
    part.write_bytes(b"".join(msgspec.json.encode(item) + b"\n" for item in items))
    part.rename(file)
    return file
