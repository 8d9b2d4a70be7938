"""How we prove to a source who we are."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0012_source_proof.sql")
