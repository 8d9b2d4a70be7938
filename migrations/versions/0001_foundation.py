"""The foundation: every table of the first issue."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0001_foundation.sql")
