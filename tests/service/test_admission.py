"""Requests of one transaction are admitted as if each had its own."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hybridq.service.queue.jobs import Queue
from hybridq.service.queue.records import QuotaError, RepeatedKeyError, State
from hybridq.service.queue.repeating import Repeatable
from hybridq.service.queue.submitting import Admission
from hybridq.service.store.database import Database
from hybridq.service.store.tables import TAGS
from tests.service.service_samples import finish_next, submission


@pytest.fixture
def queue(database_url):
    with Database(database_url) as database:
        queue = Queue(database)
        queue.add_tenant("amber")
        yield queue


def test_a_request_sees_those_before_it(queue):
    again, other = Repeatable("k", bytes(32)), Repeatable("k", b"x" * 32)
    with queue.writing() as (connection, now):
        admission = Admission(connection, now)
        (first,) = admission.submit("amber", [submission(1)], again)
        (joined,) = admission.submit("amber", [submission(1)])
        (repeated,) = admission.submit("amber", [submission(1)], again)
        with pytest.raises(RepeatedKeyError):
            admission.submit("amber", [submission(2)], other)
        (own,) = admission.submit("amber", [submission()])
        admission.write()
    assert repeated.id == first.id
    assert joined.source == f"joined:{first.id}"
    assert (first.position, joined.position, own.position) == (1, None, 2)
    assert {job.id for job in queue.jobs("amber")} == {first.id, joined.id, own.id}


def test_a_refused_request_leaves_no_trace_in_the_transaction(queue):
    queue.add_tenant("cedar", most_queued=2)
    with queue.writing() as (connection, now):
        admission = Admission(connection, now)
        (first,) = admission.submit("cedar", [submission(1)])
        with pytest.raises(QuotaError):
            admission.submit("cedar", [submission(2, tags=("a",)), submission(3)])
        (second,) = admission.submit("cedar", [submission(2)])
        with pytest.raises(QuotaError):
            admission.submit("cedar", [submission(3)])
        admission.write()
    assert second.source == "computed"
    assert [job.id for job in queue.jobs("cedar")] == [second.id, first.id]
    with queue.database.reading() as connection:
        assert connection.execute(select(TAGS)).all() == []


def test_answers_of_one_transaction_are_counted_and_tagged_once(queue):
    queue.submit("amber", [submission(1)])
    finish_next(queue)
    with queue.writing() as (connection, now):
        admission = Admission(connection, now)
        found = [admission.submit("amber", [submission(1, tags=("a",))])[0] for _ in range(5)]
        admission.write()
        admission.write()  # what was written is not written again
    assert {job.source for job in found} == {"cache"}
    assert queue.counts("amber")[State.COMPLETED] == 6
    assert len(queue.jobs("amber", tag="a")) == 5
    (usage,) = queue.usage("amber", 2)
    assert (usage["jobs"], usage["reused"]) == (6, 5)
