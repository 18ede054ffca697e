"""Keep the circuits of jobs that evaluate, by which they are merged."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 0 AND joined_to IS NULL")


def upgrade() -> None:
    """Add circuits."""
    op.add_column("service_jobs", sa.Column("circuit", sa.LargeBinary(32)))
    op.add_column("service_jobs", sa.Column("points", sa.Integer))
    op.create_index(
        "service_jobs_circuit",
        "service_jobs",
        ["tenant", "circuit"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("service_jobs_circuit", "service_jobs")
    op.drop_column("service_jobs", "points")
    op.drop_column("service_jobs", "circuit")
