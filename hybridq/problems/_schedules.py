"""Schedules of a job shop: windows of starts, bounds and a search."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hybridq.core.checks import is_whole
from hybridq.core.errors import ParameterError, ProblemError, shown

Jobs = Sequence[Sequence[tuple[int, int]]]
"""For each job its tasks in order, as (machine, duration)."""

MOST_NODES = 5_000
"""Partial schedules that the search looks at."""


@dataclass(frozen=True)
class Task:
    """One task of a job.

    Attributes:
        job: number of the job.
        place: place within the job, from 0.
        machine: the machine that does it.
        duration: time that it takes.
        head: time that the job takes before it.
        tail: time that the job takes after it.
    """

    job: int
    place: int
    machine: int
    duration: int
    head: int
    tail: int

    def starts(self, horizon: int) -> range:
        """Return the times at which it may start, so that the job ends by the horizon."""
        return range(self.head, horizon - self.tail - self.duration + 1)


def tasks_of(jobs: Jobs) -> list[Task]:
    """Return all tasks, job by job."""
    found = []
    for number, job in enumerate(jobs):
        total = sum(duration for _, duration in job)
        head = 0
        for place, (machine, duration) in enumerate(job):
            found.append(Task(number, place, machine, duration, head, total - head - duration))
            head += duration
    return found


@dataclass(frozen=True)
class Bound:
    """A time that no schedule is shorter than, with its reason in words."""

    makespan: int
    reason: str


def bounds_of(jobs: Jobs) -> Iterator[Bound]:
    """Yield lower bounds of the makespan by the jobs and by the machines."""
    for number, job in enumerate(jobs):
        total = sum(duration for _, duration in job)
        yield Bound(total, f"job {number} takes {total}")
    tasks = tasks_of(jobs)
    for machine in sorted({task.machine for task in tasks}):
        own = [task for task in tasks if task.machine == machine]
        first, last = min(task.head for task in own), min(task.tail for task in own)
        load = sum(task.duration for task in own)
        reason = f"machine {machine} has {load} of work"
        if first or last:
            reason += f" between time {first} and {last} before the end"
        yield Bound(first + load + last, reason)


@dataclass(frozen=True)
class Found:
    """Outcome of a search.

    Attributes:
        makespan: of the best schedule found, None without one.
        complete: True if no shorter schedule exists (none at all within the limit, if None).
    """

    makespan: int | None
    complete: bool


def search(jobs: Jobs, *, most: int | None = None, nodes: int = MOST_NODES) -> Found:
    """Search active schedules, depth first, the job with most work left first.

    Some active schedule is optimal: the search branches over the tasks that compete for the machine
    of the task that could end first.

    Args:
        jobs: the jobs.
        most: look for a schedule of at most this makespan, and end with the first one; by default
            look for the shortest.
        nodes: partial schedules after which the search ends.

    Source: Giffler, Thompson 1960, Oper. Res. 8, 487.
    """
    left_of = [[0] * (len(job) + 1) for job in jobs]  # work of a job from each task on
    for job, left in zip(jobs, left_of, strict=True):
        for place in range(len(job) - 1, -1, -1):
            left[place] = left[place + 1] + job[place][1]
    machines = max(machine for job in jobs for machine, _ in job) + 1
    best = None if most is None else most + 1
    stack = [((0,) * len(jobs), (0,) * len(jobs), (0,) * machines)]
    seen, found = 0, None
    while stack:
        places, ready, free = stack.pop()
        seen += 1
        if seen > nodes:
            return Found(found, complete=False)
        open_jobs = [j for j in range(len(jobs)) if places[j] < len(jobs[j])]
        bound = max(ready[j] + left_of[j][places[j]] for j in range(len(jobs)))
        if best is not None and bound >= best:
            continue
        if not open_jobs:
            best = found = max(ready)
            if most is not None:
                return Found(found, complete=True)
            continue
        begin = {j: max(ready[j], free[jobs[j][places[j]][0]]) for j in open_jobs}
        earliest = min(open_jobs, key=lambda j: begin[j] + jobs[j][places[j]][1])
        machine, duration = jobs[earliest][places[earliest]]
        end = begin[earliest] + duration
        rivals = [j for j in open_jobs if jobs[j][places[j]][0] == machine and begin[j] < end]
        for j in sorted(rivals, key=lambda j: left_of[j][places[j]]):
            after = begin[j] + jobs[j][places[j]][1]
            stack.append(
                (
                    _with(places, j, places[j] + 1),
                    _with(ready, j, after),
                    _with(free, machine, after),
                )
            )
    return Found(found, complete=True)


def _with(values: tuple[int, ...], place: int, value: int) -> tuple[int, ...]:
    """Return values with one of them replaced."""
    return (*values[:place], value, *values[place + 1 :])


def checked_jobs(jobs: Any) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return jobs as tuples of integers.

    Raises:
        ProblemError: it is not such a list; the message names the job and the task.
    """
    try:
        listed = [list(job) for job in jobs]
    except TypeError:
        expected = "a list of jobs, each a list of (machine, duration)"
        raise ProblemError(argument="jobs", value=jobs, expected=expected) from None
    if not listed:
        raise ProblemError("there must be at least one job, got none")
    found = []
    for number, job in enumerate(listed):
        if not job:
            raise ProblemError(f"job {number} has no tasks: give it one, or leave it out")
        tasks = []
        for place, task in enumerate(job):
            pair = tuple(task) if isinstance(task, Sequence | np.ndarray) else ()
            if len(pair) != 2 or not all(map(is_whole, pair)) or pair[0] < 0 or pair[1] < 1:
                raise ProblemError(
                    f"task {place} of job {number} must be (machine, duration), integers >= 0 and "
                    f">= 1, got {shown(task)}"
                )
            tasks.append((int(pair[0]), int(pair[1])))
        found.append(tuple(tasks))
    return tuple(found)


def checked_horizon(jobs: Jobs, horizon: Any) -> int:
    """Return the horizon, by default the makespan of a schedule by a priority rule.

    Raises:
        ParameterError: it is not an integer >= 1.
        ProblemError: it is proven too short.
    """
    quick = search(jobs, nodes=sum(map(len, jobs)) + 1).makespan
    assert quick is not None
    if horizon is None:
        return quick
    if not is_whole(horizon) or horizon < 1:
        raise ParameterError(argument="horizon", value=horizon, expected="an integer >= 1")
    if horizon >= quick:
        return int(horizon)
    reason = next((each.reason for each in bounds_of(jobs) if each.makespan > horizon), None)
    if reason is None:
        found = search(jobs, most=int(horizon), nodes=MOST_NODES)
        if found.makespan is None and found.complete:
            reason = "all active schedules are longer"
    if reason is not None:
        raise ProblemError(
            f"no schedule ends by the horizon {horizon} (proven): {reason}",
            argument="horizon",
            remedy=f"allow {quick}, into which a schedule fits",
        )
    return int(horizon)
