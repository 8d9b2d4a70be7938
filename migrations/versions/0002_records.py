"""Records: health records, their versions and attachments, facts, value sets, jobs."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0002_records.sql")
