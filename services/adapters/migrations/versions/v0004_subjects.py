"""Finds cases by their subject, whatever their unit."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the index."""
    op.execute(
        "create index case_state_subject on case_state (subject, kind)"
        " where kind in ('dossier', 'feedback', 'task')"
    )


def downgrade() -> None:
    """Drop the index."""
    op.execute("drop index case_state_subject")
