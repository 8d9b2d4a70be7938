"""Apps, their handles, consents and feed."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0015_apps.sql")
