"""Matching: reviews of records whose person a registrar decides about."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0005_match_review.sql")
