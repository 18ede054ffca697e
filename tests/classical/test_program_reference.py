"""Classical references of integer programs, against brute force."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.classical import (
    ProgramBaseline,
    cpsat_minimum,
    feasible_minimum,
    milp_minimum,
    program_reference,
)
from hybridq.classical.choose_program import is_countable
from hybridq.classical.cpsat import has_cpsat
from hybridq.classical.linearized import whole_scale
from hybridq.core.errors import CapacityError, MissingExtraError, ParameterError, ProblemError
from hybridq.operators.feasible import FeasibleSpace, Group, LinearBound
from hybridq.problems.program import Program
from hybridq.problems.programs import Constraint, IntegerProgram, Variable
from tests.problems.programs.random_programs import optima, programs

Solver = Callable[[IntegerProgram], ProgramBaseline | None]
NEEDS_CPSAT = pytest.mark.skipif(not has_cpsat(), reason="OR-Tools is not installed")


def _agrees(solver: Solver, program: IntegerProgram) -> None:
    best, optimal = optima(program)
    try:
        found = solver(program)
    except ProblemError:
        assert best is None
        return
    assert best is not None
    assert found is not None
    assert found.exact
    assert found.bound == found.value == pytest.approx(best)
    assert tuple(found.point.tolist()) in optimal


@settings(max_examples=60, deadline=None)
@given(programs())
def test_highs_finds_and_proves_the_optimum(program: IntegerProgram) -> None:
    _agrees(milp_minimum, program)


@NEEDS_CPSAT
@settings(max_examples=60, deadline=None)
@given(programs())
def test_cp_sat_finds_and_proves_the_optimum(program: IntegerProgram) -> None:
    _agrees(cpsat_minimum, program)


@settings(max_examples=60, deadline=None)
@given(programs(), st.sampled_from(["feasible", "slack", "hinge"]))
def test_the_reference_is_the_optimum(program: IntegerProgram, inequalities: str) -> None:
    best, _ = optima(program)
    try:
        problem = Program(program, inequalities=inequalities)
        assume(problem.n_qubits <= 14)
        found = program_reference(problem)
    except ProblemError:
        assert best is None
        return
    assert found is not None
    assert found.exact
    assert found.value == found.bound == pytest.approx(best)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.floats(-5, 5, allow_nan=False, width=32), min_size=6, max_size=6),
    st.lists(st.floats(0, 4, allow_nan=False, width=32), min_size=6, max_size=6),
    st.floats(1, 10),
)
def test_real_numbers_are_solved_as_well(
    values: list[float], weights: list[float], room: float
) -> None:
    assume(sum(weights) > room + 0.1)  # else the constraint is left out
    program = IntegerProgram.binary(
        list("abcdef"),
        {(i,): v for i, v in enumerate(values)},
        [Constraint("room", {(i,): w for i, w in enumerate(weights)}, "<=", room)],
        sense="maximize",
    )
    best = max(
        sum(values[i] for i in chosen)
        for k in range(7)
        for chosen in combinations(range(6), k)
        if sum(weights[i] for i in chosen) <= room + 1e-9 * max(1, room, *weights)
    )
    found = milp_minimum(program)
    assert found is not None
    assert found.value == pytest.approx(best, abs=1e-6)
    assert feasible_minimum(Program(program)).value == pytest.approx(best, abs=1e-9)


def test_the_words_count_the_states() -> None:
    """20 choices of 3 from 6 assets; the optimum is that of test_portfolio."""
    problem = hq.Portfolio([1.0, 2.0, 3.0], np.eye(3), budget=2)
    found = feasible_minimum(problem)
    assert found.method == "minimum over 3 feasible states"
    assert found.point.tolist() == [0, 1, 1]
    items = hq.Knapsack([3.0, 4.0], [2.0, 3.0], 4.0)
    assert feasible_minimum(items).method == "maximum over 3 feasible states"


def test_independent_sets_are_enumerated() -> None:
    """A family without a program of its own has a space as well."""
    problem = hq.VertexCover([(0, 1), (1, 2), (2, 3), (3, 0)])
    assert feasible_minimum(problem).value == 2.0
    assert program_reference(problem).method == "minimum over 7 feasible states"  # of a 4-cycle


def test_slack_bits_play_no_part() -> None:
    items = hq.Knapsack([4.0, 3.0, 5.0, 1.0], [3.0, 2.0, 4.0, 1.0], 6.0, inequalities="slack")
    assert items.space is None
    assert feasible_minimum(items).value == 8.0


def test_limits_are_refused_before_the_work() -> None:
    problem = hq.Portfolio(np.ones(40), np.eye(40), budget=20)
    with pytest.raises(CapacityError, match="more than 4,194,304 feasible states"):
        feasible_minimum(problem)
    with pytest.raises(ParameterError, match="a problem with constraints"):
        feasible_minimum(hq.Portfolio([1.0], [[1.0]]))


def test_without_constraints_the_cost_decides() -> None:
    problem = hq.Portfolio([1.0, 2.0], np.eye(2), risk=1.0)
    found = program_reference(problem)
    assert found.exact
    assert found.value == -1.0


def test_what_is_infeasible_is_proven() -> None:
    """x + y = 1, y + z = 1, z + x = 1 has no answer, and each row alone has."""
    pairs = ((0, 1), (1, 2), (0, 2))
    rows = [Constraint(f"{a}{b}", {(a,): 1.0, (b,): 1.0}, "==", 1.0) for a, b in pairs]
    program = IntegerProgram.binary(["x", "y", "z"], {(0,): 1.0}, rows)
    with pytest.raises(ProblemError, match="proven"):
        program_reference(Program(program))
    with pytest.raises(ProblemError, match="proven"):
        milp_minimum(program)


def _market_split(n: int) -> IntegerProgram:
    """Return a random maximal knapsack with two capacities, hard for a time limit of nothing."""
    rng = np.random.default_rng(n)
    weights = rng.integers(100, 1000, (5, n)).astype(float)
    rows = [
        Constraint(f"row {k}", {(i,): w for i, w in enumerate(line)}, "<=", sum(line) // 2)
        for k, line in enumerate(weights.tolist())
    ]
    values = {(i,): v for i, v in enumerate(weights.mean(axis=0).tolist())}
    return IntegerProgram.binary([f"x{i}" for i in range(n)], values, rows, sense="maximize")


def test_an_answer_cut_off_by_time_is_never_called_exact() -> None:
    found = milp_minimum(_market_split(60), time_limit=0.3)
    if found is None:
        return  # nothing was found in the time
    assert not found.exact or found.bound == found.value
    assert found.bound is not None
    assert found.bound >= found.value
    if not found.exact:
        assert "proven, gap" in found.method


def test_more_states_than_can_be_listed_go_to_integer_programming() -> None:
    """30 assets, 10 of them: C(30, 10) = 30,045,015; without covariances the ten largest."""
    returns = np.arange(30.0)
    problem = hq.Portfolio(returns, np.eye(30), risk=1.0, budget=10)
    assert problem.space.count() == math.comb(30, 10)
    found = program_reference(problem)
    assert found.exact
    assert found.value == 10.0 - returns[-10:].sum()
    assert found.method in ("integer programming (HiGHS)", "CP-SAT")


def test_numbers_are_scaled_to_integers() -> None:
    assert whole_scale([0.5, 0.25]) == 4
    assert whole_scale([0.1, 0.7313]) == 10_000
    assert whole_scale([1 / 3]) is None
    assert whole_scale([]) == 1


def test_searches_that_may_never_end_are_not_begun() -> None:
    split = LinearBound(tuple(range(50)), tuple(map(float, range(1, 51))), 600.0, 600.0)
    assert not is_countable(FeasibleSpace(50, (split,)))
    edges = tuple(LinearBound((i, i + 1), (1.0, 1.0), upper=1.0) for i in range(199))
    assert is_countable(FeasibleSpace(200, edges))
    covers = tuple(LinearBound((i, i + 1), (-1.0, -1.0), upper=-1.0) for i in range(199))
    assert is_countable(FeasibleSpace(200, covers))
    assert not is_countable(FeasibleSpace(200, (*edges, *covers)))
    assert is_countable(FeasibleSpace(60, (), (Group(tuple(range(60)), 30),)))


def test_cp_sat_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hybridq.classical.cpsat.has_cpsat", lambda: False)
    monkeypatch.setattr("hybridq.classical.choose_program.has_cpsat", lambda: False)
    program = IntegerProgram((Variable("x", 0, 3),), {(0,): 1.0})
    with pytest.raises(MissingExtraError, match="pip install ortools"):
        cpsat_minimum(program)
    problem = hq.Portfolio(np.ones(30), np.eye(30), budget=10)
    assert program_reference(problem).method == "integer programming (HiGHS)"
