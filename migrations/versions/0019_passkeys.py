"""Passkeys."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0019_passkeys.sql")
