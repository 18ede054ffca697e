"""Shares, quotas, idempotency, concurrency, and tables of the queue."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st

from hybridq.core.errors import OutputError, ParameterError
from hybridq.service.queue.changes import Changes, Watch
from hybridq.service.queue.grouping import GroupedSubmissions
from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import (
    Outcome,
    QuotaError,
    RepeatedKeyError,
    State,
    new_id,
)
from hybridq.service.queue.repeating import Repeatable
from hybridq.service.queue.workers import is_gone, new_worker
from hybridq.service.store.database import MIGRATIONS, VERSION_TABLE, Database
from hybridq.service.store.tables import JOBS, METADATA
from hybridq.storage.database import connect
from tests.service.service_samples import DONE, Clock, submission


@pytest.fixture
def queue(database_url):
    with Database(database_url) as database:
        queue = Queue(database)
        queue.add_tenant("amber")
        queue.add_tenant("birch")
        yield queue


def run_all(queue, seconds=1.0):
    """Run every job, one after the other; return the tenants in the order of the starts."""
    order = []
    while (claimed := queue.claim("worker")) is not None:
        order.append(claimed.tenant)
        queue.finish(claimed, Outcome(State.COMPLETED, "{}", usage={"cpu_seconds": seconds}))
    return order


def test_a_tenant_with_many_jobs_does_not_delay_one_with_few(queue):
    queue.submit("amber", [submission() for _ in range(60)])
    queue.submit("birch", [submission() for _ in range(10)])
    order = run_all(queue)
    # With equal weights every second start is birch's: its ten jobs are among the first twenty.
    assert order[:20].count("birch") == 10


@pytest.mark.parametrize("seconds", [0.01, 30.0])
def test_jobs_of_any_length_that_are_in_flight_delay_no_other_tenant(queue, seconds):
    """Ends are written after the next starts, so that these are charged with what jobs take."""
    done = Outcome(State.COMPLETED, "{}", usage={"cpu_seconds": seconds})
    queue.submit("amber", [submission() for _ in range(80)])
    flying = []

    def start():
        flying.append(queue.claim("worker"))
        if len(flying) > 3:
            queue.finish(flying.pop(0), done)
        return flying[-1].tenant

    assert {start() for _ in range(40)} == {"amber"}
    queue.submit("birch", [submission() for _ in range(10)])
    # Twice the share of birch, the jobs in flight, and its first ones, whose length is unknown.
    assert [start() for _ in range(20 + 2 * 4)].count("birch") == 10


def test_starts_are_shared_by_weight(queue):
    queue.add_tenant("cedar", weight=3.0)
    for tenant in ("amber", "cedar"):
        queue.submit(tenant, [submission() for _ in range(40)])
    assert run_all(queue)[:40].count("cedar") in (29, 30, 31)


def test_work_counts_rather_than_the_number_of_jobs(queue):
    """Jobs of amber turn out to take four times as long, so that it starts a quarter as many."""
    for tenant in ("amber", "birch"):
        queue.submit(tenant, [submission() for _ in range(50)])
    order = []
    for _ in range(50):
        claimed = queue.claim("worker")
        order.append(claimed.tenant)
        seconds = 4.0 if claimed.tenant == "amber" else 1.0
        queue.finish(claimed, Outcome(State.COMPLETED, "{}", usage={"cpu_seconds": seconds}))
    assert order.count("amber") in (9, 10, 11)


def test_time_without_jobs_gives_no_credit(queue):
    queue.submit("amber", [submission() for _ in range(30)])
    run_all(queue)
    for tenant in ("amber", "birch"):
        queue.submit(tenant, [submission() for _ in range(10)])
    assert run_all(queue)[:10].count("birch") in (5, 6)


def test_quotas_limit_waiting_and_running_jobs(queue):
    queue.add_tenant("cedar", most_queued=2, most_running=1)
    queue.submit("cedar", [submission(), submission()])
    with pytest.raises(QuotaError, match="2 jobs of the tenant may wait"):
        queue.submit("cedar", [submission()])
    first = queue.claim("worker")
    assert queue.claim("worker") is None
    queue.finish(first, DONE)
    assert queue.claim("worker") is not None


@pytest.fixture
def timed(database_url):
    """A queue with a tenant cedar, and the clock of its database."""
    clock = Clock()
    with Database(database_url, clock=clock) as database:
        queue = Queue(database)
        queue.add_tenant("cedar")
        yield queue, clock


def test_circuits_are_limited_by_the_day(timed):
    """A job counts with its points, or with one; reuse and running jobs are never refused."""
    queue, clock = timed
    queue.change_share("cedar", most_circuits=100)
    clock.now = 5 * 86_400.0 + 3600
    queue.submit("cedar", [submission(1), submission(2)])
    for _ in range(2):  # the second one ends beyond the quota
        assert queue.finish(queue.claim("worker"), replace(DONE, usage={"circuits": 60}))
    with pytest.raises(
        QuotaError, match="a day may be simulated for the tenant, 120 were"
    ) as caught:
        queue.submit("cedar", [submission()])
    assert caught.value.seconds == 23 * 3600
    assert queue.job("cedar", *queue.submit("cedar", [submission(1)])).source == "cache"
    clock.now += 23 * 3600
    with pytest.raises(QuotaError, match="takes 101 at least"):
        queue.submit("cedar", [submission(points=100), submission()])
    queue.submit("cedar", [submission(points=99), submission()])
    queue.change_share("cedar", most_circuits=None)
    queue.submit("cedar", [submission(points=10_000)])


def test_a_refused_list_leaves_no_job(queue):
    queue.add_tenant("cedar", most_queued=2)
    with pytest.raises(QuotaError):
        queue.submit("cedar", [submission()] * 3)
    assert queue.jobs("cedar") == []


def test_a_repeated_key_submits_nothing_again(queue):
    key = Repeatable("attempt 1", b"a" * 32)
    ids = queue.submit("amber", [submission(), submission()], key)
    assert queue.submit("amber", [submission(), submission()], key) == ids
    assert len(queue.jobs("amber")) == 2
    assert queue.submit("birch", [submission()], key) != ids
    with pytest.raises(RepeatedKeyError, match="another request"):
        queue.submit("amber", [submission()], Repeatable("attempt 1", b"b" * 32))


def test_unknown_tenants_are_refused(queue):
    with pytest.raises(ParameterError, match="an existing tenant"):
        queue.submit("nobody", [submission()])


def test_a_hundred_identical_submissions_at_once_run_once(queue):
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: queue.submit("amber", [submission(1)])[0], range(100)))
    assert len(set(found)) == 100
    assert run_all(queue) == ["amber"]
    jobs = queue.jobs("amber")
    assert {job.state for job in jobs} == {State.COMPLETED}
    assert sum(job.source == "computed" for job in jobs) == 1
    assert len({queue.result("amber", job.id) for job in jobs}) == 1


def test_results_are_not_shared_between_tenants(queue):
    queue.submit("amber", [submission(1)])
    run_all(queue)
    (other,) = queue.submit("birch", [submission(1)])
    assert queue.job("birch", other).state is State.QUEUED


def test_a_result_stays_until_the_last_job_that_has_it_is_deleted(queue):
    (first,) = queue.submit("amber", [submission(1)])
    run_all(queue)
    (second,) = queue.submit("amber", [submission(1)])
    assert queue.delete("amber", first)
    assert queue.result("amber", second) == "{}"
    assert queue.delete("amber", second)
    with queue.database.reading() as connection:
        rows = METADATA.tables["service_results"].select()
        assert connection.execute(rows).all() == []


def test_every_job_is_claimed_once_by_many_workers(queue):
    ids = queue.submit("amber", [submission() for _ in range(20)])
    ids += queue.submit("birch", [submission() for _ in range(20)])
    claimed, lock = [], threading.Lock()

    def work(number):
        while (one := queue.claim(f"worker {number}")) is not None:
            with lock:
                claimed.append(one)
            assert queue.finish(one, DONE)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    assert sorted(one.id for one in claimed) == sorted(ids)


def test_jobs_of_one_circuit_are_claimed_together(queue):
    """Within a tenant, its quota and a number of points; none over which a process has died."""
    alike = {"circuit": bytes(32), "points": 100}
    one, two, *_ = queue.submit("amber", [submission(**alike) for _ in range(5)])
    queue.submit("birch", [submission(**alike)])
    queue.submit("amber", [submission(circuit=b"1" * 32, points=1), submission()])
    first = queue.claim("worker")
    others = queue.claim_alike(first, 399)
    assert [first.id, others[0].id, len(others)] == [one, two, 2]
    assert queue.release(others[0], died=True) is State.QUEUED
    assert queue.finish(others[1], DONE)
    assert not queue.finish(others[0], DONE)  # it has been given back
    assert len(queue.claim_alike(first, 10_000)) == 2
    assert queue.counts("birch")[State.QUEUED] == 1
    assert queue.claim_alike(queue.claim("worker"), 10_000) == []
    queue.change_share("amber", most_running=0)
    assert queue.claim_alike(first, 10_000) == []


def test_a_claim_that_its_worker_never_heard_of_is_taken_back(database_url):
    """A worker renews the jobs that it runs, and no others that are its own in the database."""
    clock = Clock()
    with Database(database_url, clock=clock) as database:
        queue = Queue(database)
        queue.add_tenant("amber")
        ids = queue.submit("amber", [submission(), submission()])
        known = [queue.claim("worker"), queue.claim("worker")][0]
        for _ in range(2):
            clock.now += 40
            assert queue.renew("worker", [known.id]) == {(known.id, 1)}
        assert queue.take_back() == 1
        states = [queue.job("amber", each).state for each in ids]
        assert states == [State.RUNNING, State.QUEUED]


def test_a_late_end_after_a_lost_lease_counts_for_nothing(database_url):
    clock = Clock()
    with Database(database_url, clock=clock) as database:
        queue = Queue(database)
        queue.add_tenant("amber")
        (job,) = queue.submit("amber", [submission()])
        late = queue.claim("worker 1")
        clock.now += 61
        assert queue.take_back() == 1
        again = queue.claim("worker 2")
        assert not queue.finish(late, DONE)
        assert not queue.report(late, {"evaluations": 1})
        assert queue.finish(again, Outcome(State.COMPLETED, '"second"'))
        assert queue.result("amber", job) == '"second"'


def test_jobs_of_a_dead_process_are_taken_back_at_once(queue):
    queue.submit("amber", [submission()])
    code = "import sys; from hybridq.service.queue.workers import new_worker; print(new_worker())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not is_gone(new_worker())
    assert not is_gone("a name of another kind")
    queue.claim(done.stdout.strip())
    assert queue.take_back() == 1
    assert queue.jobs("amber")[0].state is State.QUEUED


def test_three_deaths_end_a_job_as_failed(queue):
    (job,) = queue.submit("amber", [submission()])
    states = [queue.release(queue.claim("worker"), died=True) for _ in range(3)]
    assert states == [State.QUEUED, State.QUEUED, State.FAILED]
    found = queue.job("amber", job)
    assert found.error["code"] == "worker_died"
    assert found.attempt == 3


def test_a_server_that_shuts_down_is_no_death(queue):
    queue.submit("amber", [submission()])
    for _ in range(5):
        assert queue.release(queue.claim("worker"), died=False) is State.QUEUED


def test_whoever_takes_the_place_of_a_cancelled_job_continues_its_journal(queue):
    leader, heir = queue.submit("amber", [submission(1), submission(1)])
    claimed = queue.claim("worker")
    queue.cancel("amber", leader)
    assert queue.to_be_cancelled("worker") == {(leader, 1)}
    queue.finish(claimed, Outcome(State.CANCELLED))
    again = queue.claim("worker")
    assert (again.id, again.journal) == (heir, claimed.journal)


def test_grouped_submissions_answer_each_request(queue):
    queue.add_tenant("cedar", most_queued=1)
    grouped = GroupedSubmissions(queue)
    good = [grouped.submit("amber", [submission()]) for _ in range(20)]
    bad = grouped.submit("cedar", [submission()] * 2)
    grouped.close()
    assert len({future.result()[0].id for future in good}) == 20
    with pytest.raises(QuotaError):
        bad.result()
    assert queue.counts()[State.QUEUED] == 20


def test_positions_count_the_own_jobs_that_start_earlier(queue):
    low, high = queue.submit("amber", [submission(priority=1), submission(priority=8)])
    assert queue.positions("amber", [low, high]) == {high: 1, low: 2}


def test_positions_are_places_in_the_order_of_starts(queue):
    generator = np.random.default_rng(4)
    sent = [submission(priority=int(p)) for p in generator.integers(0, 10, 40)]
    ids = queue.submit("amber", [*sent, submission(1), submission(1)])[:-1]  # the last one joins
    queue.submit("birch", sent[:5])
    asked = [str(each) for each in generator.permutation(ids)[:15]]
    places = queue.positions("amber", asked)
    order = [queue.claim("worker").id for _ in range(len(ids) + 5)]
    own = [each for each in order if each in ids]
    assert places == {each: own.index(each) + 1 for each in asked}


def test_a_submission_names_the_places_that_its_jobs_have(queue):
    queue.submit("amber", [submission(priority=p) for p in (1, 5, 5, 9)])
    grouped = GroupedSubmissions(queue)
    jobs = grouped.submit("amber", [submission(3, priority=p) for p in (5, 8, 1)]).result()
    others = grouped.submit("amber", [submission(priority=p) for p in (9, 5, 5, 0)]).result()
    grouped.close()
    new = [jobs[0], *others]
    assert [job.position for job in jobs] == [4, None, None]  # the last two join the first
    places = queue.positions("amber", [job.id for job in new])
    assert places[jobs[0].id] == 5  # one of the highest priority came later
    assert {job.id: job.position for job in others} == {job.id: places[job.id] for job in others}


def test_lists_continue_after_the_last_job(queue):
    ids = queue.submit("amber", [submission() for _ in range(5)])
    first = queue.jobs("amber", limit=2)
    rest = queue.jobs("amber", before=first[-1].id)
    assert [job.id for job in [*first, *rest]] == ids[::-1]


def test_a_claim_that_finds_nothing_wakes_nobody(queue):
    """Else idle slots would wake each other for ever."""
    queue.submit("amber", [submission()])
    seen = queue.changes.count
    assert queue.claim("worker") is not None
    assert queue.changes.count > seen
    seen = queue.changes.count
    assert queue.claim("worker") is None
    assert queue.changes.count == seen


def test_changes_of_other_connections_are_noticed(database_url, queue):
    changes = Changes()
    watch = Watch(database_url, changes)
    try:
        changes.wait(0, 30)  # the watch has begun
        seen, (job,) = changes.count, queue.submit("amber", [submission()])
        assert changes.wait(seen, 30) > seen
        assert job
    finally:
        watch.close()


def test_migrations_make_the_declared_tables(queue):
    with queue.database.reading() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "version_table": VERSION_TABLE,
                "compare_type": True,
                "include_name": lambda name, kind, _: kind != "table" or name in METADATA.tables,
            },
        )
        assert compare_metadata(context, METADATA) == []


def test_a_database_of_an_earlier_version_is_brought_up_to_date(tmp_path):
    url = f"sqlite:///{tmp_path}/jobs.db"
    with closing(sqlite3.connect(tmp_path / "jobs.db")) as file:
        earlier = sqlalchemy.create_engine("sqlite://", creator=lambda: file)
        with earlier.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes.update(connection=connection, version_table=VERSION_TABLE)
            command.upgrade(config, "0001")
    for _ in range(2):  # the second time there is nothing to do
        with Database(url) as database, database.reading() as connection:
            columns = sqlalchemy.inspect(connection).get_columns("service_jobs")
            assert {each["name"] for each in columns} == set(JOBS.columns.keys())
            assert sqlalchemy.inspect(connection).has_table("angles_models")


def test_the_sums_of_an_earlier_version_are_those_of_its_jobs(tmp_path):
    url = f"sqlite:///{tmp_path}/jobs.db"
    with Database(url) as database:
        queue = Queue(database)
        queue.add_tenant("amber")
        for number, usage in enumerate([{"circuits": 3}, {"circuits": 4}, {}]):
            queue.submit("amber", [submission(number, tags=("red", str(number)))] * 2)
            queue.finish(queue.claim("worker"), replace(DONE, usage=usage))
        queue.submit("amber", [submission(0), submission(7)])
        known = [queue.counts("amber"), queue.sources(), queue.usage("amber", 2, "day"),
                 queue.usage("amber", 2, "tag")]  # fmt: skip
        (day,) = known[2]
        assert (day["jobs"], day["reused"], day["circuits"], day["saved_circuits"]) == (8, 4, 7, 10)
        with database.writing() as connection:
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS))
            config.attributes.update(connection=connection, version_table=VERSION_TABLE)
            command.downgrade(config, "0010")
    with Database(url) as database:
        queue = Queue(database)
        assert known == [queue.counts("amber"), queue.sources(), queue.usage("amber", 2, "day"),
                         queue.usage("amber", 2, "tag")]  # fmt: skip


def test_the_work_for_a_deleted_job_stays_in_the_usage(queue):
    (job,) = queue.submit("amber", [submission(1)])
    queue.finish(queue.claim("worker"), replace(DONE, usage={"circuits": 3}))
    assert queue.delete("amber", job)
    assert queue.usage("amber", 2)[0]["circuits"] == 3
    assert queue.counts("amber")[State.COMPLETED] == 0


def test_optuna_keeps_its_version_in_the_same_database(tmp_path):
    url = f"sqlite:///{tmp_path}/both.db"
    connect(url)
    with Database(url):
        pass
    connect(url)
    with Database(url) as database, database.reading() as connection:
        tables = sqlalchemy.inspect(connection).get_table_names()
    assert {"alembic_version", VERSION_TABLE} <= set(tables)


def test_a_database_of_a_later_version_is_refused(tmp_path):
    url = f"sqlite:///{tmp_path}/jobs.db"
    with Database(url) as database, database.writing() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(OutputError, match="later version of hybridq"):
        Database(url)


@pytest.mark.parametrize("url", ["journal:///runs.log", "sqlite://", "mysql://host/name"])
def test_other_storages_are_refused(url):
    with pytest.raises(ParameterError, match="an SQLite file or a PostgreSQL server"):
        Database(url)


@given(st.integers(2, 200))
def test_identifiers_increase(count):
    ids = [new_id() for _ in range(count)]
    assert ids == sorted(set(ids))
    assert all(each[14] == "7" and each[19] in "89ab" for each in ids)


def test_identifiers_hold_the_time():
    before = time.time_ns() // 1_000_000
    stamp = int(new_id().replace("-", "")[:12], 16)
    # Identifiers of one process increase, so that the stamp may be ahead by what was counted up.
    assert before - 1 <= stamp <= before + 1000


def test_a_backup_during_use_holds_every_job(tmp_path):
    """SQLite's backup, as docs/service.md describes it, is a database that serves."""
    with Database(f"sqlite:///{tmp_path}/jobs.db") as database:
        queue = Queue(database)
        queue.add_tenant("amber")
        ids = queue.submit("amber", [submission() for _ in range(5)])
        running = queue.claim("worker")
        with (
            closing(sqlite3.connect(tmp_path / "jobs.db")) as source,
            closing(sqlite3.connect(tmp_path / "copy.db")) as target,
        ):
            source.backup(target)
    with Database(f"sqlite:///{tmp_path}/copy.db") as database:
        restored = Queue(database)
        assert [job.id for job in restored.jobs("amber")] == ids[::-1]
        assert restored.finish(running, DONE)
        assert len(run_all(restored)) == 4


def test_idempotency_keys_are_forgotten_after_two_days(tmp_path):
    clock = Clock()
    with Database(f"sqlite:///{tmp_path}/jobs.db", clock=clock) as database:
        queue = Queue(database)
        queue.add_tenant("amber")
        key = Repeatable("attempt 1", b"a" * 32)
        first = queue.submit("amber", [submission()], key)
        clock.now += 86_400
        queue.forget_keys()
        assert queue.submit("amber", [submission()], key) == first
        clock.now += 86_401
        queue.forget_keys()
        assert queue.submit("amber", [submission()], key) != first


def test_requests_and_results_are_stored_as_they_are(queue):
    text = json.dumps({"label": "\u00fc \U0001f600 \\ ' \"", "pid": os.getpid()})
    (job,) = queue.submit("amber", [submission()])
    queue.finish(queue.claim("worker"), Outcome(State.COMPLETED, text))
    assert queue.result("amber", job) == text
