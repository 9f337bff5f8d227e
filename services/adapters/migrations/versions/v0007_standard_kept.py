"""The last sound standard, for services that start while its files are refused."""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Create the one row's table; the evaluator fills it."""
    op.execute(
        "create table standard_kept ("
        " only_row boolean primary key default true check (only_row),"
        " version text not null,"
        " files jsonb not null,"
        " at timestamptz not null default now())"
    )


def downgrade() -> None:
    """Drop it."""
    op.execute("drop table standard_kept")
