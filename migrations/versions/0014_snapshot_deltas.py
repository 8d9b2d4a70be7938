"""When a QID was issued again, so that a delta of the snapshot can tell."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0014_snapshot_deltas.sql")
