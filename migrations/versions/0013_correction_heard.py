"""Which sources have heard a correction that is for all of a kind."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0013_correction_heard.sql")
