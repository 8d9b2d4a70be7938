"""The public list of apps: who is on it, by which reports, and the reports themselves."""

from typing import Final
from uuid import UUID

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from motma.interop.errors import ReportUnknown
from motma.interop.listing import service
from motma.interop.listing.model import Listed
from motma.keys.model import Purpose
from motma.web.calls import platform_of
from motma.web.operations import Operation

_SHARED: Final = {"Cache-Control": "public, max-age=60"}


async def list_apps(request: Request, _body: None) -> list[Listed]:
    """Every app that was tested: where it stands in each profile, since when, by which report."""
    platform = platform_of(request)
    async with platform.pool.acquire() as db:
        return await service.public(db, platform.clock)


async def app_report(request: Request, _body: None) -> Response:
    """A report as it was signed (JWS, RFC 7515): each check, its outcome, and what it found."""
    try:
        report_id = UUID(request.path_params["report_id"])
    except ValueError:
        raise ReportUnknown from None
    async with platform_of(request).pool.acquire() as db:
        text = await service.report(db, report_id)
    return Response(text, media_type="application/jose", headers=_SHARED)


async def report_keys(request: Request, _body: None) -> Response:
    """The keys that sign reports (RFC 7517)."""
    body = msgspec.json.encode(platform_of(request).keyring.jwks(Purpose.REPORT))
    return Response(body, media_type="application/jwk-set+json", headers=_SHARED)


OPERATIONS = [
    Operation(method="GET", path="/v1/apps", handler=list_apps, answer=list[Listed],
              summary="The public list of apps", tag="apps"),
    Operation(method="GET", path="/v1/apps/reports/keys", handler=report_keys,
              media_type="application/jwk-set+json", summary="Keys of reports", tag="apps"),
    Operation(method="GET", path="/v1/apps/reports/{report_id}", handler=app_report,
              media_type="application/jose", summary="A signed report", tag="apps"),
]  # fmt: skip
