"""Databases of the service: an SQLite file, and a private PostgreSQL server."""

from __future__ import annotations

import pytest

from hybridq.service.store.database import Database
from tests.experiments.conftest import postgresql
from tests.service.service_samples import emptied

__all__ = ["postgresql"]


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """The URL of a database without jobs, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/jobs.db"
    url = request.getfixturevalue("postgresql").url
    with Database(url) as database:
        emptied(database)
    return url
