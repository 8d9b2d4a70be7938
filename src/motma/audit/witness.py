"""A witness: somebody outside, with a key of their own, who lets a log only go forward.

It remembers the last checkpoint that it cosigned for each log and cosigns only what provably
continues it. Whoever holds database, mirror and log key can then still not show two histories to
people who ask for the cosignature. Sources: c2sp.org/tlog-witness, c2sp.org/tlog-cosignature.
"""

import asyncio
import binascii
import fcntl
import http.client
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from motma.audit.errors import CosignRefused
from motma.audit.note import (
    COSIGNATURE,
    Head,
    Note,
    NoteSignature,
    cosigned_text,
    key_hash,
    read_head,
    read_note,
    read_signature,
    signed_by,
    verifier_key,
)
from motma.audit.tree import EMPTY_ROOT, continues
from motma.kernel import durable
from motma.kernel.clock import Clock
from motma.kernel.errors import Malformed
from motma.kernel.ids import Random
from motma.keys import signatures
from motma.keys.model import Algorithm

#: A consistency proof has at most this many hashes. Source: c2sp.org/tlog-witness.
MOST_HASHES: Final = 63

_CONFLICT: Final = 409
_DONE: Final = 200
_LONGEST_ANSWER: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Seen:
    """The last checkpoint of a log that was cosigned."""

    size: int
    root: bytes


class LocalWitness:
    """A witness with its key and memory in a directory; one process works with it at a time."""

    def __init__(
        self, directory: Path, *, name: str, logs: Mapping[str, Sequence[bytes]], clock: Clock
    ) -> None:
        """`logs` are the Ed25519 keys believed of each log, by origin."""
        self.name = name
        self._logs = logs
        self._clock = clock
        self._memory = directory / "seen.json"
        self._lock = directory / "lock"
        secret = (directory / "key").read_bytes()
        self._key = signatures.private_key(Algorithm.EDDSA, secret)
        self._public = signatures.public_bytes(self._key.public_key())

    @classmethod
    def create(
        cls,
        directory: Path,
        *,
        name: str,
        logs: Mapping[str, Sequence[bytes]],
        clock: Clock,
        random: Random,
    ) -> Self:
        """Open the witness; it gets a key when it has none."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = directory / "key"
        if not path.exists():
            durable.replace(path, signatures.new_secret(Algorithm.EDDSA, random))
        return cls(directory, name=name, logs=logs, clock=clock)

    def verifier_key(self) -> str:
        """Its public key in text form, to be published by the witness itself."""
        return verifier_key(self.name, COSIGNATURE, self._public)

    def public(self) -> bytes:
        """Its public key."""
        return self._public

    async def remembered(self, origin: str) -> int:
        """The size of the last checkpoint it cosigned for this log."""
        return self.seen(origin).size

    async def cosign(self, note: Note, *, old_size: int, proof: Sequence[bytes]) -> NoteSignature:
        """A cosignature/v1 line, or CosignRefused."""
        return await asyncio.to_thread(self.judge, note, old_size=old_size, proof=proof)

    def seen(self, origin: str) -> Seen:
        """What it remembers of a log."""
        if not self._memory.exists():
            return Seen(0, EMPTY_ROOT)
        kept = json.loads(self._memory.read_bytes()).get(origin)
        return Seen(kept["size"], b64decode(kept["root"])) if kept else Seen(0, EMPTY_ROOT)

    def judge(self, note: Note, *, old_size: int, proof: Sequence[bytes]) -> NoteSignature:
        """Cosign what continues the remembered checkpoint; remember it first, durably."""
        head = read_head(note.text)
        if not signed_by(note, head.origin, self._logs.get(head.origin, ())):
            raise CosignRefused("unknown-key", 0)
        with self._alone():
            seen = self.seen(head.origin)
            if old_size != seen.size or head.size < seen.size:
                raise CosignRefused("other-size", seen.size)
            if len(proof) > MOST_HASHES or not continues(
                first=seen.size,
                second=head.size,
                first_root=seen.root,
                second_root=head.root,
                proof=proof,
            ):
                raise CosignRefused("inconsistent", seen.size)
            self._remember(head)
        return self._line(note)

    def _line(self, note: Note) -> NoteSignature:
        seconds = int(self._clock.now().timestamp())
        signature = signatures.sign(self._key, cosigned_text(note.text, seconds))
        hashed = key_hash(self.name, COSIGNATURE, self._public)
        return NoteSignature(self.name, hashed, seconds.to_bytes(8) + signature)

    def _remember(self, head: Head) -> None:
        kept = json.loads(self._memory.read_bytes()) if self._memory.exists() else {}
        kept[head.origin] = {"size": head.size, "root": b64encode(head.root).decode()}
        durable.replace(self._memory, json.dumps(kept).encode())

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with os.fdopen(os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600), "r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class RemoteWitness:
    """A witness behind HTTP, as c2sp.org/tlog-witness; what the sequencer talks to."""

    def __init__(self, host: str, port: int, *, patience_s: float = 1.5) -> None:
        self._host = host
        self._port = port
        self._patience_s = patience_s
        self._size = 0

    async def remembered(self, _origin: str, /) -> int:
        """What it said last; a wrong guess is corrected by its next answer."""
        return self._size

    async def cosign(self, note: Note, *, old_size: int, proof: Sequence[bytes]) -> NoteSignature:
        """Ask for a cosignature."""
        status, answer = await asyncio.to_thread(self._post, write_request(note, old_size, proof))
        if status == _CONFLICT and answer.strip().isdecimal():
            self._size = int(answer)
        if status != _DONE:
            raise CosignRefused("remote", self._size)
        try:
            line = read_signature(answer.partition("\n")[0])
        except Malformed as error:
            raise CosignRefused("remote", self._size) from error
        self._size = read_head(note.text).size
        return line

    def _post(self, body: bytes) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self._host, self._port, timeout=self._patience_s)
        try:
            connection.request("POST", "/add-checkpoint", body)
            answer = connection.getresponse()
            return answer.status, answer.read(_LONGEST_ANSWER).decode(errors="replace")
        except http.client.HTTPException as error:
            raise OSError("the witness speaks no HTTP") from error
        finally:
            connection.close()


def write_request(note: Note, old_size: int, proof: Sequence[bytes]) -> bytes:
    """The body of add-checkpoint."""
    hashes = "".join(f"{b64encode(each).decode()}\n" for each in proof)
    return f"old {old_size}\n{hashes}\n{note}".encode()


def read_request(body: bytes) -> tuple[Note, int, list[bytes]]:
    """Note, old size and proof in the body of add-checkpoint; Malformed for anything else."""
    try:
        head, _, rest = body.decode().partition("\n\n")
        first, *lines = head.split("\n")
        old_size = int(first.removeprefix("old "))
        proof = [b64decode(line, validate=True) for line in lines]
    except (UnicodeDecodeError, binascii.Error, ValueError) as error:
        raise Malformed("audit.request-malformed") from error
    if not first.startswith("old ") or old_size < 0 or {len(each) for each in proof} - {32}:
        raise Malformed("audit.request-malformed")
    return read_note(rest), old_size, proof
