"""Tables of the service. Times are seconds since 1970, in UTC."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

METADATA = MetaData()

QUEUED, RUNNING, COMPLETED, FAILED, CANCELLED = range(5)
"""Numbers in `JOBS.state`; those from `COMPLETED` on never change."""

_ACTIVE = text("state < 2")
_RUNNING = text("state = 1 AND joined_to IS NULL")
_WAITING = text("state = 0 AND joined_to IS NULL")
_LEADING = text("state < 2 AND joined_to IS NULL AND cancel = 0")

SETTINGS = Table(
    "service_settings",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)
"""Values that all servers share; `virtual` is the time of fair queueing."""

TENANTS = Table(
    "service_tenants",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("created", Double, nullable=False),
    Column("weight", Double, nullable=False),
    Column("virtual", Double, nullable=False),
    Column("most_queued", Integer, nullable=False),
    Column("most_running", Integer, nullable=False),
    Column("webhooks", Integer, nullable=False, server_default="0"),
    Column("most_circuits", BigInteger),
    Column("day", Integer, nullable=False, server_default="0"),
    Column("circuits", BigInteger, nullable=False, server_default="0"),
    Column("typical", Double, nullable=False, server_default="1"),
)
"""Owners of jobs: their share, the virtual time of their next start, and their quotas.

`circuits` is the work of the day `day`, in days since 1970; `webhooks` is their number; `typical`
are the seconds that the latest jobs took.
"""

RESULTS = Table(
    "service_results",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("body", Text, nullable=False),
    Column("report", Text),
)
"""Results, each of one job or of several with the same digest; `report` is their sentences."""

PICTURES = Table(
    "service_pictures",
    METADATA,
    Column("result", String(36), ForeignKey(RESULTS.c.id), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("type", String(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
)
"""Pictures of results by name, with their media types."""

JOBS = Table(
    "service_jobs",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(64), ForeignKey(TENANTS.c.name), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("label", String(128), nullable=False),
    Column("tags", Text),
    Column("request", Text, nullable=False),
    Column("digest", LargeBinary(32)),
    Column("rank", SmallInteger, nullable=False),
    Column("cost", Double, nullable=False),
    Column("state", SmallInteger, nullable=False),
    Column("cancel", SmallInteger, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("deaths", Integer, nullable=False),
    Column("worker", String(128)),
    Column("lease", Double),
    Column("journal", String(36), nullable=False),
    Column("created", Double, nullable=False),
    Column("started", Double),
    Column("ended", Double),
    Column("progress", Text),
    Column("usage", Text),
    Column("error", Text),
    Column("result", String(36), ForeignKey(RESULTS.c.id)),
    Column("source", String(64), nullable=False),
    Column("joined_to", String(36)),
    Column("start", Text),
    Column("circuit", LargeBinary(32)),
    Column("points", Integer),
    Column("shape", LargeBinary(32)),
    Index("service_jobs_waiting", "tenant", "rank", "id", "state", "joined_to",
          sqlite_where=_WAITING, postgresql_where=_WAITING),
    Index("service_jobs_circuit", "tenant", "circuit", sqlite_where=_WAITING,
          postgresql_where=_WAITING),
    Index("service_jobs_running", "tenant", sqlite_where=_RUNNING, postgresql_where=_RUNNING),
    Index("service_jobs_leases", "lease", sqlite_where=text("state = 1"),
          postgresql_where=text("state = 1")),
    Index("service_jobs_listed", "tenant", "id"),
    Index("service_jobs_same", "tenant", "digest", "state"),
    Index("service_jobs_leading", "tenant", "digest", unique=True, sqlite_where=_LEADING,
          postgresql_where=_LEADING),
    Index("service_jobs_joined", "joined_to", sqlite_where=_ACTIVE, postgresql_where=_ACTIVE),
    Index("service_jobs_result", "result"),
    Index("service_jobs_shape", "tenant", "shape", "id"),
    Index("service_jobs_states", "tenant", "state", "id"),
    Index("service_jobs_kinds", "tenant", "kind", "id"),
)  # fmt: skip
"""Jobs.

`digest` is that of the request, without one where the result must not be reused. Within a tenant,
jobs of lower `rank` start first. A job that joined an identical one names it in `joined_to` and
shares its state; it is never claimed itself. `journal` names the file from which a search is
resumed. `start` names the version of a model that a search begins with.
"""

WHOLE = -1
"""Value of `TOTALS.day` in the row of a tenant that counts its ended jobs."""

TOTALS = Table(
    "service_totals",
    METADATA,
    Column("tenant", String(64), ForeignKey(TENANTS.c.name), primary_key=True),
    Column("day", Integer, primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Column("sums", Text, nullable=False),
    Index("service_totals_day", "day"),
)
"""Sums over ended jobs as JSON, by day of submission, kind and tag, "" for jobs of all tags."""

TAGS = Table(
    "service_tags",
    METADATA,
    Column("tenant", String(64), primary_key=True),
    Column("tag", String(64), primary_key=True),
    Column("job", String(36), ForeignKey(JOBS.c.id), primary_key=True),
    Index("service_tags_job", "job"),
)
"""Jobs by tag; `JOBS.tags` holds those of a job as a JSON list."""

IDEMPOTENCY = Table(
    "service_idempotency",
    METADATA,
    Column("tenant", String(64), ForeignKey(TENANTS.c.name), primary_key=True),
    Column("key", String(64), primary_key=True),
    Column("fingerprint", LargeBinary(32), nullable=False),
    Column("jobs", Text, nullable=False),
    Column("created", Double, nullable=False),
)
"""Submissions by the key of their client, so that a repeated request submits nothing again."""

KEYS = Table(
    "service_keys",
    METADATA,
    Column("id", String(16), primary_key=True),
    Column("tenant", String(64), ForeignKey(TENANTS.c.name), nullable=False),
    Column("code", LargeBinary(32), nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("expires", Double),
    Column("revoked", Boolean, nullable=False),
)
"""API keys, of which only an authentication code is stored."""

WEBHOOKS = Table(
    "service_webhooks",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(64), ForeignKey(TENANTS.c.name), nullable=False),
    Column("url", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("error", Text),
    Index("service_webhooks_tenant", "tenant"),
)
"""Addresses that hear of the ends of jobs; `error` is that of the last delivery, if it failed."""

DELIVERIES = Table(
    "service_deliveries",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("webhook", String(36), ForeignKey(WEBHOOKS.c.id), nullable=False),
    Column("body", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Double),
    Index("service_deliveries_due", "due"),
    Index("service_deliveries_webhook", "webhook"),
)
"""Notices that have not been delivered; `due` is the time of the next attempt, if there is one."""
