"""Accounts: phones, one-time codes, and the messages that carry them."""

from alembic import op

from motma.storage.revising import run_sql

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Run the SQL beside us."""
    run_sql(op.get_bind(), "0010_accounts.sql")
