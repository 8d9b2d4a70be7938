"""Reissued QIDs: found without reading all of them."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0007_reissued.sql")
