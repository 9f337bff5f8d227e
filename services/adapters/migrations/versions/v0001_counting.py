"""Tables of counting and evaluation."""

from importlib import resources

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    sql = resources.files("services.adapters") / "sql"
    op.get_bind().exec_driver_sql("create extension if not exists timescaledb")
    for name in ("counting.sql", "units.sql"):
        op.get_bind().exec_driver_sql((sql / name).read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    """Refuse: what was counted is not thrown away by a migration."""
    raise NotImplementedError("restore a backup instead")
