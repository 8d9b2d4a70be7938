"""Which version of its item a dead letter is."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0009_letters.sql")
