"""Knocks that wait."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0022_push_knocks.sql")
