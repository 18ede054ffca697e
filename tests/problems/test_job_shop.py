"""Job shops: published instances, optimal makespans, and horizons that are too short."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import hybridq as hq
from hybridq.classical import feasible_minimum, milp_minimum
from hybridq.core.errors import CapacityError, ParameterError, ProblemError
from hybridq.problems import job_shop
from hybridq.problems._schedules import bounds_of, search

FOLDER = Path(__file__).parents[2] / "problems" / "job_shop"
TWO = [[(0, 1), (1, 2)], [(1, 1), (0, 2)]]
THREE = [[(0, 3), (1, 2), (2, 2)], [(0, 2), (2, 1), (1, 4)], [(1, 4), (2, 3)]]
Jobs = list[list[tuple[int, int]]]


def _rows(n: int) -> NDArray[np.uint8]:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def _is_schedule(jobs: Jobs, starts: tuple[int, ...], horizon: int) -> bool:
    """Return whether starts keep the order of each job, and machines do one task at a time."""
    tasks = [(j, machine, duration) for j, job in enumerate(jobs) for machine, duration in job]
    for i, (job, machine, duration) in enumerate(tasks):
        if starts[i] + duration > horizon:
            return False
        for k in range(i + 1, len(tasks)):
            other_job, other_machine, other = tasks[k]
            if job == other_job and starts[k] < starts[i] + duration:
                return False
            apart = starts[k] >= starts[i] + duration or starts[i] >= starts[k] + other
            if machine == other_machine and not apart:
                return False
    return True


def _schedules(jobs: Jobs, horizon: int) -> list[tuple[int, ...]]:
    n = sum(map(len, jobs))
    return [each for each in product(range(horizon), repeat=n) if _is_schedule(jobs, each, horizon)]


def _makespan(jobs: Jobs, starts: tuple[int, ...]) -> int:
    durations = [duration for job in jobs for _, duration in job]
    return max(start + duration for start, duration in zip(starts, durations, strict=True))


def _bits(problem: hq.JobShop, starts: tuple[int, ...]) -> NDArray[np.uint8]:
    bits = np.zeros(problem.n_qubits, dtype=np.uint8)
    for i, start in enumerate(starts):
        bits[dict(problem._starts(i))[start]] = 1
    return bits


@pytest.mark.parametrize(("horizon", "qubits"), [(3, 4), (4, 8)])
def test_two_jobs(horizon: int, qubits: int) -> None:
    """4 qubits at T = 3, 8 at T = 4, shortest makespan 3 (proven with CP-SAT elsewhere)."""
    problem = hq.JobShop.from_file(FOLDER / "two_jobs.json", horizon=horizon)
    assert problem.n_qubits == qubits
    schedules = _schedules(TWO, horizon)
    assert min(_makespan(TWO, each) for each in schedules) == 3
    assert problem.space.dim == len(schedules)
    energies = problem.cost().energies(_rows(qubits))
    assert energies.min() == pytest.approx(3.0)
    ground = {tuple(row) for row in _rows(qubits)[energies < energies.min() + 1e-6].tolist()}
    best = [each for each in schedules if _makespan(TWO, each) == 3]
    assert ground == {tuple(_bits(problem, each).tolist()) for each in best}


def test_three_jobs_of_or_tools() -> None:
    """The example of OR-Tools' documentation: 11; 40 qubits at a horizon of 11."""
    problem = hq.JobShop.from_file(FOLDER / "three_jobs.json", horizon=11)
    assert problem.n_qubits == 40
    assert "40 qubits instead of 88" in str(problem.notes[0])
    found = feasible_minimum(problem)
    assert found.value == 11.0
    starts = tuple(each[0] for each in problem.schedule(found.point.astype(np.uint8)))
    assert _is_schedule(THREE, starts, 11)
    assert feasible_minimum(hq.JobShop(THREE, 12)).value == 11.0
    with pytest.raises(ProblemError, match=r"horizon 10 \(proven\): all active schedules"):
        hq.JobShop(THREE, 10)


def test_ft06() -> None:
    """Fisher and Thompson 1963: 55."""
    starts = (5, 11, 25, 31, 39, 49, 0, 8, 13, 29, 40, 50, 0, 5, 10, 21, 35, 38, 11, 16, 22, 27,
              30, 46, 13, 22, 25, 42, 51, 54, 8, 17, 20, 30, 45, 53)  # fmt: skip
    problem = hq.JobShop.from_file(FOLDER / "ft06.txt", horizon=55)
    jobs = [list(job) for job in problem.data.jobs]
    assert _is_schedule(jobs, starts, 55)
    assert problem.makespan_bits == 55 - 52 + 1
    bits = _bits(problem, starts)
    bits[problem.n_qubits - 1] = 1  # the makespan 55
    assert not problem.violations(bits)
    assert problem.value(bits) == 55.0


TASKS = st.tuples(st.integers(0, 1), st.integers(1, 2))
JOBS = st.lists(st.lists(TASKS, min_size=1, max_size=2), min_size=1, max_size=3).filter(
    lambda jobs: sum(map(len, jobs)) <= 4
)


