"""Integer programs in bits: ground states are optima, for every encoding and penalty."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from hybridq.core.errors import HybridqError, ParameterError, ProblemError, UnknownNameError
from hybridq.problems.program import Program
from hybridq.problems.programs import Constraint, IntegerProgram, Variable
from hybridq.problems.programs.penalty_rules import PENALTIES, PenaltyContext
from hybridq.problems.programs.penalty_terms import INEQUALITIES
from hybridq.problems.programs.polynomial import evaluated, from_all_bits, on_all_bits
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


EXACT = [name for name in INEQUALITIES if name != "unbalanced"]  # which is a heuristic


@settings(max_examples=250, deadline=None)
@given(
    programs(),
    st.sampled_from([None, *INTEGER_ENCODINGS]),
    st.sampled_from(EXACT),
    st.sampled_from([*PENALTIES, "number", "table"]),
    st.integers(0, 60),
)
def test_ground_states_are_the_optima(
    program: IntegerProgram, encoding: str | None, inequalities: str, penalty: str, weight: int
) -> None:
    """For every encoding, treatment and penalty, or the weights are refused with a reason."""
    best, optimal = optima(program)
    refusal = ""
    try:
        problem = Program(program, encoding=encoding, inequalities=inequalities)
        assume(problem.n_qubits <= MOST_QUBITS)
        terms = problem._penalties[0]
        asked: str | float | dict[str, float] = penalty
        if penalty == "number":
            asked = 0.25 + 2.0 * weight
        elif penalty == "table":
            asked = {each.name: 0.5 + (3.5 * weight + 11 * k) % 71 for k, each in enumerate(terms)}
        problem = Program(program, encoding=encoding, inequalities=inequalities, penalty=asked)
        rows = _rows(problem.n_qubits)
        energies = problem.cost().energies(rows)
    except ProblemError:
        assert best is None
        return
    except ParameterError as error:
        refusal = str(error)
        assume("for integers" not in refusal)
    if refusal:
        assert penalty in ("vlm", "momc", "moc", "number", "table"), refusal
        assert re.search("the smallest sufficient one|for every constraint", refusal), refusal
        assert not _suffices(problem, asked)
        return
    if best is None:  # the constraints that are left to the mixer contradict the others
        assert problem.confined
        assert problem.space.count() == 0
        return
    if problem.confined:  # some inequality is left to the mixer
        assert inequalities == "feasible"
        kept = problem.violation_counts(rows) == 0
        rows, energies = rows[kept], energies[kept]
    lowest = energies.min()
    assert lowest == pytest.approx(program.sign * best, abs=1e-6)
    ground = rows[energies <= lowest + 1e-6]
    assert {tuple(row) for row in problem.variables(ground).tolist()} == optimal
    assert not problem.violation_counts(ground).any()


def _suffices(problem: Program, asked: str | float | dict[str, float]) -> bool:
    """Return whether weights leave only assignments without any penalty at the lowest energy."""
    terms = problem._penalties[0]
    context = PenaltyContext(problem.encoded.objective, terms, problem.n_qubits)
    rows = _rows(problem.n_qubits)
    weights = [
        PENALTIES[asked](context)
        if isinstance(asked, str)
        else asked[each.name]
        if isinstance(asked, dict)
        else asked
        for each in terms
    ]
    penalties = [evaluated(each.terms, rows) for each in terms]
    energies = evaluated(problem.encoded.objective, rows) + sum(
        weight * each for weight, each in zip(weights, penalties, strict=True)
    )
    violated = sum(penalties) > 1e-9
    return bool((energies[violated] > energies[~violated].min() + 1e-9).all())


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


@settings(max_examples=40, deadline=None)
@given(programs(integers=False), st.sampled_from(["slack", "indicator", "hinge"]))
def test_rules_have_their_definitions(program: IntegerProgram, inequalities: str) -> None:
    """Bounds of one flip: Verma and Lewis 2022 (VLM), Ayodele 2022 (MOMC, MOC); and the range."""
    try:
        problem = Program(program, inequalities=inequalities)
        terms = problem._penalties[0]
    except ProblemError:
        return
    assume(terms)
    n = problem.n_qubits
    objective = problem.encoded.objective
    rows = _rows(n)
    penalties = sum(evaluated(each.terms, rows) for each in terms)
    up, down, steps = np.zeros(n), np.zeros(n), np.full(n, np.inf)
    for bit in range(n):
        for key, value in objective.items():
            if key == (bit,):
                up[bit] += value
                down[bit] -= value
            elif bit in key:
                up[bit] += max(value, 0.0)
                down[bit] -= min(value, 0.0)
        changes = np.abs(penalties[rows[:, bit] == 1] - penalties[rows[:, bit] == 0])
        steps[bit] = min(changes[changes > 1e-9], default=np.inf)
    bounds = np.maximum(up, down)
    numbers = [value for key, value in objective.items() if key]
    range_ = 1.0 + sum(map(abs, numbers))
    expected = {
        "vlm": bounds.max(),
        "momc": max(1.0, bounds.max() / steps.min()),
        "moc": max(1.0, (bounds / steps).max()),
        "range": range_ / min(each.least for each in terms),
    }
    context = PenaltyContext(objective, terms, n)
    for rule, weight in expected.items():
        assert PENALTIES[rule](context) == pytest.approx(weight, rel=1e-9), rule


@settings(max_examples=100, deadline=None)
@given(programs(), st.sampled_from([None, *INTEGER_ENCODINGS]), st.sampled_from([*INEQUALITIES]))
def test_cost_is_value_and_penalty(
    program: IntegerProgram, encoding: str | None, inequalities: str
) -> None:
    try:
        problem = Program(program, encoding=encoding, inequalities=inequalities)
        assume(problem.n_qubits <= 8)
        rows = _rows(problem.n_qubits)
        energies = problem.cost().energies(rows)
    except ProblemError:
        return
    except ParameterError as error:
        assume("for integers" not in str(error))
        raise
    for row, energy in zip(rows, energies, strict=True):
        expected = problem.sign * problem.value(row) + problem.penalty_energy(row)
        assert energy == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("most", range(1, 33))
def test_bounded_coefficients_cover_exactly_the_range(most: int) -> None:
    """Qiskit and OpenQAOA miss values here: qiskit-optimization#396, OpenQAOA's knapsack."""
    sums = _rows(len(bounded_coefficients(most))) @ np.array(bounded_coefficients(most))
    assert set(sums.tolist()) == set(range(most + 1))


