"""Keep the sentences and the pictures of results."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add reports and pictures."""
    op.add_column("service_results", sa.Column("report", sa.Text))
    op.create_table(
        "service_pictures",
        sa.Column("result", sa.String(36), sa.ForeignKey("service_results.id"), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("service_pictures")
    op.drop_column("service_results", "report")
