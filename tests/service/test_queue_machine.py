"""The queue does what a small one in memory does, whatever happens in whatever order."""

from __future__ import annotations

from collections import Counter

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from hybridq.service.queue.jobs import LEASE_SECONDS, Queue
from hybridq.service.queue.records import Outcome, State
from hybridq.service.queue.submitting import Admission
from hybridq.service.store.database import Database
from tests.service.queue_reference import LEASE, ReferenceQueue
from tests.service.service_samples import Clock, emptied, submission

TENANTS = ("amber", "birch")
WORKERS = ("worker 1", "worker 2")
ENDS = (State.COMPLETED, State.FAILED, State.CANCELLED)


class QueueMachine(RuleBasedStateMachine):
    """Each rule acts on the queue and on the reference, and compares their answers."""

    jobs = Bundle("jobs")
    claims = Bundle("claims")

    def __init__(self, database, clock):
        super().__init__()
        self.clock = clock
        self.queue = Queue(emptied(database))
        for tenant in TENANTS:
            self.queue.add_tenant(tenant)
        self.reference = ReferenceQueue(TENANTS)
        self.ended = {}

    @rule(
        target=jobs,
        tenant=st.sampled_from(TENANTS),
        digest=st.sampled_from([None, 1, 2]),
        priority=st.sampled_from([0, 5, 9]),
        cost=st.sampled_from([1.0, 2.0]),
        copies=st.integers(1, 3),
    )
    def submit(self, tenant, digest, priority, cost, copies):
        sent = [submission(digest, priority=priority, cost=cost)] * copies
        names = self.queue.submit(tenant, sent)
        for name in names:
            self.reference.submit(name, tenant, digest, priority, cost)
        return multiple(*((tenant, name) for name in names))

    @rule(
        target=jobs,
        requests=st.lists(
            st.tuples(
                st.sampled_from(TENANTS),
                st.sampled_from([None, 1, 2]),
                st.sampled_from([0, 5, 9]),
                st.integers(1, 2),
            ),
            max_size=5,
        ),
    )
    def submit_together(self, requests):
        found = []
        with self.queue.writing() as (connection, now):
            admission = Admission(connection, now)
            for tenant, digest, priority, copies in sorted(requests, key=lambda one: one[0]):
                sent = [submission(digest, priority=priority, cost=1.0)] * copies
                for job in admission.submit(tenant, sent):
                    self.reference.submit(job.id, tenant, digest, priority, 1.0)
                    found.append((tenant, job.id))
            admission.write()
        return multiple(*found)

    @rule(target=claims, worker=st.sampled_from(WORKERS))
    def claim(self, worker):
        claimed = self.queue.claim(worker)
        expected = self.reference.claim(worker, self.clock())
        assert ([] if claimed is None else [claimed.id]) == expected
        return multiple() if claimed is None else claimed

    @rule(
        target=claims,
        worker=st.sampled_from(WORKERS),
        ahead=st.sampled_from([1.0, 3.0, 8.0]),
        first=st.booleans(),
    )
    def claim_ahead(self, worker, ahead, first):
        claimed = self.queue.claim_ahead(worker, ahead, first=first)
        expected = self.reference.claim(worker, self.clock(), ahead, first)
        assert [each.id for each in claimed] == expected
        return multiple(*claimed)

    @rule(claimed=st.lists(claims, max_size=3, unique_by=lambda each: each.fence))
    def begin(self, claimed):
        self.queue.begin(claimed)
        for each in claimed:
            self.reference.begin(each.id, each.worker, each.attempt)

    @rule(
        claimed=st.lists(claims, min_size=1, max_size=4, unique_by=lambda each: each.fence),
        states=st.tuples(*4 * [st.sampled_from(ENDS)]),
        seconds=st.sampled_from([1.0, 4.0]),
        reusable=st.booleans(),
    )
    def finish(self, claimed, states, seconds, reusable):
        ends = list(zip(claimed, states, strict=False))
        outcomes = [
            Outcome(
                state,
                result="{}" if state is State.COMPLETED else None,
                error={"code": "toy"} if state is State.FAILED else None,
                usage={"cpu_seconds": seconds},
                reusable=reusable,
            )
            for state in states
        ]
        # Those that had joined a cancelled job may join another one that ends with it.
        expected = {
            one.fence: self.reference.finish(*one.fence, state, seconds, reusable)
            for one, state in sorted(ends, key=lambda end: end[1] is not State.CANCELLED)
        }
        found = self.queue.finish_all(list(zip(claimed, outcomes, strict=False)))
        assert found == [expected[one.fence] for one in claimed]

    @rule(claimed=claims, died=st.booleans())
    def release(self, claimed, died):
        expected = self.reference.release(claimed.id, claimed.worker, claimed.attempt, died)
        assert self.queue.release(claimed, died=died) == expected

    @rule(target=claims, worker=st.sampled_from(WORKERS), times=st.integers(1, 3))
    def die(self, worker, times):
        found = []
        for _ in range(times):
            claimed = self.claim(worker)
            if claimed == multiple():
                break
            self.release(claimed, died=True)
            found.append(claimed)
        return multiple(*found)

    @rule(job=jobs)
    def cancel(self, job):
        assert self.queue.cancel(*job)
        self.reference.cancel(job[1])

    @rule(job=consumes(jobs))
    def delete(self, job):
        done = self.queue.delete(*job)
        assert done == self.reference.delete(job[1])
        self.ended.pop(job[1], None)

    @rule(job=jobs)
    def ask_as_another_tenant(self, job):
        tenant, name = job
        other = TENANTS[1 - TENANTS.index(tenant)]
        assert self.queue.job(other, name) is None
        assert not self.queue.cancel(other, name)
        assert self.queue.delete(other, name) is None
        assert self.queue.result(other, name) is None

    @rule(worker=st.sampled_from(WORKERS))
    def renew(self, worker):
        names = [job.id for tenant in TENANTS for job in self.queue.jobs(tenant)]
        self.queue.renew(worker, names)
        self.reference.renew(worker, self.clock())

    @rule(seconds=st.sampled_from([1.0, 40.0, 70.0]))
    def let_time_pass(self, seconds):
        self.clock.now += seconds
        self.queue.take_back()
        self.reference.take_back(self.clock())

    @invariant()
    def jobs_agree(self):
        for tenant in TENANTS:
            found = {
                job.id: (job.state, job.cancel_requested, job.attempt, job.source)
                for job in reversed(self.queue.jobs(tenant))
            }
            expected = {
                name: (one.state, one.cancel, one.attempt, one.source)
                for name, one in self.reference.jobs.items()
                if one.tenant == tenant
            }
            assert found == expected
            assert list(found) == list(expected)

    @invariant()
    def counts_agree(self):
        for tenant in TENANTS:
            own = [one for one in self.reference.jobs.values() if one.tenant == tenant]
            expected = Counter(one.state for one in own)
            assert self.queue.counts(tenant) == {state: expected[state] for state in State}
        sources = Counter(one.source.split(":")[0] for one in self.reference.jobs.values())
        assert {name: n for name, n in self.queue.sources().items() if n} == sources

    @invariant()
    def running_jobs_have_a_start_once_they_have_begun(self):
        for tenant in TENANTS:
            for job in self.queue.jobs(tenant, states=[State.RUNNING]):
                assert (job.started is not None) == self.reference.has_begun(job.id)

    @invariant()
    def ended_jobs_stay_as_they_are(self):
        for name, one in self.reference.jobs.items():
            if one.state >= State.COMPLETED:
                assert self.ended.setdefault(name, one.state) == one.state
                assert (self.queue.result(one.tenant, name) is not None) == one.has_result


def test_the_queue_agrees_with_the_reference(database_url):
    clock = Clock()
    assert LEASE == LEASE_SECONDS
    with Database(database_url, clock=clock) as database:
        run_state_machine_as_test(
            lambda: QueueMachine(database, clock),
            settings=settings(max_examples=25, stateful_step_count=25, deadline=None),
        )