@pytest.mark.parametrize("capacity", [1, 2, 4, 8, 16])
def test_an_empty_knapsack_needs_no_power_of_two(capacity: int) -> None:
    """OpenQAOA's slack of capacity 8 reaches 7, and of capacity 1 has no bit: no empty one."""
    room = Constraint("room", {(i,): float(capacity + i) for i in range(4)}, "<=", float(capacity))
    objective = {(i,): 1.0 for i in range(4)}  # the empty one is best
    names = ["a", "b", "c", "d"]
    problem = Program(IntegerProgram.binary(names, objective, [room]), inequalities="slack")
    rows = _rows(problem.n_qubits)
    energies = problem.cost().energies(rows)
    assert energies.min() == pytest.approx(0.0, abs=1e-9)
    assert problem.variables(rows[energies < 1e-9]).tolist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize("k", range(3, 7))
def test_the_penalty_of_a_domain_wall_is_zero_on_k_strings(k: int) -> None:
    """Σ b_{a+1} (1 − b_a), Chancellor 2019: k − 1 bits, k − 2 terms."""
    one = Constraint("one", {(i,): 1.0 for i in range(k)}, "==", 1.0)
    names = [f"x{i}" for i in range(k)]
    encoded = Program(IntegerProgram.binary(names, {}, [one]), encoding="domain-wall").encoded
    ((_, penalty),) = encoded.validity
    rows = _rows(k - 1)
    walls = sum(rows[:, a + 1] * (1 - rows[:, a].astype(int)) for a in range(k - 2))
    assert evaluated(penalty, rows).tolist() == walls.tolist()
    assert len(penalty) == 2 * (k - 2)
    assert (walls == 0).sum() == k
    assert (encoded.variables(rows).sum(axis=1) == 1).all()


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


def _two_exclusions(**options: Any) -> Program:
    """Minimize −10 x + y with x and y left out: only the first constraint is ever violated."""
    rows = [
        Constraint("no x", {(0,): 1.0}, "==", 0.0),
        Constraint("no y", {(1,): 1.0}, "==", 0.0),
    ]
    program = IntegerProgram.binary(["x", "y", "z"], {(0,): -10.0, (1,): 1.0}, rows)
    return Program(program, **options)


def test_adaptive_weights_rise_for_violated_constraints_alone() -> None:
    found = _two_exclusions(penalty="adaptive").penalty_weights
    tight, loose = found.weights
    assert 10.0 < tight <= 20.0  # doubled until 1 violation costs more than the gain of 10
    assert loose < 0.1
    assert found.proof == "proven sufficient from all energies"
    assert found.threshold is None


def test_a_table_leaves_the_other_constraints_to_the_exact_weight() -> None:
    found = _two_exclusions(penalty={"no y": 7}).penalty_weights
    assert found.rule == "table"
    assert found.weights == (pytest.approx(11.0), 7.0)  # 1.1 times the gain of 10
    assert _two_exclusions(penalty={"no *": 12.0}).penalty_weights.weights == (12.0, 12.0)
    assert _two_exclusions(penalty={"no y": 3, "no *": 12}).penalty_weights.weights == (12.0, 3.0)
    with pytest.raises(ParameterError, match="larger, as is 11 for every constraint"):
        _two_exclusions(penalty={"no x": 9.0, "no y": 5.0}).cost()


def test_a_table_names_constraints_without_doubt() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'no x'"):
        _two_exclusions(penalty={"mo x": 3.0}).cost()
    with pytest.raises(ParameterError, match=r"patterns 'no \*' and '\*x' both name .* 'no x'"):
        _two_exclusions(penalty={"no *": 12.0, "*x": 13.0}).cost()
    with pytest.raises(ParameterError, match="a finite number above 0"):
        _two_exclusions(penalty={"no x": -1.0}).cost()


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


def test_a_rule_that_gives_no_penalty_at_all_is_refused() -> None:
    """Without an objective, assignments that stand for no value tie with the others at weight 0."""
    program = IntegerProgram((Variable("x", 0, 2),), {})
    with pytest.raises(ParameterError, match="above 0, the smallest sufficient one"):
        Program(program, encoding="one-hot", penalty="vlm").cost()


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
