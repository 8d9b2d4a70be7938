"""An app is listed by its last report; a failing one has fourteen days."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from motma.interop.listing.model import GRACE, Made, standing

T0 = datetime(2021, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def reports(*conforms: bool) -> list[Made]:
    """One a day."""
    return [
        Made(report_id=UUID(int=n), conforms=good, made_at=T0 + n * DAY)
        for n, good in enumerate(conforms)
    ]


@pytest.mark.parametrize(
    ("conforms", "days", "state", "since"),
    [
        ((True,), 1, "listed", 0),
        ((True, True, True), 9, "listed", 0),
        ((False,), 99, "never", 0),
        ((False, False, True), 3, "listed", 2),
        ((True, False), 14.9, "failing", 1),
        ((True, False), 15, "delisted", 15),
        ((True, False, False), 15, "delisted", 15),
        ((True, False, True), 40, "listed", 2),
    ],
)
def test_where_an_app_stands(
    conforms: tuple[bool, ...], days: float, state: str, since: int
) -> None:
    found = standing("display", reports(*conforms), T0 + days * DAY)
    assert found is not None
    assert (found.state, found.since) == (state, T0 + since * DAY)
    assert found.report_id == UUID(int=len(conforms) - 1)
    assert found.until == (T0 + DAY + GRACE if state == "failing" else None)


def test_without_a_report_it_stands_nowhere() -> None:
    assert standing("display", [], T0) is None
