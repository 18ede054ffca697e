"""Keep the shapes of solved graphs, by which isomorphic ones are found."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add shapes."""
    op.add_column("service_jobs", sa.Column("shape", sa.LargeBinary(32)))
    op.create_index("service_jobs_shape", "service_jobs", ["tenant", "shape"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("service_jobs_shape", "service_jobs")
    op.drop_column("service_jobs", "shape")
