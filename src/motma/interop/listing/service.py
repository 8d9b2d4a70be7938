"""Use cases of the public list: take a report, show the list, an app's history, one report."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import msgspec
from asyncpg import Record

from motma.access.means import Means
from motma.interop import apps
from motma.interop.conformance.model import Report
from motma.interop.errors import ReportUnknown
from motma.interop.listing import model, queries
from motma.interop.listing.model import Listed, Made
from motma.kernel.clock import Clock
from motma.kernel.ids import uuid7
from motma.keys.model import Purpose
from motma.storage.pool import Connection


async def take(db: Connection, means: Means, client_id: UUID, report: Report) -> UUID:
    """Keep what the kit found of an app, signed; the list follows it at once."""
    await apps.find(db, client_id)
    now = means.clock.now()
    report_id = uuid7(now, means.random)
    body = msgspec.json.encode(
        {"report_id": report_id, "client_id": client_id, "made_at": now,
         "conforms": report.conforms, "report": report}
    )  # fmt: skip
    kid = means.keyring.active(Purpose.REPORT).kid
    text = model.signed(body, lambda data: means.keyring.sign(Purpose.REPORT, data), kid)
    await db.execute(queries.ADD, client_id, report_id, report.profile, report.conforms, text, now)
    details = {"client_id": str(client_id), "report_id": str(report_id)}
    await means.log(db, "interop.report-taken", details)
    return report_id


async def public(db: Connection, clock: Clock) -> list[Listed]:
    """Every app that has a report, by name, with where it stands in each profile."""
    rows = await db.fetch(queries.REPORTS)
    now = clock.now()
    return [
        _listed(list(of_app), now) for _, of_app in groupby(rows, key=lambda row: row["client_id"])
    ]


async def history(db: Connection, client_id: UUID) -> list[dict[str, Any]]:
    """The reports of an app, the newest first."""
    return [dict(row) for row in await db.fetch(queries.HISTORY, client_id)]


async def report(db: Connection, report_id: UUID) -> str:
    """A report as it was signed; ReportUnknown when there is none."""
    row = await db.fetchrow(queries.REPORT, report_id)
    if row is None:
        raise ReportUnknown
    text: str = row["signed"]
    return text


def _listed(rows: Sequence[Record], now: datetime) -> Listed:
    first = rows[0]
    standings = []
    for profile, of_profile in groupby(rows, key=lambda row: row["profile"]):
        reports = [
            Made(report_id=row["report_id"], conforms=row["conforms"], made_at=row["made_at"])
            for row in of_profile
        ]
        if (found := model.standing(profile, reports, now)) is not None:
            standings.append(found)
    return Listed(
        client_id=first["client_id"],
        name_vi=first["name_vi"],
        name_en=first["name_en"],
        organisation=first["organisation"],
        profiles=standings,
    )
