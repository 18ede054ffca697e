"""Sums over ended jobs, and indexes for the jobs in a state or of a kind."""

import json
from collections import Counter

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_WAITING = sa.text("state = 0 AND joined_to IS NULL")
_JOBS = "service_jobs"


def upgrade() -> None:
    """Add them, with the sums of the jobs that have ended."""
    totals = op.create_table(
        "service_totals",
        sa.Column("tenant", sa.String(64), sa.ForeignKey("service_tenants.name"), primary_key=True),
        sa.Column("day", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("tag", sa.String(64), primary_key=True),
        sa.Column("sums", sa.Text, nullable=False),
        sa.Index("service_totals_day", "day"),
    )
    op.bulk_insert(totals, _sums(op.get_bind()))
    _wait_by("tenant", "rank", "id", "state", "joined_to")
    op.create_index("service_jobs_states", _JOBS, ["tenant", "state", "id"])
    op.create_index("service_jobs_kinds", _JOBS, ["tenant", "kind", "id"])
    op.drop_index("service_jobs_shape", _JOBS)
    op.create_index("service_jobs_shape", _JOBS, ["tenant", "shape", "id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("service_jobs_shape", _JOBS)
    op.create_index("service_jobs_shape", _JOBS, ["tenant", "shape"])
    op.drop_index("service_jobs_kinds", _JOBS)
    op.drop_index("service_jobs_states", _JOBS)
    _wait_by("tenant", "rank", "id")
    op.drop_table("service_totals")


def _wait_by(*columns: str) -> None:
    """Make the index of waiting jobs anew, with these columns."""
    op.drop_index("service_jobs_waiting", _JOBS)
    op.create_index(
        "service_jobs_waiting",
        _JOBS,
        list(columns),
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def _sums(connection: sa.Connection) -> list[dict[str, object]]:
    """Return the sums of the jobs that have ended, by tenant, day, kind and tag."""
    found: dict[tuple[str, int, str, str], Counter[str]] = {}
    query = f"SELECT tenant, created, kind, tags, source, state, usage FROM {_JOBS} WHERE state > 1"
    for row in connection.execute(sa.text(query), execution_options={"yield_per": 1000}):
        work = {"jobs": 1, "reused": int(row.source != "computed"), **json.loads(row.usage or "{}")}
        for tag in ("", *json.loads(row.tags or "[]")):
            key = (row.tenant, int(row.created // 86_400), row.kind, tag)
            found.setdefault(key, Counter()).update(work)
        whole = (f"state {row.state}", f"source {row.source.partition(':')[0]}")
        found.setdefault((row.tenant, -1, "", ""), Counter()).update(whole)
    names = ("tenant", "day", "kind", "tag")
    return [{**dict(zip(names, key, strict=True)), "sums": json.dumps(sums)}
            for key, sums in found.items()]  # fmt: skip
