"""Webhooks with their outbox, and circuits a day of tenants."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TENANT = (
    ("webhooks", sa.Integer, False),
    ("most_circuits", sa.BigInteger, True),
    ("day", sa.Integer, False),
    ("circuits", sa.BigInteger, False),
)


def upgrade() -> None:
    """Add them."""
    for name, kind, nullable in _TENANT:
        default = None if nullable else "0"
        column = sa.Column(name, kind, nullable=nullable, server_default=default)
        op.add_column("service_tenants", column)
    op.create_table(
        "service_webhooks",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("tenant", sa.String(64), sa.ForeignKey("service_tenants.name"), nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("error", sa.Text),
        sa.Index("service_webhooks_tenant", "tenant"),
    )
    op.create_table(
        "service_deliveries",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("webhook", sa.String(36), sa.ForeignKey("service_webhooks.id"), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("due", sa.Double),
        sa.Index("service_deliveries_due", "due"),
        sa.Index("service_deliveries_webhook", "webhook"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("service_deliveries")
    op.drop_table("service_webhooks")
    for name, _, _ in reversed(_TENANT):
        op.drop_column("service_tenants", name)
