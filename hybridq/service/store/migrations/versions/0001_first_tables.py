"""Create the tables of tenants, keys, jobs and results."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "service_settings",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
    )
    op.create_table(
        "service_tenants",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("weight", sa.Double, nullable=False),
        sa.Column("virtual", sa.Double, nullable=False),
        sa.Column("most_queued", sa.Integer, nullable=False),
        sa.Column("most_running", sa.Integer, nullable=False),
    )
    op.create_table(
        "service_results",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "service_jobs",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("tenant", sa.String(64), sa.ForeignKey("service_tenants.name"), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("label", sa.String(128), nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary(32)),
        sa.Column("rank", sa.SmallInteger, nullable=False),
        sa.Column("cost", sa.Double, nullable=False),
        sa.Column("state", sa.SmallInteger, nullable=False),
        sa.Column("cancel", sa.SmallInteger, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("attempt", sa.Integer, nullable=False),
        sa.Column("deaths", sa.Integer, nullable=False),
        sa.Column("worker", sa.String(128)),
        sa.Column("lease", sa.Double),
        sa.Column("journal", sa.String(36), nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("started", sa.Double),
        sa.Column("ended", sa.Double),
        sa.Column("progress", sa.Text),
        sa.Column("usage", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("result", sa.String(36), sa.ForeignKey("service_results.id")),
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("joined_to", sa.String(36)),
    )
    for name, columns, condition, unique in (
        ("waiting", ["tenant", "rank", "id"], "state = 0 AND joined_to IS NULL", False),
        ("leases", ["lease"], "state = 1", False),
        ("listed", ["tenant", "id"], None, False),
        ("digest", ["tenant", "digest"], None, False),
        ("leading", ["tenant", "digest"], "state < 2 AND joined_to IS NULL AND cancel = 0", True),
        ("joined", ["joined_to"], "state < 2", False),
        ("result", ["result"], None, False),
    ):
        where = None if condition is None else sa.text(condition)
        op.create_index(
            f"service_jobs_{name}",
            "service_jobs",
            columns,
            unique=unique,
            sqlite_where=where,
            postgresql_where=where,
        )
    op.create_table(
        "service_idempotency",
        sa.Column("tenant", sa.String(64), sa.ForeignKey("service_tenants.name"), primary_key=True),
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
        sa.Column("jobs", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
    )
    op.create_table(
        "service_keys",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("tenant", sa.String(64), sa.ForeignKey("service_tenants.name"), nullable=False),
        sa.Column("code", sa.LargeBinary(32), nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("expires", sa.Double),
        sa.Column("revoked", sa.Boolean, nullable=False),
    )


def downgrade() -> None:
    """Drop the tables."""
    for name in ("keys", "idempotency", "jobs", "results", "tenants", "settings"):
        op.drop_table(f"service_{name}")
