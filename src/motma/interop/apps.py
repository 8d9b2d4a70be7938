"""Apps: registered by the operator, each with the key of a client."""

from uuid import UUID

from asyncpg import Record

from motma.access import model as access
from motma.access.clients import service as clients
from motma.access.means import Means
from motma.interop import model, queries
from motma.interop.errors import AppUnknown
from motma.interop.model import App, Registration
from motma.storage.pool import Connection


async def register(
    db: Connection, means: Means, organisation_id: UUID, described: Registration
) -> UUID:
    """Admit an app by its public key; gives its client id."""
    names = [
        access.line(name, field=field, least=1, most=80)
        for field, name in (("name_vi", described.name_vi), ("name_en", described.name_en))
    ]
    kept = model.check_redirects(described.redirects)
    client_id = await clients.add(
        db,
        means,
        organisation_id=organisation_id,
        name=names[0],
        scopes=described.scopes,
        jwk=described.jwk,
    )
    await db.execute(queries.ADD_APP, client_id, *names, list(kept), means.clock.now())
    return client_id


async def find(db: Connection, client_id: UUID) -> App:
    """An app that may still be connected to; AppUnknown otherwise."""
    row = await db.fetchrow(queries.APP, client_id)
    if row is None or not row["active"]:
        raise AppUnknown
    return _app(row)


async def listed(db: Connection) -> list[App]:
    """Every app, ended ones too."""
    return [_app(row) for row in await db.fetch(queries.APPS)]


def _app(row: Record) -> App:
    return App(
        client_id=row["client_id"],
        name_vi=row["name_vi"],
        name_en=row["name_en"],
        organisation=row["organisation"],
        redirects=tuple(row["redirects"]),
        scopes=tuple(row["scopes"]),
        active=row["active"],
    )
