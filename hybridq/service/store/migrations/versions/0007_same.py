"""Identical jobs by state, so that one of many is found at once."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index, and drop the one without the state."""
    op.create_index("service_jobs_same", "service_jobs", ["tenant", "digest", "state"])
    op.drop_index("service_jobs_digest", "service_jobs")


def downgrade() -> None:
    """Make the former index again."""
    op.create_index("service_jobs_digest", "service_jobs", ["tenant", "digest"])
    op.drop_index("service_jobs_same", "service_jobs")
