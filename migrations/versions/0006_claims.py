"""Claims: what people say of their records, and what was decided."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0006_claims.sql")
