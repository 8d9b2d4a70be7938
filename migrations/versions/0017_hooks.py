"""Webhooks of apps."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0017_hooks.sql")
