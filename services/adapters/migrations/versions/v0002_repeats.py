"""Which event a duplicate repeats, so that a figure can say how often its events came again."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Notes of before keep no name of the event: what came again until now is not told."""
    op.get_bind().exec_driver_sql(
        "alter table receipt_note add column if not exists source text,"
        " add column if not exists id text"
    )
    op.get_bind().exec_driver_sql(
        "create index if not exists receipt_note_repeats on receipt_note (source, id)"
        " where state = 'duplicate'"
    )


def downgrade() -> None:
    """Forget the names."""
    op.get_bind().exec_driver_sql("drop index if exists receipt_note_repeats")
    op.get_bind().exec_driver_sql("alter table receipt_note drop column source, drop column id")
