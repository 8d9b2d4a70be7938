"""Rule books: their versions, and when each was in force."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0003_books.sql")
