"""Tables of the registry. Times are seconds since 1970, in UTC."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()

MODELS = Table(
    "angles_models",
    METADATA,
    Column("tenant", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("created", Double, nullable=False),
    Column("latest", Integer, nullable=False),
    Column("margin", Double, nullable=False),
)
"""Models; `latest` is the number of the last version, `margin` that of the gate."""

VERSIONS = Table(
    "angles_versions",
    METADATA,
    Column("tenant", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("content", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("origin", Text, nullable=False),
    Column("compared", Integer, nullable=False),
    Column("overruled", Integer, nullable=False),
    UniqueConstraint("tenant", "name", "digest", name="angles_versions_digest"),
)
"""Versions, never changed but for two counters: comparisons with `auto`, and those lost."""

EVALUATIONS = Table(
    "angles_evaluations",
    METADATA,
    Column("id", String(36), primary_key=True),
    Column("tenant", String(64), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("baseline", Integer, nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("content", Text, nullable=False),
    Column("created", Double, nullable=False),
    Column("imported", Boolean, nullable=False),
)
"""Paired evaluations of a version against a baseline, a version or 0 for the start `auto`."""

ALIASES = Table(
    "angles_aliases",
    METADATA,
    Column("tenant", String(64), primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("alias", String(64), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("control", Integer),
    Column("share", Double),
    Column("wealth", Text),
    Column("moved", Double, nullable=False),
)
"""Mutable names of versions.

With a canary, `control` is the version that the others of the jobs beyond `share` get, and
`wealth` the state of its test.
"""

MOVES = Table(
    "angles_moves",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String(64), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("alias", String(64), nullable=False),
    Column("before", Integer),
    Column("after", Integer),
    Column("kind", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("evaluation", String(36)),
    Column("time", Double, nullable=False),
)
"""History of the aliases, which only grows."""
