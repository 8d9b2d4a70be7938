"""`motma scan --offline`: a gate without network, which remembers its keys and newest snapshot."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from motma.bootstrap import Settings
from motma.cards.snapshot import model
from motma.cards.snapshot.errors import SnapshotWithoutTrust
from motma.cards.snapshot.model import Snapshot
from motma.cli import gate_files
from motma.cli.running import decline, out
from motma.codec.issued import FindKey
from motma.kernel import durable
from motma.kernel.clock import SystemClock
from motma.kernel.errors import Declined, Malformed
from motma.keys.keyring import Keyring
from motma.keys.model import Purpose
from motma.scan.offline import OfflineAnswer, Place, decide

#: What a gate keeps between scans, below the platform's own folder.
_MEMORY: Final = Path("run") / "gate.json"


class Memory(msgspec.Struct, omit_defaults=True):
    """The keys that were trusted once, and the newest snapshot that was accepted."""

    keys: dict[str, Any] | None = None
    seen: datetime | None = None


def scan_offline(
    text: str, file: Path, *, keys: Path | None, place: Place, at: str | None, as_json: bool
) -> None:
    """Decide from a snapshot and print the answer; nothing is opened but files."""
    try:
        now = SystemClock().now()
        snapshot = _accepted(file, keys, Settings().home, now)
        answer = decide(snapshot, text, place, at=_moment(at) or now)
    except Declined as declined:
        decline(declined)
    out(answer, as_json=as_json, text=_for_people(answer))


def _accepted(file: Path, keys: Path | None, home: Path, now: datetime) -> Snapshot:
    """The snapshot, once it was found genuine, recent, and not older than the last one."""
    memory = _remembered(home)
    if keys is not None:
        memory.keys = _json(keys)
    snapshot = gate_files.newest(file, _trust(memory, home))
    snapshot.insist_usable(now=now, seen=memory.seen)
    memory.seen = snapshot.body.as_of
    if memory.keys is not None:  # a rotation reaches the gate while the earlier key still signs
        memory.keys = snapshot.body.signers
    _remember(home, memory)
    return snapshot


def _trust(memory: Memory, home: Path) -> FindKey:
    """The keys given once, or those of the platform on this very machine."""
    if memory.keys is not None:
        return model.trusting(memory.keys)
    if (home / "keys" / "ring.json").exists():
        return model.trusting(Keyring.open(home / "keys").jwks(Purpose.SNAPSHOT))
    raise SnapshotWithoutTrust


def _remembered(home: Path) -> Memory:
    """What is kept; a broken memory is refused, as it would let an older snapshot in."""
    path = home / _MEMORY
    if not path.exists():
        return Memory()
    try:
        return msgspec.json.decode(gate_files.read(path), type=Memory)
    except msgspec.MsgspecError:
        raise Malformed("snapshot.memory") from None


def _remember(home: Path, memory: Memory) -> None:
    """Kept whole or as before, for this user alone: whoever changes it is believed."""
    path = home / _MEMORY
    path.parent.mkdir(parents=True, exist_ok=True)
    durable.replace(path, msgspec.json.encode(memory))


def _json(path: Path) -> dict[str, Any]:
    """A key set's JSON."""
    try:
        found = json.loads(gate_files.read(path))
    except (ValueError, RecursionError):
        raise Malformed("jwks.form", "keys") from None
    if not isinstance(found, dict):
        raise Malformed("jwks.form", "keys")
    return found


def _moment(at: str | None) -> datetime | None:
    """As of when the code is judged; the snapshot itself is always held against the present."""
    try:
        found = None if at is None else datetime.fromisoformat(at)
    except ValueError:
        raise Malformed("scan.moment", "at") from None
    if found is not None and found.tzinfo is None:
        raise Malformed("scan.moment", "at")
    return None if found is None else found.astimezone(UTC)


def _for_people(answer: OfflineAnswer) -> str:
    lines = [f"{answer.outcome} (offline): {answer.advice['text']['en']}"]
    lines += [f"  {name}: {value}" for name, value in sorted((answer.who or {}).items())]
    if answer.card is not None:
        lines.append(f"  card: {answer.card['colour']}: {answer.card['text']['en']}")
    lines += [f"  ! {w['code']}: {w['text']['en']}" for w in answer.warnings]
    lines.append(f"  {answer.snapshot['text']['en']}")
    lines += [f"  ? {one['text']['en']}" for one in answer.not_known]
    return "\n".join(lines)
