"""How far a run came that matches again what waits."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0011_rematch.sql")
