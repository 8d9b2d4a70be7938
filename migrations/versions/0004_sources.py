"""Sources: clients, how far each source was read, dead letters."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0004_sources.sql")
