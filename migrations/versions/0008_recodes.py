"""Colours set by hand: proposed, confirmed by another, until a day, open to an appeal."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0008_recodes.sql")
