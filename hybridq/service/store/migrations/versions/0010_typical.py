"""Seconds that jobs of a tenant took lately, charged when the next one starts."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    column = sa.Column("typical", sa.Double, nullable=False, server_default="1")
    op.add_column("service_tenants", column)


def downgrade() -> None:
    """Drop them."""
    op.drop_column("service_tenants", "typical")
