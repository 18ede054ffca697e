"""Create the tables of models, versions, evaluations, aliases and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "angles_models",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("latest", sa.Integer, nullable=False),
        sa.Column("margin", sa.Double, nullable=False),
    )
    op.create_table(
        "angles_versions",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("compared", sa.Integer, nullable=False),
        sa.Column("overruled", sa.Integer, nullable=False),
        sa.UniqueConstraint("tenant", "name", "digest", name="angles_versions_digest"),
    )
    op.create_table(
        "angles_evaluations",
        sa.Column("id", sa.String(36), primary_key=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("baseline", sa.Integer, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("imported", sa.Boolean, nullable=False),
    )
    op.create_table(
        "angles_aliases",
        sa.Column("tenant", sa.String(64), primary_key=True),
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("alias", sa.String(64), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("control", sa.Integer),
        sa.Column("share", sa.Double),
        sa.Column("wealth", sa.Text),
        sa.Column("moved", sa.Double, nullable=False),
    )
    op.create_table(
        "angles_moves",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("alias", sa.String(64), nullable=False),
        sa.Column("before", sa.Integer),
        sa.Column("after", sa.Integer),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("actor", sa.String(128), nullable=False),
        sa.Column("evaluation", sa.String(36)),
        sa.Column("time", sa.Double, nullable=False),
    )
    for name in ("evaluations", "moves"):
        op.create_index(f"ix_angles_{name}_tenant", f"angles_{name}", ["tenant"])


def downgrade() -> None:
    """Drop the tables."""
    for name in ("moves", "aliases", "evaluations", "versions", "models"):
        op.drop_table(f"angles_{name}")
