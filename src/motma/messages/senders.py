"""Who takes a message to a phone: the demo's console, a file, or an operator's gateway."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TextIO

from motma.egress.client import Egress
from motma.egress.errors import AnswerRefused
from motma.kernel.errors import Declined
from motma.messages.errors import NotSent, NumberRefused
from motma.messages.model import Message

#: Answers of a gateway by which it means this message and not itself.
_OF_THE_MESSAGE: Final = frozenset({400, 404, 422})


class Sender(Protocol):
    """Takes one message to its phone; NumberRefused and NotSent are what else can happen."""

    async def send(self, message: Message) -> None:
        """Send; coming back without an error means that the message is on its way."""
        ...


@dataclass(frozen=True, slots=True)
class Console:
    """Prints messages where the demo runs; never for real people."""

    out: TextIO | None = None

    async def send(self, message: Message) -> None:
        """Print the text and the last digits of the number."""
        out = self.out or sys.stdout
        out.write(f"DEMO · SMS → …{message.to[-3:]}: {message.text}\n")
        out.flush()


@dataclass(frozen=True, slots=True)
class File:
    """Writes each message as a line of JSON, for the demo and for tests."""

    path: Path

    async def send(self, message: Message) -> None:
        """Append a line; only the owner may read the file."""
        await asyncio.to_thread(self._write, message)

    def _write(self, message: Message) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = {"id": str(message.message_id), "to": message.to, "text": message.text}
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, (json.dumps(line, ensure_ascii=False) + "\n").encode())
        finally:
            os.close(handle)


@dataclass(frozen=True, slots=True, kw_only=True)
class Http:
    """Posts JSON to an operator's gateway.

    `template` is the body; `{to}`, `{text}` and `{id}` in its texts give way to the message's. The
    id is the same when a message is sent again, so that a gateway can drop what it has.
    """

    url: str
    template: object
    headers: Mapping[str, str]
    private_network: bool = False

    async def send(self, message: Message) -> None:
        """Post; a refusal that names the message is final, everything else is tried again."""
        body = json.dumps(filled(self.template, message), ensure_ascii=False).encode()
        try:
            async with Egress(private_network=self.private_network, patience_s=15.0) as egress:
                await egress.post(
                    self.url, body, media_type="application/json", headers=self.headers
                )
        except AnswerRefused as refused:
            raise (NumberRefused if refused.status in _OF_THE_MESSAGE else NotSent) from None
        except Declined:
            raise NotSent from None


def filled(template: object, message: Message) -> object:
    """The template with the message's values in its texts, whatever they contain.

    >>> from datetime import UTC, datetime
    >>> from uuid import UUID
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> one = Message(message_id=UUID(int=1), to="+84", text='{to} "', created_at=now,
    ...               expires_at=now, tries=1)
    >>> filled({"sms": [{"num": "{to}", "msg": "{text}", "n": 1}]}, one)
    {'sms': [{'num': '+84', 'msg': '{to} "', 'n': 1}]}
    """
    if isinstance(template, dict):
        return {name: filled(value, message) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, message) for value in template]
    if not isinstance(template, str):
        return template
    values = {"{to}": message.to, "{text}": message.text, "{id}": str(message.message_id)}
    whole = values.get(template)
    if whole is not None:
        return whole
    # the text goes in last, so that nothing in it is taken for a place to fill
    for place in ("{to}", "{id}", "{text}"):
        template = template.replace(place, values[place])
    return template
