"""My account ended, and the proof that a read of me stands in the log."""

from typing import Any
from uuid import UUID

import msgspec
from starlette.requests import Request

from motma.access.accounts import devices, ending
from motma.access.tokens import b64
from motma.audit import reading
from motma.audit.errors import EventUnknown, NotYetPlaced
from motma.audit.model import Event, microseconds
from motma.identity.selves import selves_of
from motma.kernel.errors import Malformed
from motma.web.calls import platform_of, require_person
from motma.web.operations import Operation
from motma.web.reads import own_read


class AccountDeleted(msgspec.Struct, frozen=True, kw_only=True):
    """What ended, and what stays."""

    devices_ended: int
    phone_removed: bool
    passkeys_removed: int
    kept: dict[str, str]  # in vi and en


class ReadProof(msgspec.Struct, frozen=True, kw_only=True):
    """What a browser needs to check a read against a checkpoint by itself (docs/flows/audit.md).

    Bytes are base64url without padding, times microseconds since 1970. The leaf is
    SHA-256(salt ‖ row); `row` names the columns in the order in which they are hashed.
    """

    row: dict[str, Any]
    salt: str
    commitment: str
    index: int
    size: int
    path: list[str]
    checkpoint: str


_KEPT = {
    "vi": "Hồ sơ đăng ký và bản ghi y tế được giữ theo luật; để dùng lại, hãy xin mã kích hoạt.",
    "en": "The register and health records stay as the law asks; to return, ask for a new code.",
}


async def delete_my_account(request: Request, _body: None) -> AccountDeleted:
    """End every device, session, activation code, phone and passkey of mine; this one too.

    The register stays. To return one proves to a registrar once more who one is.
    """
    session, person_id = await require_person(request)
    platform = platform_of(request)
    async with platform.transaction() as db:
        await devices.insist_settled(db, platform.means, session.device.device_id)
        own = await selves_of(db, platform.means, person_id)
        done = await ending.delete(db, platform.means, own)
    return AccountDeleted(
        devices_ended=done.devices_ended,
        phone_removed=done.phone_removed,
        passkeys_removed=done.passkeys_removed,
        kept=_KEPT,
    )


async def my_read_proof(request: Request, _body: None) -> ReadProof:
    """That a read of me is in the log: the row as it was committed to, and the path to the root."""
    _, person_id = await require_person(request)
    platform = platform_of(request)
    try:
        event_id = UUID(request.path_params["event_id"])
    except ValueError:
        raise Malformed("audit.event-id", "event_id") from None
    async with platform.pool.acquire() as db:
        own = await selves_of(db, platform.means, person_id)
        event = (await own_read(db, platform, own, event_id)).event
        try:
            proof = await reading.prove(db, event_id, event.device_id)
        except EventUnknown:  # it is there, as it was just read: its leaf comes within seconds
            raise NotYetPlaced(str(event_id)) from None
    return ReadProof(
        row=_row(event),
        salt=b64(event.salt),
        commitment=b64(proof.commitment),
        index=proof.index,
        size=proof.size,
        path=[b64(sibling) for sibling in proof.path],
        checkpoint=proof.checkpoint,
    )


def _row(event: Event) -> dict[str, Any]:
    """The columns in the order of `audit.model.canonical`."""
    return {
        "device_id": str(event.device_id),
        "event_id": str(event.event_id),
        "kind": event.kind,
        "at_us": microseconds(event.at),
        "known_at_us": microseconds(event.known_at),
        "person_tag": None if event.person_tag is None else b64(event.person_tag),
        "outcome": event.outcome,
        "body_hash": None if event.body_hash is None else b64(event.body_hash),
        "sealed": b64(event.sealed),
    }


OPERATIONS = [
    Operation(method="POST", path="/v1/me/account:delete", handler=delete_my_account,
              answer=AccountDeleted, auth="person", summary="End my account", tag="me"),
    Operation(method="GET", path="/v1/me/reads/{event_id}/proof", handler=my_read_proof,
              answer=ReadProof, auth="person", summary="Proof of a read of me", tag="me"),
]  # fmt: skip
