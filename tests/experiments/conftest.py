"""Storages of each kind; a real PostgreSQL server, begun when a test first asks for it."""

import os

import pytest

from tests.experiments.private_postgresql import PrivatePostgresql, server_programs


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory):
    """A private PostgreSQL server on a free port of this machine, for the whole session."""
    if server_programs() is None:
        reason = "PostgreSQL's server programs (initdb, postgres) are not installed"
        if os.environ.get("HYBRIDQ_REQUIRE_POSTGRESQL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with PrivatePostgresql() as server:
        yield server


@pytest.fixture(params=["sqlite", "journal", "postgresql"])
def storage(request, tmp_path):
    """The URL of an empty storage, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/runs.db"
    if request.param == "journal":
        return f"journal:///{tmp_path}/runs.log"
    return request.getfixturevalue("postgresql").emptied()
