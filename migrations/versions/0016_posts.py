"""Where devices stand, who may move them, and how much is scanned at each place."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0016_posts.sql")
