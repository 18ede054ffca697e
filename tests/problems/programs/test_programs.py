"""Integer programs in bits: ground states are optima, for every encoding and penalty."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hybridq.core.errors import HybridqError, ParameterError, ProblemError
from hybridq.problems.program import Program
from hybridq.problems.programs import Constraint, IntegerProgram, Variable
from hybridq.problems.programs.polynomial import from_all_bits, on_all_bits
from hybridq.problems.programs.registers import (
    CHOICE_ENCODINGS,
    INTEGER_ENCODINGS,
    bounded_coefficients,
)
from hybridq.problems.programs.structure import Structure, permutation_grid, structure_of
from tests.problems.programs.random_programs import assignments, optima, programs

MOST_QUBITS = 12


def _rows(n: int) -> NDArray[np.uint8]:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


@settings(max_examples=150, deadline=None)
@given(
    programs(),
    st.sampled_from([None, *INTEGER_ENCODINGS]),
    st.sampled_from(["slack", "indicator", "hinge"]),
    st.sampled_from(["exact", "range", "adaptive"]),
)
def test_ground_states_are_the_optima(
    program: IntegerProgram, encoding: str | None, inequalities: str, penalty: str
) -> None:
    best, optimal = optima(program)
    try:
        problem = Program(program, encoding=encoding, inequalities=inequalities, penalty=penalty)
        assume(problem.n_qubits <= MOST_QUBITS)
        energies = problem.cost().energies(_rows(problem.n_qubits))
    except ProblemError:
        assert best is None
        return
    except ParameterError as error:
        assume("for integers" not in str(error))
        raise
    assert best is not None
    lowest = energies.min()
    assert lowest == pytest.approx(program.sign * best, abs=1e-6)
    ground = _rows(problem.n_qubits)[energies <= lowest + 1e-6]
    assert {tuple(row) for row in problem.variables(ground).tolist()} == optimal
    assert not problem.violation_counts(ground).any()


@settings(max_examples=80, deadline=None)
@given(programs(), st.sampled_from([None, *INTEGER_ENCODINGS]))
def test_the_space_holds_the_feasible_assignments(
    program: IntegerProgram, encoding: str | None
) -> None:
    feasible = {
        tuple(row)
        for row, broken in zip(
            assignments(program).tolist(),
            program.excesses(assignments(program)).any(axis=1),
            strict=True,
        )
        if not broken
    }
    try:
        problem = Program(program, encoding=encoding)
    except ProblemError:
        assert not feasible
        return
    except ParameterError as error:
        assume("for integers" not in str(error))
        raise
    assume(problem.n_qubits <= MOST_QUBITS)
    rows = _rows(problem.n_qubits)
    legal = rows[problem.violation_counts(rows) == 0]
    assert {tuple(row) for row in problem.variables(legal).tolist()} == feasible
    if problem.space is None:
        assert len(legal) == len(rows)
    else:
        assert sorted(map(tuple, problem.space.bits())) == sorted(map(tuple, legal))


@settings(max_examples=60, deadline=None)
@given(programs(integers=False))
def test_cost_is_value_and_penalty(program: IntegerProgram) -> None:
    try:
        problem = Program(program, inequalities="slack")
        rows = _rows(problem.n_qubits)
        energies = problem.cost().energies(rows)
    except ProblemError:
        return
    for row, energy in zip(rows, energies, strict=True):
        expected = problem.sign * problem.value(row) + problem.penalty_energy(row)
        assert energy == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("most", range(1, 33))
def test_bounded_coefficients_cover_exactly_the_range(most: int) -> None:
    """Qiskit and OpenQAOA miss values here: qiskit-optimization#396, OpenQAOA's knapsack."""
    sums = _rows(len(bounded_coefficients(most))) @ np.array(bounded_coefficients(most))
    assert set(sums.tolist()) == set(range(most + 1))


