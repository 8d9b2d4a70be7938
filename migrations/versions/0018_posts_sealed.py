"""Where devices stand, and how much is scanned at each place, not in clear."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0018_posts_sealed.sql")
