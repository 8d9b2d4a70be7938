"""Saying what a scanner is, and checking on-line what it shows."""

from datetime import timedelta
from uuid import UUID

from motma.access import posts
from motma.access.errors import Forbidden
from motma.access.genuine import model, queries
from motma.access.genuine.model import Checked, Statement
from motma.access.means import Means
from motma.access.model import Session
from motma.access.policy import current
from motma.codec import jwks
from motma.keys.model import Purpose
from motma.storage.pool import Connection


async def state(
    db: Connection, means: Means, session: Session, *, place_id: UUID, purpose: str, origin: str
) -> tuple[str, Statement]:
    """The platform's part of the code of the device on which this shift runs."""
    reader = session.reader
    if reader is None:
        raise Forbidden
    if not reader.may_move:
        posts.insist_here(means, session.device.device_id, session.device.post, place_id)
    place = await queries.own_place(db, place_id, reader.organisation_id)
    if place is None:
        raise Forbidden
    view = current().view(reader.role, purpose, place["kind"])
    ends_at = min(means.clock.now() + model.LIFE, session.ends_at).replace(microsecond=0)
    statement = Statement(
        public_key=await queries.public_key(db, session.device.device_id),
        device_id=session.device.device_id,
        role=reader.role,
        organisation=reader.organisation_name,
        place=place["name"],
        sees=tuple(sorted(view.fields)),
        ends_at=ends_at,
    )
    ring = means.keyring
    text = model.compose(
        statement,
        origin=origin,
        kid=ring.active(Purpose.PLACE).kid,
        sign=lambda data: ring.sign(Purpose.PLACE, data),
    )
    return text, statement


async def check(db: Connection, means: Means, text: str) -> Checked:
    """What the text proves, and whether its device and shift still stand.

    Reasons beside those of the text itself: `device-lost`, `shift-over`.
    """
    now = means.clock.now()
    keys = jwks.parse(means.keyring.jwks(Purpose.PLACE))
    found = model.check(text, keys.find, now=now)
    statement = found.statement
    if found.reason is not None or statement is None:
        return found
    row = await queries.stands(db, statement.device_id, statement.role, now)
    if row is None or not row["active"] or row["public_key"] != statement.public_key:
        return Checked(reason="device-lost", statement=statement)
    if not row["at_work"]:
        return Checked(reason="shift-over", statement=statement)
    return found


def renew_after(statement: Statement, means: Means) -> timedelta:
    """When the page should ask for the next one: half of what is left."""
    return max((statement.ends_at - means.clock.now()) / 2, timedelta(seconds=model.STEP_S))