@settings(max_examples=40, deadline=None)
@given(JOBS, st.integers(0, 2))
def test_the_objective_is_the_makespan(jobs: Jobs, more: int) -> None:
    quick = search(jobs, nodes=100).makespan
    assert quick is not None
    horizon = max(quick + more - 1, 1)
    schedules = _schedules(jobs, horizon)
    if not schedules:
        with pytest.raises(ProblemError, match="proven"):
            hq.JobShop(jobs, horizon)
        return
    problem = hq.JobShop(jobs, horizon)
    best = min(_makespan(jobs, each) for each in schedules)
    assert max(each.makespan for each in bounds_of(jobs)) <= best
    for starts in schedules:
        assert problem.value(_bits(problem, starts)) == _makespan(jobs, starts)
    if problem.space is not None:
        assert problem.space.dim == len(schedules)
    if problem.n_qubits <= 12:
        energies = problem.cost().energies(_rows(problem.n_qubits))
        assert energies.min() == pytest.approx(best)
        ground = _rows(problem.n_qubits)[energies < energies.min() + 1e-6]
        assert not problem.violation_counts(ground).any()


@settings(max_examples=40, deadline=None)
@given(JOBS)
def test_the_search_finds_the_shortest_schedule(jobs: Jobs) -> None:
    found = search(jobs)
    assert found.complete
    assert found.makespan is not None
    assert _schedules(jobs, found.makespan)
    shorter = search(jobs, most=found.makespan - 1)
    assert (shorter.makespan, shorter.complete) == (None, True)
    assert not _schedules(jobs, found.makespan - 1)


@pytest.mark.parametrize("horizon", [3, 4, 5])
def test_further_bits_hold_a_makespan_of_many_terms(
    monkeypatch: pytest.MonkeyPatch, horizon: int
) -> None:
    monkeypatch.setattr(job_shop, "_MOST_TERMS", 0)
    problem = hq.JobShop(TWO, horizon)
    assert problem.makespan_bits == (horizon - 2 if horizon > 3 else 0)
    assert feasible_minimum(problem).value == 3.0
    best = milp_minimum(problem.program)
    assert best is not None
    assert best.value == 3.0
    if horizon == 4:
        energies = problem.cost().energies(_rows(problem.n_qubits))
        assert energies.min() == pytest.approx(3.0)
        assert "2 further qubits hold the makespan" in str(problem.notes)


def test_a_decision_has_no_objective() -> None:
    problem = hq.JobShop(TWO, 4, decide=True)
    assert problem.n_qubits == 8
    assert set(problem.values(problem.space.bits()).tolist()) == {4.0}
    assert problem.value_name == "horizon"


def test_the_default_horizon_holds_an_optimum() -> None:
    problem = hq.JobShop(THREE)
    assert problem.horizon == 12
    assert "by a priority rule" in str(problem.notes)
    assert feasible_minimum(problem).value == 11.0
    assert "every schedule within the horizon 3 is optimal" in str(hq.JobShop(TWO).notes)


def test_answers_name_jobs_and_machines() -> None:
    problem = hq.JobShop(TWO, 4)
    rows = problem.answer(_bits(problem, (0, 1, 0, 1)))
    assert rows[0].entries == ("machine 0: 0–1", "machine 1: 1–3")
    assert rows[1].entries == ("machine 1: 0–1", "machine 0: 1–3")
    assert rows[2].entries == (3,)
    wrong = _bits(problem, (1, 1, 0, 1))
    assert problem.violations(wrong) == (
        "machine 0 does one task at time 1 (by 1)",
        "job 0 task 1 waits for task 0 (time 1) (by 1)",
    )
    nothing = np.zeros(8, dtype=np.uint8)
    assert problem.answer(nothing)[0].entries == ("machine 0: no start", "machine 1: no start")


@pytest.mark.parametrize(
    ("jobs", "horizon", "message"),
    [
        (THREE, 6, "job 0 takes 7"),
        (THREE, 9, "machine 1 has 10 of work"),
        ([[(0, 2)], [(0, 3)]], 4, "machine 0 has 5 of work"),
    ],
)
def test_horizons_that_are_too_short_are_refused(jobs: Jobs, horizon: int, message: str) -> None:
    with pytest.raises(ProblemError, match=rf"horizon {horizon} \(proven\): {message}"):
        hq.JobShop(jobs, horizon)


@pytest.mark.parametrize(
    ("jobs", "message"),
    [
        ([], "at least one job"),
        ([[]], "job 0 has no tasks"),
        ([[(0, 1)], [(0, 0)]], "task 0 of job 1 must be"),
        ([[(-1, 1)]], "task 0 of job 0"),
        ([[(0, 1.5)]], "task 0 of job 0"),
        ([[(0, float("nan"))]], "task 0 of job 0"),
        ([[3]], "task 0 of job 0"),
        (5, "a list of jobs"),
    ],
)
def test_what_is_not_a_job_is_refused(jobs: object, message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        hq.JobShop(jobs)


@pytest.mark.parametrize("horizon", [0, -3, 2.5, "long", True])
def test_horizons_are_integers(horizon: object) -> None:
    with pytest.raises(ParameterError, match="horizon must be an integer >= 1"):
        hq.JobShop(TWO, horizon)


@pytest.mark.parametrize("encoding", ["one-hot", "domain-wall", "binary"])
def test_every_encoding_has_all_schedules(encoding: str) -> None:
    problem = hq.JobShop(TWO, 4, encoding=encoding)
    assert problem.n_qubits == (8 if encoding == "one-hot" else 4)
    expected = sorted(_makespan(TWO, each) for each in _schedules(TWO, 4))
    assert sorted(problem.values(problem.space.bits())) == expected


def test_a_shop_with_too_many_schedules_is_refused_with_the_alternatives() -> None:
    shop = hq.JobShop.from_file(FOLDER / "ft06.txt")
    with pytest.raises(CapacityError, match="949 qubits take too long to enumerate") as raised:
        hq.solve(shop, rng=1)
    message = str(raised.value)
    assert "give a horizon below 58 (no schedule ends before 52), take fewer jobs" in message
    assert "milp_minimum" in message
