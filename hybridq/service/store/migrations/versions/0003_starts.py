"""Add the version of a model that a job begins with."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("service_jobs", sa.Column("start", sa.Text))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("service_jobs", "start")
