"""Running jobs by tenant, so that a claim counts them without a look at all jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_RUNNING = sa.text("state = 1 AND joined_to IS NULL")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "service_jobs_running",
        "service_jobs",
        ["tenant"],
        sqlite_where=_RUNNING,
        postgresql_where=_RUNNING,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("service_jobs_running", "service_jobs")
