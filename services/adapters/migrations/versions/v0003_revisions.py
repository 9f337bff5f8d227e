"""Tables of the revisions of closed periods."""

from importlib import resources

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    sql = resources.files("services.adapters") / "sql" / "revisions.sql"
    op.get_bind().exec_driver_sql(sql.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """Refuse: what was known at an earlier time can not be computed again."""
    raise NotImplementedError("restore a backup instead")
