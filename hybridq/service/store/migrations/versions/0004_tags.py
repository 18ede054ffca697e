"""Keep the tags of jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add tags."""
    op.add_column("service_jobs", sa.Column("tags", sa.Text))
    op.create_table(
        "service_tags",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("tag", sa.String(64), primary_key=True),
        sa.Column("job", sa.String(36), sa.ForeignKey("service_jobs.id"), primary_key=True),
    )
    op.create_index("service_tags_job", "service_tags", ["job"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("service_tags")
    op.drop_column("service_jobs", "tags")
