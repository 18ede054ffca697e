"""Max-SAT: clauses against truth tables, published instances, hard clauses, parity."""

from __future__ import annotations

from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import CapacityError, HybridqError, ProblemError
from hybridq.problems.formats import parse
from hybridq.problems.instance_data import ClauseData
from hybridq.testing import check_problem

FOLDER = Path(__file__).parents[2] / "problems" / "max_sat"


def _rows(n: int) -> np.ndarray:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


def _holds(clause, truth, parity=False) -> bool:
    """Return whether a clause holds, literal by literal."""
    literals = [truth[v] if v > 0 else not truth[-v] for v in clause]
    return sum(literals) % 2 == 1 if parity else any(literals)


JULIQAOA = [[2, -1, -4], [-4, 5, -2], [6, 5, 4], [-3, -4, 2], [3, -6, -5]]


def test_the_instance_of_juliqaoas_tests() -> None:
    """Its tests state x = 011011 with 5 clauses and 101000 with 4; the histogram is exhaustive."""
    problem = hq.MaxSAT(JULIQAOA)
    assert problem.value("011011") == 5
    assert problem.value("101000") == 4
    energies = problem.cost().energies(_rows(6))
    assert Counter(5 + energies) == {0.0: 29, 1.0: 30, 2.0: 5}
    assert problem.mean_value == 5 * 7 / 8


@pytest.mark.parametrize(
    ("gammas", "betas", "energy", "satisfied"),
    [
        ([0.7], [0.4], 0.242145923970, 0.765786942187),
        ([0.6, 0.9], [0.5, 0.25], 0.182462809948, 0.822998598516),
    ],
)
def test_the_formula_at_fixed_angles(gammas, betas, energy, satisfied) -> None:
    """Values of an independent computation, in exp(+iβX) exp(−iγE)."""
    energies = 5 + hq.MaxSAT(JULIQAOA).cost().energies(_rows(6))
    state = np.full((2,) * 6, 1 / 8, dtype=complex)
    for gamma, beta in zip(gammas, betas, strict=True):
        state = state * np.exp(-1j * gamma * energies).reshape(state.shape)
        for axis in range(6):
            state = np.cos(beta) * state + 1j * np.sin(beta) * np.flip(state, axis)
    weights = np.abs(state.reshape(-1)) ** 2
    assert weights @ energies == pytest.approx(energy, abs=1e-11)
    assert weights[energies == 0].sum() == pytest.approx(satisfied, abs=1e-11)


def test_the_example_of_glover() -> None:
    """Glover, Kochenberger, Du 2019: y = 3 + x1 − 2x4 − x2x3 + x2x4 + 2x3x4, least 1 at 0001."""
    clauses = [
        [1, 2], [1, -2], [-1, 2], [-1, -2], [-1, 3], [-1, -3],
        [2, -3], [2, 4], [-2, 3], [-2, -3], [3, 4], [-3, -4],
    ]  # fmt: skip
    problem = hq.MaxSAT(clauses)
    found = {bits: 12 - problem.value(bits) for bits in product((0, 1), repeat=4)}
    for (x1, x2, x3, x4), value in found.items():
        assert value == 3 + x1 - 2 * x4 - x2 * x3 + x2 * x4 + 2 * x3 * x4
    assert min(found, key=found.__getitem__) == (0, 0, 0, 1)
    assert found[0, 0, 0, 1] == 1
    terms, _ = problem.cost().to_qubo()
    assert terms == {(0,): 1, (3,): -2, (1, 2): -1, (1, 3): 1, (2, 3): 2}


LITERALS = st.integers(1, 4).flatmap(lambda v: st.sampled_from([v, -v]))
CLAUSES = st.lists(LITERALS, min_size=1, max_size=4).map(tuple)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4).map(float), CLAUSES), min_size=1, max_size=6),
    st.lists(CLAUSES, max_size=3),
    st.booleans(),
)
def test_any_formula_agrees_with_its_truth_table(soft, hard, parity) -> None:
    allowed = {}
    for bits in product((False, True), repeat=4):
        truth = dict(enumerate(bits, start=1))
        if all(_holds(clause, truth, parity) for clause in hard):
            allowed[bits] = sum(w for w, clause in soft if _holds(clause, truth, parity))
    data = ClauseData(4, tuple(soft), tuple(hard), parity)
    if not allowed:
        with pytest.raises(ProblemError, match=r"proven|cannot hold|no assignment"):
            hq.MaxSAT(data).cost()
        return
    problem = hq.MaxSAT(data)
    rows = _rows(problem.n_qubits)
    energies = problem.cost().energies(rows)
    for row, truth in zip(rows, problem.variables(rows) == 1, strict=True):
        assert (tuple(truth) in allowed) == (problem.violations(row) == ())
        assert problem.value(row) == allowed.get(tuple(truth), problem.value(row))
        assert problem.cost().energies(row) == pytest.approx(
            problem.penalty_energy(row) - problem.value(row)
        )
    ground = rows[energies <= energies.min() + 1e-9]
    best = max(allowed.values())
    found = {tuple(row == 1) for row in problem.variables(ground)}
    assert found == {bits for bits, value in allowed.items() if value == best}


@pytest.mark.parametrize("parity", [False, True])
def test_it_keeps_the_contract(parity: bool) -> None:
    hard = ((1, -2, 3), (-1, 2))
    check_problem(hq.MaxSAT(ClauseData(4, ((2.0, (1, -4)), (1.5, (2,))), hard, parity)))


