"""Reports of conformance."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0023_listing.sql")