@pytest.mark.parametrize("name", CHOICE_ENCODINGS)
@pytest.mark.parametrize("k", range(2, 7))
def test_indicators_are_one_for_their_own_value_alone(name: str, k: int) -> None:
    code = CHOICE_ENCODINGS[name](k)
    assert code.indicators is not None
    table = np.array([on_all_bits(each, code.n_bits) for each in code.indicators])
    rows = _rows(code.n_bits)
    valid = np.ones(len(rows), dtype=bool)
    if code.one_hot:
        valid = rows.sum(axis=1) == 1
    if code.chain:
        valid = (np.diff(rows.astype(int), axis=1) <= 0).all(axis=1)
        assert (table.sum(axis=0) == 1.0).all()  # on every string, as Chancellor 2019 has it
    if code.most is not None:
        valid = np.arange(len(rows)) <= code.most
    assert valid.sum() == k
    assert (np.sort(table[:, valid], axis=0)[-1] == 1.0).all()
    assert (table[:, valid].sum(axis=0) == 1.0).all()
    numbers = on_all_bits(code.value, code.n_bits)[valid]
    assert (numbers == table[:, valid].argmax(axis=0)).all()


@given(st.lists(st.integers(-9, 9), min_size=8, max_size=8))
def test_tables_become_polynomials_and_back(values: list[int]) -> None:
    table = np.array(values, dtype=float)
    assert np.allclose(on_all_bits(from_all_bits(table), 3), table)


def test_structures_are_recognized() -> None:
    def of(terms: list[float], relation: str, bound: float) -> Structure:
        return structure_of(
            Constraint("c", {(i,): v for i, v in enumerate(terms)}, relation, bound)  # type: ignore[arg-type]
        )

    assert of([1, 1, 1], "==", 1) is Structure.ONE_HOT
    assert of([-2, -2, -2], "==", -2) is Structure.ONE_HOT
    assert of([1, 1, 1], "==", 2) is Structure.CARDINALITY
    assert of([1, 1, 1], "<=", 1) is Structure.AT_MOST_ONE
    assert of([1, 1], "<=", 1) is Structure.PACKING_EDGE
    assert of([2, 2], "<=", 3) is Structure.PACKING_EDGE
    assert of([1, 1, 1], ">=", 1) is Structure.COVERING
    assert of([1, -1], "<=", 0) is Structure.PRECEDENCE
    assert of([1, -1, 1], ">=", 0) is Structure.CLAUSE
    assert of([1, 1, 1], "<=", 2) is Structure.CLAUSE
    assert of([3, 2, 4], "<=", 5) is Structure.CAPACITY
    assert of([3, 2, 4], "==", 5) is Structure.EQUALITY
    assert of([3, -2, 4], "<=", 5) is Structure.LINEAR


@pytest.mark.parametrize("signs", [(1, -1, 1, -1), (-1, -1, -1, -1, 1), (1, 1, -1, 1)])
def test_a_clause_is_penalized_by_one_product(signs: tuple[int, ...]) -> None:
    """Literals x and 1 − x of which one has to be true: one assignment in 2^n is violated."""
    terms = {(i,): float(sign) for i, sign in enumerate(signs)}
    clause = Constraint("clause", terms, ">=", 1.0 - signs.count(-1))
    problem = Program(
        IntegerProgram.binary([f"x{i}" for i in range(len(signs))], {}, [clause]), penalty=1.0
    )
    assert problem.n_qubits == len(signs)
    assert not problem.confined
    rows = _rows(len(signs))
    violated = np.array([all((row == 1) != (np.array(signs) > 0)) for row in rows])
    assert np.allclose(problem.cost().energies(rows), violated)
    assert violated.sum() == 1


def test_permutation_grid_is_recognized() -> None:
    rows = ((0, 1, 2), (3, 4, 5), (6, 7, 8))
    columns = ((0, 3, 6), (1, 4, 7), (2, 5, 8))
    assert permutation_grid((*rows, *columns)) == rows
    assert permutation_grid(rows) == ()


def test_a_chain_and_a_count_may_share_bits() -> None:
    """Two choices as domain walls, and the first value taken once: a count of the first bits."""
    rows = [
        Constraint(name, {(first,): 1.0, (first + 1,): 1.0, (first + 2,): 1.0}, "==", 1.0)
        for name, first in (("one", 0), ("other", 3))
    ]
    rows.append(Constraint("once", {(0,): 1.0, (3,): 1.0}, "==", 1.0))
    names = [f"{name}{value}" for name in "ab" for value in range(3)]
    problem = Program(IntegerProgram.binary(names, {}, rows), encoding="domain-wall")
    assert problem.space is not None
    found = problem.variables(problem.space.bits())
    assert len(found) == 4
    assert (found[:, 0] + found[:, 3] == 1).all()