def test_hard_unit_clauses_save_qubits() -> None:
    data = ClauseData(4, ((1.0, (2, 3)), (1.0, (-3, -4))), ((1,), (-1, -2), (2, 3, 4)))
    problem = hq.MaxSAT(data)
    assert problem.fixed == {1: 1, 2: 0}
    assert list(problem.labels()) == [3, 4]
    assert problem.answer("10")[0].entries == (1, 3)
    assert any("1 true, 2 false: 2 qubits saved" in str(note) for note in problem.notes)
    assert problem.violations("00") == ("clause 3 (2 ∨ 3 ∨ 4) (by 1)",)
    assert problem.value("10") == 2


def test_a_long_hard_clause_is_one_product() -> None:
    """It excludes one assignment of its variables, and needs no slack."""
    clause = (1, -2, 3, -4, -5, -6, -7, -8)
    problem = hq.MaxSAT(ClauseData(8, ((1.0, (-1,)),), (clause,)))
    assert problem.n_qubits == 8
    assert not problem.confined
    assert (problem.violation_counts(_rows(8)) == 1).sum() == 1


@pytest.mark.parametrize("parity", [False, True])
def test_contradictions_are_proven(parity: bool) -> None:
    with pytest.raises(ProblemError, match="contradicts others: no assignment is feasible"):
        hq.MaxSAT(ClauseData(2, (), ((1,), (-1, 2), (-2, -1), (-2, 1)), parity))
    if parity:
        return
    with pytest.raises(ProblemError, match="contradicts"):
        hq.MaxSAT(ClauseData(2, ((1.0, (1,)),), ((1,), (-1,))))
    text = "c by hand\nh 1 0\nh -1 2 0\n1 1 0\nh -2 0\n"
    with pytest.raises(ProblemError, match=r"hard clause 3 of line 5 \(¬2\) contradicts others"):
        hq.MaxSAT(parse(text, "clauses"))


def test_parity_is_one_product_of_spins() -> None:
    """x1 ⊕ … ⊕ x12 holds for half of all assignments."""
    problem = hq.MaxSAT(ClauseData(12, ((3.0, tuple(range(1, 13))),), parity=True))
    cost = problem.cost()
    assert cost.constant == -1.5 == -problem.mean_value
    assert cost.higher == ((tuple(range(12)), 1.5),)
    assert problem.value("1" + "0" * 11) == 3
    assert problem.value("11" + "0" * 10) == 0


def test_three_regular_xorsat() -> None:
    """A system of equations modulo 2: the kernel of the matrix counts the solutions."""
    rows = [(1, 2, 3), (2, 3, 4), (3, 4, 5), (1, 4, 5)]
    problem = hq.MaxSAT(ClauseData(5, tuple((1.0, row) for row in rows), parity=True))
    energies = problem.cost().energies(_rows(5))
    solutions = [
        bits
        for bits in product((0, 1), repeat=5)
        if all(sum(bits[v - 1] for v in row) % 2 for row in rows)
    ]
    assert (energies == -4).sum() == len(solutions) == 2
    assert all(problem.value(bits) == 4 for bits in solutions)


def test_the_answer_names_what_is_open() -> None:
    problem = hq.MaxSAT([[1, -2], [2], [-1, -2]])
    rows = {row.title: row.entries for row in problem.answer("01")}
    assert rows == {"True": (2,), "False": (1,), "Clauses not satisfied": ("1 ∨ ¬2",)}
    assert problem.most == 3


def test_uf20_01_has_eight_solutions() -> None:
    """SATLIB uf20-01: satisfiable. Solutions are counted over all 2^20 assignments."""
    lines = (FOLDER / "uf20-01.cnf").read_text(encoding="utf-8").splitlines()
    clauses = [[int(v) for v in line.split()[:-1]] for line in lines if line[0] not in "cp%0"]
    assert (len(clauses), {len(clause) for clause in clauses}) == (91, {3})
    states = np.arange(1 << 20)
    good = np.ones(1 << 20, dtype=bool)
    for clause in clauses:
        good &= np.any([(states >> (abs(v) - 1) & 1) == (v > 0) for v in clause], axis=0)
    solutions = np.flatnonzero(good)
    assert len(solutions) == 8
    problem = hq.MaxSAT(clauses)
    rows = (solutions[:, np.newaxis] >> np.arange(20) & 1).astype(np.uint8)
    assert (problem.values(rows) == 91).all()
    assert problem.cost().energies(rows) == pytest.approx(-91)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (ClauseData(2, ()), "0 clauses"),
        (ClauseData(0, ((1.0, ()),)), "0 variables"),
        (ClauseData(2, ((1.0, (1, 3)),)), "clause 1 has the literal 3: give ±1 to ±2"),
        (ClauseData(2, ((1.0, (0,)),)), "clause 1 has the literal 0"),
        (ClauseData(2, ((-1.0, (1,)),)), "clause 1 has weight -1.0"),
        (ClauseData(2, ((float("nan"), (1,)),)), "clause 1 has weight nan"),
        (ClauseData(2, ((1.0, (1,)),), ((),)), r"hard clause 1 has no literals.*\(proven\)"),
        ([], "a list of clauses"),
        ("12", "a list of clauses"),
        ([1, 2], "a list of clauses"),
        ([[1.5]], "the literal 1.5"),
    ],
)
def test_bad_formulas_are_refused(data, message) -> None:
    with pytest.raises(ProblemError, match=message):
        hq.MaxSAT(data)


def test_a_clause_that_explodes_is_refused() -> None:
    with pytest.raises(CapacityError, match=r"17 literals, and its product up to 2\^17"):
        hq.MaxSAT([list(range(1, 18))])
    with pytest.raises(HybridqError):
        hq.MaxSAT([[True]])
    with pytest.raises(CapacityError, match="limit is 10"):
        hq.MaxSAT(ClauseData(11, (), (tuple(range(1, 12)),), parity=True))
