"""Reported reads."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0021_read_reports.sql")
