"""The family of any integer program: published answers, integers, suitable mixers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import hybridq as hq
from hybridq.classical import cpsat_minimum, feasible_minimum, milp_minimum
from hybridq.classical.cpsat import has_cpsat
from hybridq.core.errors import ProblemError
from hybridq.problems.program import Program
from hybridq.problems.programs import Constraint, IntegerProgram, Variable
from hybridq.testing.problems import check_problem

FOLDER = Path(__file__).parents[2] / "problems" / "program"


def _rows(n: int) -> NDArray[np.uint8]:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def _sum(numbers: list[float]) -> dict[tuple[int, ...], float]:
    return {(i,): float(value) for i, value in enumerate(numbers)}


def glover_binary() -> IntegerProgram:
    """Section 5.1 of arXiv:1811.11538: max 6, 4, 8, 5, 5 under <=, == and >=."""
    rows = (
        Constraint("first", _sum([2, 2, 4, 3, 2]), "<=", 7.0),
        Constraint("second", _sum([1, 2, 2, 1, 2]), "==", 4.0),
        Constraint("third", _sum([3, 3, 2, 4, 4]), ">=", 5.0),
    )
    names = [f"x{i}" for i in range(1, 6)]
    return IntegerProgram.binary(names, _sum([6, 4, 8, 5, 5]), rows, sense="maximize")


def glover_knapsack() -> IntegerProgram:
    """Section 5.5 of arXiv:1811.11538: a quadratic knapsack of four items and capacity 16."""
    pairs = {(0, 1): 8.0, (0, 2): 6.0, (0, 3): 10.0, (1, 2): 2.0, (1, 3): 6.0, (2, 3): 4.0}
    room = Constraint("budget", _sum([8, 6, 5, 3]), "<=", 16.0)
    names = [f"x{i}" for i in range(1, 5)]
    objective = {**_sum([2, 5, 2, 4]), **pairs}
    return IntegerProgram.binary(names, objective, [room], sense="maximize")


@pytest.mark.parametrize(
    ("program", "optimum", "bits"),
    [(glover_binary(), 16.0, "10011"), (glover_knapsack(), 28.0, "1011")],
    ids=["binary", "quadratic knapsack"],
)
@pytest.mark.parametrize("inequalities", ["feasible", "slack", "hinge", "indicator"])
def test_glover(program: IntegerProgram, optimum: float, bits: str, inequalities: str) -> None:
    """The published optima: 16 at 10011, 28 at 1011."""
    problem = Program(program, inequalities=inequalities)
    n = len(bits)
    values = program.values(_rows(n))
    allowed = ~program.excesses(_rows(n)).any(axis=1)
    assert values[allowed].max() == optimum
    assert "".join(map(str, _rows(n)[allowed][values[allowed].argmax()])) == bits
    rows = problem.space.bits() if problem.confined else _rows(problem.n_qubits)
    best = rows[problem.cost().energies(rows).argmin()]
    assert problem.value(best) == optimum
    assert "".join(map(str, best[:n])) == bits
    assert not problem.violations(best)
    names = tuple(f"x{i + 1}" for i, bit in enumerate(bits) if bit == "1")
    assert problem.answer(best)[0].entries == names


@pytest.mark.parametrize("program", [glover_binary(), glover_knapsack()])
def test_solvers_agree_with_glover(program: IntegerProgram) -> None:
    expected = max(
        value
        for value, broken in zip(
            program.values(_rows(len(program.variables))),
            program.excesses(_rows(len(program.variables))).any(axis=1),
            strict=True,
        )
        if not broken
    )
    found = [feasible_minimum(Program(program)), milp_minimum(program)]
    found += [cpsat_minimum(program)] if has_cpsat() else []
    assert [(each.value, each.exact) for each in found if each] == [(expected, True)] * len(found)


@pytest.mark.parametrize("file", ["glover_binary.lp", "glover_knapsack.lp"])
def test_files_hold_these_programs(file: str) -> None:
    problem = Program.from_file(FOLDER / file)
    program = {"glover_binary.lp": glover_binary, "glover_knapsack.lp": glover_knapsack}[file]()
    rows = _rows(len(program.variables))
    assert np.array_equal(problem.program.values(rows), program.values(rows))
    assert np.array_equal(problem.program.excesses(rows) > 0, program.excesses(rows) > 0)


def integers() -> IntegerProgram:
    """Return min 3x + 2y − z, x + y >= 4, x − z <= 1, with x in 0 … 3, y in −1 … 2, z a bit."""
    variables = (Variable("x", 0, 3), Variable("y", -1, 2), Variable("z"))
    rows = (
        Constraint("enough", {(0,): 1.0, (1,): 1.0}, ">=", 4.0),
        Constraint("near", {(0,): 1.0, (2,): -1.0}, "<=", 1.0),
    )
    return IntegerProgram(variables, {(0,): 3.0, (1,): 2.0, (2,): -1.0}, rows)


@pytest.mark.parametrize("encoding", [None, "one-hot", "domain-wall", "unary"])
def test_answers_have_the_values_of_integers(encoding: str | None) -> None:
    """x = 2, y = 2, z = 1 is the optimum 9: x + y >= 4 needs x >= 2, and x <= 1 + z."""
    problem = Program(integers(), encoding=encoding)
    assert not problem.integer_program.is_binary
    states = problem.space.bits()
    best = states[problem.values(states).argmin()]
    assert problem.value(best) == 9.0
    assert problem.assignment(best) == {"x": 2, "y": 2, "z": 1}
    rows = problem.answer(best)
    assert (rows[0].title, rows[0].entries) == ("Variables at 1", ("z",))
    assert (rows[1].title, rows[1].entries) == ("Integers", ("x = 2", "y = 2"))
    assert feasible_minimum(problem).value == 9.0
    if problem.n_qubits <= 8:
        check_problem(problem)


def test_the_routes_of_qiskit_s_tutorial() -> None:
    """Its vehicle routing: seed 1543, a depot, two customers, two vehicles: 132.11148115684045."""
    random = np.random.RandomState(1543)
    places = np.stack([(random.rand(3) - 0.5) * 10, (random.rand(3) - 0.5) * 10], axis=1)
    ways = [(i, j) for i in range(3) for j in range(3) if i != j]
    lengths = [float(((places[i] - places[j]) ** 2).sum()) for i, j in ways]
    rows = [
        Constraint(f"{word} {k}", {(w,): 1.0 for w, way in enumerate(ways) if way[end] == k}, "==",
                   1.0 if k else 2.0)
        for k in range(3) for end, word in ((0, "out of"), (1, "into"))
    ]  # fmt: skip
    names = [f"x_{i}_{j}" for i, j in ways]
    problem = Program(IntegerProgram.binary(names, _sum(lengths), rows), penalty="range")
    energies = problem.cost().energies(_rows(6))
    assert energies.min() == pytest.approx(132.11148115684045, abs=1e-9)
    assert problem.answer(_rows(6)[energies.argmin()])[0].entries == (
        "x_0_1", "x_0_2", "x_1_0", "x_2_0",
    )  # fmt: skip
    assert problem.space.dim == 1


def test_mixers_reach_all_feasible_states() -> None:
    def mixers(rows: list[Constraint], n: int = 4) -> tuple[str, ...]:
        names = [f"x{i}" for i in range(n)]
        return Program(IntegerProgram.binary(names, {(0,): 1.0}, rows)).mixers

    two = Constraint("two", _sum([1, 1, 1, 1]), "==", 2.0)
    room = Constraint("room", _sum([3, 2, 4, 1]), "<=", 5.0)
    covers = Constraint("covers", _sum([1, 1, 0, 0]), ">=", 1.0)
    assert mixers([]) == ("x", "grover")
    assert mixers([room])[0] == "bit-flip"
    assert mixers([covers])[0] == "bit-flip"
    assert mixers([room, covers])[0] == "grover"
    assert mixers([two])[0] == "xy-complete"
    assert mixers([two, room])[0] == "grover"
    lines = [{0, 1}, {2, 3}, {0, 2}, {1, 3}]
    grid = [
        Constraint(f"line {i}", {(q,): 1.0 for q in sorted(each)}, "==", 1.0)
        for i, each in enumerate(lines)
    ]
    assert mixers(grid)[0] == "transposition"


def test_constraints_that_never_or_always_hold_are_named() -> None:
    never = Constraint("never", _sum([1, 1]), ">=", 3.0)
    always = Constraint("always", _sum([1, 1]), "<=", 2.0)
    with pytest.raises(ProblemError, match="'never' cannot hold"):
        Program(IntegerProgram.binary(["a", "b"], {}, [never]))
    problem = Program(IntegerProgram.binary(["a", "b"], {(0,): 1.0}, [always]))
    assert "always: left out" in str(problem.notes)
    assert problem.space is None


def test_families_are_found_by_name() -> None:
    assert hq.Program is Program
    assert {"program", "tsp", "quadratic-assignment", "job-shop", "portfolio"} <= set(hq.PROBLEMS)


@pytest.mark.parametrize(
    ("problem", "mixer"),
    [
        (hq.TravelingSalesman.example(), "transposition"),
        (hq.TravelingSalesman(np.ones((4, 4)), encoding="domain-wall"), "grover"),
        (hq.Portfolio.example(), "xy-complete"),
        (hq.Portfolio([1.0, 2.0], np.eye(2)), "x"),
        (Program(glover_knapsack()), "bit-flip"),
        (Program(glover_knapsack(), inequalities="slack"), "x"),
        (hq.JobShop.example(), "grover"),
    ],
)
def test_the_default_mixer_has_all_that_it_needs(problem: hq.Program, mixer: str) -> None:
    assert hq.QAOA(problem, p=1).mixer.kind == mixer
