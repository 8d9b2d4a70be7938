"""Inbox, pushes, and what comes of itself."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0020_inbox.sql")
