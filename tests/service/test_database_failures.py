"""A database that is locked, full, read-only or gone, while a job runs and others wait."""

from __future__ import annotations

import json
import os
import resource
import sqlite3
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest
from fastapi.testclient import TestClient

from hybridq.core.errors import OutputError
from hybridq.service.api.app import create_app
from hybridq.service.keys import Keys
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import State, Submission
from hybridq.service.store.database import Database
from hybridq.service.store.tables import RESULTS
from hybridq.service.work.dispatcher import Dispatcher
from hybridq.service.work.slot import Slot
from tests.experiments.conftest import postgresql
from tests.service.service_samples import emptied

__all__ = ["postgresql"]

TOY = (sys.executable, str(Path(__file__).with_name("toy_child.py")))
SOLVE = {"kind": "solve", "problem": {"kind": "maxcut", "content": "0 1\n"}, "seed": 7}
PATIENCE = 60.0


@contextmanager
def locked(path, _):
    """Another process holds the lock of writers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@contextmanager
def full(path, _):
    """No file of this process can grow, as on a disk without room."""
    size = max(part.stat().st_size for part in path.parent.glob(f"{path.name}*"))
    _, hard = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@contextmanager
def gone(path, server):
    """The file has another name; the server of PostgreSQL is killed."""
    if server is not None:
        server.kill()
        yield
        server.start()
        return
    away = path.with_name("elsewhere")
    os.rename(path, away)
    yield
    assert not path.exists()  # nobody has begun a new one
    os.rename(away, path)


@contextmanager
def read_only(_, server):
    """As a replica is, or a server whose disk runs full."""
    with psycopg.connect(server.url, autocommit=True) as connection:

        def choose(value):
            connection.execute("SET default_transaction_read_only = off")
            connection.execute(f"ALTER SYSTEM SET default_transaction_read_only = {value}")
            connection.execute("SELECT pg_reload_conf()")

        choose("on")
        yield
        choose("off")


class Site:
    """The API and a slot of toy jobs over one database."""

    def __init__(self, queue, client, folder, server):
        self.queue, self.client, self.folder, self.server = queue, client, folder, server
        self.key = Keys(queue.database).add("amber")

    def ask(self, method, path, **options):
        headers = {"Authorization": f"Bearer {self.key}"}
        return self.client.request(method, path, headers=headers, **options)

    def until(self, reached):
        end = time.monotonic() + PATIENCE
        while not (found := reached()):
            assert time.monotonic() < end
            time.sleep(0.02)
        return found


@pytest.fixture
def site(request, tmp_path, monkeypatch):
    monkeypatch.setattr("hybridq.storage.database.BUSY_SECONDS", 0.2)
    monkeypatch.setattr("hybridq.service.api.readiness.MOST_SECONDS", 0.1)
    monkeypatch.setattr("hybridq.service.api.readiness._KEPT_SECONDS", 0.0)
    for room in ("dispatcher", "endings"):
        monkeypatch.setattr(f"hybridq.service.work.{room}.RETRY_SECONDS", 0.05)
    server = None
    url = f"sqlite:///{tmp_path}/jobs.db"
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        url = server.url
    with Database(url) as database:
        emptied(database)
        queue = Queue(database)
        workers = Dispatcher(queue, [Slot(command=TOY)], tmp_path / "journals")
        with TestClient(create_app(queue), raise_server_exceptions=False) as client:
            workers.start()
            yield Site(queue, client, tmp_path, server)
        workers.close()


@pytest.mark.parametrize(
    ("site", "broken"),
    [
        ("sqlite", locked),
        ("sqlite", full),
        ("sqlite", gone),
        ("postgresql", gone),
        ("postgresql", read_only),
    ],
    indirect=["site"],
)
def test_jobs_are_kept_and_the_server_says_so(site, broken):
    """The running job ends while its end cannot be written; the waiting one runs afterwards."""
    queue, gate = site.queue, site.folder / "gate"
    running, waiting = queue.submit(
        "amber",
        [
            Submission("solve", json.dumps({"do": "gate", "path": str(gate)})),
            Submission("solve", json.dumps({"do": "count", "steps": 3})),
        ],
    )
    site.until(lambda: queue.job("amber", running).progress)
    assert site.client.get("/readyz").status_code == 200
    with broken(site.folder / "jobs.db", site.server):
        answer = site.until(
            lambda: (found := site.client.get("/readyz")).status_code == 503 and found
        )
        assert answer.json()["code"] == "database_unavailable"
        assert site.client.get("/healthz").status_code == 200
        refused = site.ask("POST", "/v1/jobs", json=SOLVE)
        assert (refused.status_code, refused.json()["code"]) == (503, "database_unavailable")
        assert "Retry-After" in refused.headers
        gate.touch()
        site.until(lambda: (site.folder / "gate.passed").exists())
        time.sleep(0.2)  # a few attempts to write the end
        assert site.client.get("/readyz").status_code == 503
    site.until(lambda: site.client.get("/readyz").status_code == 200)

    def both():
        found = [queue.job("amber", job) for job in (running, waiting)]
        return all(job.state.is_final for job in found) and found

    first, second = site.until(both)
    assert (first.state, second.state) == (State.COMPLETED, State.COMPLETED)
    assert (first.attempt, queue.result("amber", running)) == (1, '"through"')
    assert queue.result("amber", waiting) == "3"
    with queue.database.reading() as connection:
        assert len(connection.execute(RESULTS.select()).all()) == 2
    assert {job.id for job in queue.jobs("amber")} == {running, waiting}
    again = site.ask("POST", "/v1/jobs", json=SOLVE)
    assert again.status_code == 202
    assert site.ask("POST", f"/v1/jobs/{again.json()['id']}/cancel").status_code < 300


def test_a_file_that_was_replaced_is_not_written_to(tmp_path):
    """Its connections are open to the former file, which nobody would find again."""
    url = f"sqlite:///{tmp_path}/jobs.db"
    with Database(url) as database:
        queue = Queue(database)
        queue.add_tenant("amber")
        os.rename(tmp_path / "jobs.db", tmp_path / "former")
        with Database(f"sqlite:///{tmp_path}/other.db"):
            pass
        os.rename(tmp_path / "other.db", tmp_path / "jobs.db")
        for use in (queue.probe, queue.counts):
            with pytest.raises(OutputError, match="deleted, moved or replaced"):
                use()
