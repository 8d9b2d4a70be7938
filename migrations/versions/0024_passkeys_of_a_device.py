"""On which wallet a passkey was added."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0024_passkeys_of_a_device.sql")
