"""Which records wait, by the name of their event: their receipts are told what becomes of them."""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the index; notes of before name no event, and stay as they are."""
    op.execute(
        "create index receipt_note_waiting on receipt_note (source, id) where state = 'waiting'"
    )


def downgrade() -> None:
    """Drop the index."""
    op.execute("drop index receipt_note_waiting")