def test_a_slack_has_the_range_that_occurs_and_no_more() -> None:
    """32 z >= 0 needs no slack (qiskit-optimization#396), and the step counts in full."""
    always = Constraint("always", {(0,): 32.0}, ">=", 0.0)
    capacity = Constraint("room", {(0,): 32.0, (1,): 64.0, (2,): 32.0, (3,): 32.0}, "<=", 96.0)
    program = IntegerProgram.binary(["a", "b", "c", "d"], {(0,): -1.0}, [always, capacity])
    problem = Program(program, inequalities="slack")
    assert problem.encoded.dropped == ("always",)
    assert problem.n_qubits == 4 + 2  # in units of 32: a + 2b + c + d + s = 3, s = 0 ... 3
    assert any("always" in str(note) for note in problem.notes)


def test_weight_at_the_threshold_is_refused() -> None:
    """Minimize −x − y under x + y <= 1: λ* = 1, at which 11 ties with 10."""
    edge = Constraint("edge", {(0,): 1.0, (1,): 1.0}, "<=", 1.0)
    program = IntegerProgram.binary(["x", "y"], {(0,): -1.0, (1,): -1.0}, [edge])
    with pytest.raises(ParameterError, match="above 1"):
        Program(program, penalty=1.0).cost()
    assert Program(program, penalty=1.001).penalty_weights.threshold == pytest.approx(1.0)
    with pytest.raises(ParameterError, match="above 1"):
        Program(program, penalty={"edge": 0.5}).cost()
    with pytest.raises(ParameterError, match="edge"):
        Program(program, penalty={"other": 5.0}).cost()


def test_one_that_peers_get_wrong() -> None:
    """OMMX's default weight 1 puts 00 at the minimum of 10a + 12b under a + b = 1."""
    one = Constraint("one", {(0,): 1.0, (1,): 1.0}, "==", 1.0)
    program = IntegerProgram.binary(["a", "b"], {(0,): 10.0, (1,): 12.0}, [one])
    problem = Program(program)
    assert problem.penalty_weights.threshold == pytest.approx(10.0)
    energies = problem.cost().energies(_rows(2))
    assert _rows(2)[energies.argmin()].tolist() == [1, 0]
    with pytest.raises(ParameterError, match="above 10"):
        Program(program, penalty=1.0).cost()


def test_what_cannot_hold_is_refused_by_name() -> None:
    never = Constraint("too much", {(0,): 1.0, (1,): 1.0}, ">=", 3.0)
    with pytest.raises(ProblemError, match="too much"):
        Program(IntegerProgram.binary(["a", "b"], {}, [never]))
    odd = Constraint("odd", {(0,): 2.0, (1,): 4.0}, "==", 3.0)
    with pytest.raises(ProblemError, match="odd"):
        Program(IntegerProgram.binary(["a", "b"], {}, [odd]))


def test_fixed_variables_take_no_qubit() -> None:
    program = IntegerProgram(
        (Variable("a", 2, 2), Variable("b", 1, 2), Variable("c", 0, 5)), {(0, 1): 1.0, (2,): 1.0}
    )
    problem = Program(program)
    assert problem.n_qubits == 0 + 1 + 3
    assert problem.assignment(np.array([1, 1, 0, 1], dtype=np.uint8)) == {"a": 2, "b": 2, "c": 3}


@pytest.mark.parametrize("penalty", ["nonsense", -1.0, 0.0, np.inf, None])
def test_unknown_penalties_are_refused(penalty: object) -> None:
    one = Constraint("one", {(0,): 1.0, (1,): 1.0}, "==", 1.0)
    program = IntegerProgram.binary(["a", "b"], {(0,): 10.0}, [one])
    with pytest.raises(HybridqError):
        Program(program, penalty=penalty).cost()


def test_a_large_coefficient_hides_no_violation() -> None:
    """-1e10 x <= -1 is violated by 1 at x = 0."""
    row = Constraint("needed", {(0,): -1e10}, "<=", -1.0)
    problem = Program(IntegerProgram.binary(["x", "y"], {(0,): 1.0, (1,): -1.0}, [row]))
    assert problem.violation_counts(_rows(2)).tolist() == [1, 0, 1, 0]
    assert problem.space is not None
    assert problem.space.bits().tolist() == [[1, 0], [1, 1]]
