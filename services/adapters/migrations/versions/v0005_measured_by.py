"""By which measures a case was counted, so that others can take its place while the centre runs."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the list of measures; what was counted so far is of none of them."""
    op.execute(
        "create table measured_by ("
        " id integer generated always as identity primary key,"
        " digest text not null unique,"
        " dimensions jsonb not null,"
        " at timestamptz not null default now())"
    )
    op.execute("alter table case_state add column measured integer not null default 0")
    op.execute("alter table progress add column measured integer not null default 0")


def downgrade() -> None:
    """Drop it; the contributions of cases stay as they are."""
    op.execute("alter table progress drop column measured")
    op.execute("alter table case_state drop column measured")
    op.execute("drop table measured_by")
