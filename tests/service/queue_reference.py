"""The queue in memory, written for clarity: what `Queue` is compared with."""

from __future__ import annotations

from dataclasses import dataclass

QUEUED, RUNNING, COMPLETED, FAILED, CANCELLED = range(5)
LEASE = 60.0


@dataclass
class One:
    """A job."""

    tenant: str
    digest: int | None
    priority: int
    cost: float
    state: int = QUEUED
    cancel: bool = False
    worker: str | None = None
    attempt: int = 0
    lease: float = 0.0
    deaths: int = 0
    leader: str | None = None
    source: str = "computed"
    reusable: bool = True
    begun: bool = False
    has_result: bool = False


class ReferenceQueue:
    """Jobs by identifier, in the order of submission."""

    def __init__(self, tenants):
        self.jobs = {}
        self.virtual = dict.fromkeys(tenants, 0.0)
        self.latest_start = 0.0

    def waiting(self, tenant):
        return [
            name
            for name, one in self.jobs.items()
            if one.tenant == tenant and one.state == QUEUED and one.leader is None
        ]

    def leader_of(self, tenant, digest):
        for name, one in self.jobs.items():
            same = digest is not None and (one.tenant, one.digest) == (tenant, digest)
            if same and one.state < COMPLETED and one.leader is None and not one.cancel:
                return name
        return None

    def submit(self, name, tenant, digest, priority, cost):
        if not self.waiting(tenant):
            others = [self.virtual[each] for each in self.virtual if self.waiting(each)]
            present = min([self.latest_start, *others])
            self.virtual[tenant] = max(self.virtual[tenant], present)
        one = One(tenant, digest, priority, cost)
        leader = self.leader_of(tenant, digest)
        if leader is not None:
            one.leader, one.source, one.state = leader, f"joined:{leader}", self.jobs[leader].state
        elif digest is not None and any(
            (other.tenant, other.digest, other.state) == (tenant, digest, COMPLETED)
            and other.reusable
            for other in self.jobs.values()
        ):
            one.state, one.source, one.has_result = COMPLETED, "cache", True
        self.jobs[name] = one

    def next(self):
        ready = [tenant for tenant in sorted(self.virtual) if self.waiting(tenant)]
        if not ready:
            return None
        tenant = min(ready, key=lambda each: self.virtual[each])
        names = self.waiting(tenant)
        return min(names, key=lambda each: (-self.jobs[each].priority, names.index(each)))

    def claim(self, worker, now, ahead=0.0, first=True):
        names, start = [], dict(self.virtual)
        if sum(bool(self.waiting(each)) for each in self.virtual) > 1:
            ahead = 0.0
        while (name := self.next()) is not None:
            one = self.jobs[name]
            if names or not first:
                ahead -= one.cost
                if ahead < 0 or one.deaths:
                    break
            one.state, one.worker, one.lease = RUNNING, worker, now + LEASE
            one.attempt += 1
            one.begun = first and not names
            for other in self.joined(name):
                other.state = RUNNING
            self.latest_start = max(self.latest_start, start[one.tenant])
            self.virtual[one.tenant] += one.cost
            names.append(name)
        return names

    def begin(self, name, worker, attempt):
        if self.holds(name, worker, attempt):
            self.jobs[name].begun = True

    def has_begun(self, name):
        return self.jobs[self.jobs[name].leader or name].begun

    def joined(self, leader):
        return [one for one in self.jobs.values() if one.leader == leader and one.state < COMPLETED]

    def holds(self, name, worker, attempt):
        one = self.jobs.get(name)
        return (
            one is not None
            and (one.state, one.worker, one.attempt) == (RUNNING, worker, attempt)
            and one.leader is None
        )

    def end(self, name, state, reusable=True):
        one = self.jobs[name]
        ended = [one]
        if state == CANCELLED:
            self.replace(name)
        else:
            ended += self.joined(name)
        for each in ended:
            each.state, each.has_result = state, state == COMPLETED
            each.reusable = reusable

    def replace(self, name):
        heirs = [key for key, one in self.jobs.items() if one.leader == name and one.state < 2]
        if not heirs:
            return
        gone = self.jobs[name]
        gone.state = CANCELLED
        leader = self.leader_of(gone.tenant, gone.digest)
        if leader is None:
            leader = heirs.pop(0)
            first = self.jobs[leader]
            first.leader, first.source, first.state = None, "computed", QUEUED
        for key in heirs:
            one = self.jobs[key]
            one.leader, one.source = leader, f"joined:{leader}"
            one.state = self.jobs[leader].state

    def finish(self, name, worker, attempt, state, seconds, reusable):
        if not self.holds(name, worker, attempt):
            return False
        one = self.jobs[name]
        self.virtual[one.tenant] += seconds - one.cost
        self.end(name, state, reusable)
        return True

    def release(self, name, worker, attempt, died):
        if not self.holds(name, worker, attempt):
            return None
        one = self.jobs[name]
        if one.cancel:
            self.end(name, CANCELLED)
            return CANCELLED
        one.deaths += died
        if one.deaths >= 3:
            self.end(name, FAILED)
            return FAILED
        for each in [one, *self.joined(name)]:
            each.state = QUEUED
        one.worker = None
        return QUEUED

    def take_back(self, now):
        for name, one in list(self.jobs.items()):
            if one.state == RUNNING and one.leader is None and one.lease <= now:
                self.release(name, one.worker, one.attempt, one.begun)

    def renew(self, worker, now):
        for one in self.jobs.values():
            if one.state == RUNNING and one.leader is None and one.worker == worker:
                one.lease = now + LEASE

    def cancel(self, name):
        one = self.jobs[name]
        if one.state == QUEUED or (one.state == RUNNING and one.leader is not None):
            self.end(name, CANCELLED)
        elif one.state == RUNNING:
            one.cancel = True

    def delete(self, name):
        if self.jobs[name].state < COMPLETED:
            return False
        del self.jobs[name]
        return True
