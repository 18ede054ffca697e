"""Knapsack: published optima, treatments of the capacity, brute force."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import ProblemError
from hybridq.testing import check_problem


def _rows(n: int) -> np.ndarray:
    return (np.arange(1 << n)[:, np.newaxis] >> np.arange(n) & 1).astype(np.uint8)


# Burkardt, KNAPSACK_01 (people.sc.fsu.edu): weights, values, capacity, optimum.
BURKARDT = {
    "p01": (
        (23, 31, 29, 44, 53, 38, 63, 85, 89, 82),
        (92, 57, 49, 68, 60, 43, 67, 84, 87, 72),
        165, 309, "1111010000",
    ),
    "p02": ((12, 7, 11, 8, 9), (24, 13, 23, 15, 16), 26, 51, "01110"),
    "p03": ((56, 59, 80, 64, 75, 17), (50, 50, 64, 46, 50, 5), 190, 150, "110010"),
    "p04": ((31, 10, 20, 19, 4, 3, 6), (70, 20, 39, 37, 7, 5, 10), 50, 107, "1001000"),
    "p05": (
        (25, 35, 45, 5, 25, 3, 2, 2), (350, 400, 450, 20, 70, 8, 5, 5), 104, 900, "10111011",
    ),
    "p06": (
        (41, 50, 49, 59, 55, 57, 60), (442, 525, 511, 593, 546, 564, 617), 170, 1735, "0101001",
    ),
    "p07": (
        (70, 73, 77, 80, 82, 87, 90, 94, 98, 106, 110, 113, 115, 118, 120),
        (135, 139, 149, 150, 156, 163, 173, 184, 192, 201, 210, 214, 221, 229, 240),
        750, 1458, "101010111000011",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BURKARDT)
def test_the_optima_of_burkardt_are_unique(name: str) -> None:
    weights, values, capacity, optimum, packed = BURKARDT[name]
    problem = hq.Knapsack(values, weights, capacity)
    rows = _rows(problem.n_qubits)
    fits = rows @ np.array(weights) <= capacity
    worth = rows @ np.array(values)
    assert worth[fits].max() == optimum
    assert (worth[fits] == optimum).sum() == 1
    assert problem.value(packed) == optimum
    assert problem.violations(packed) == ()
    assert (problem.values(rows) == worth).all()
    assert ((problem.violation_counts(rows) == 0) == fits).all()


@pytest.mark.parametrize("name", ["p02", "p03", "p04"])
@pytest.mark.parametrize("inequalities", ["slack", "indicator", "hinge"])
def test_every_exact_treatment_has_the_optimum_as_ground_state(name, inequalities) -> None:
    weights, values, capacity, optimum, packed = BURKARDT[name]
    problem = hq.Knapsack(values, weights, capacity, inequalities=inequalities)
    rows = _rows(problem.n_qubits)
    energies = problem.cost().energies(rows)
    ground = rows[energies <= energies.min() + 1e-9]
    assert {"".join(map(str, row)) for row in problem.variables(ground).tolist()} == {packed}
    assert energies.min() == pytest.approx(-optimum)
    slack = int(capacity).bit_length() if inequalities == "slack" else 0
    assert problem.n_qubits == len(weights) + slack


def test_unbalanced_penalties_are_infeasible_for_five_of_six() -> None:
    """With λ = (0.96, 0.0371), of their paper's instance, for p01 to p06 of Burkardt."""
    infeasible = 0
    for name in list(BURKARDT)[:6]:
        weights, values, capacity, *_ = BURKARDT[name]
        problem = hq.Knapsack(values, weights, capacity, inequalities="unbalanced")
        rows = _rows(problem.n_qubits)
        ground = rows[problem.cost().energies(rows).argmin()]
        infeasible += bool(ground @ np.array(weights) > capacity)
        assert any("heuristic" in str(note) for note in problem.notes)
    assert infeasible == 5


def test_the_example_of_pennylane() -> None:
    """Published optimum 71 at 11001; sixteen feasible packings; 10 qubits with slack."""
    data = ([8, 47, 10, 5, 16], [3, 11, 14, 19, 5], 26)
    problem = hq.Knapsack(*data)
    rows = _rows(5)
    feasible = problem.violation_counts(rows) == 0
    assert feasible.sum() == 16
    assert problem.values(rows)[feasible].max() == 71 == problem.value("11001")
    assert hq.Knapsack(*data, inequalities="slack").n_qubits == 10
    unbalanced = hq.Knapsack(*data, inequalities="unbalanced")
    ground = rows[unbalanced.cost().energies(rows).argmin()]
    assert "".join(map(str, ground)) == "11001"  # their λ suffices for their instance
    assert problem.answer("11001")[1].entries == ("19 of 26",)


def test_the_quadratic_knapsack_of_glover() -> None:
    """Glover, Kochenberger, Du 2019, section 5.6: 28 at 1011."""
    profits = np.zeros((4, 4))
    for i, j, value in ((0, 1, 8), (0, 2, 6), (0, 3, 10), (1, 2, 2), (1, 3, 6), (2, 3, 4)):
        profits[i, j] = value
    problem = hq.Knapsack([2, 5, 2, 4], [8, 6, 5, 3], 16, profits, inequalities="indicator")
    rows = _rows(4)
    energies = problem.cost().energies(rows)
    assert energies.min() == pytest.approx(-28)
    assert rows[energies.argmin()].tolist() == [1, 0, 1, 1]
    assert problem.describe()["pairs_with_profit"] == 6


NUMBERS = st.lists(st.integers(0, 9), min_size=5, max_size=5)


@settings(max_examples=40, deadline=None)
@given(NUMBERS, NUMBERS, NUMBERS, st.integers(0, 25), st.integers(0, 25), st.booleans())
def test_two_capacities_agree_with_brute_force(values, first, second, one, two, reduce) -> None:
    problem = hq.Knapsack(
        values, [first, second], [one, two], reduce=reduce, inequalities="indicator"
    )
    feasible = {}
    for bits in product((0, 1), repeat=5):
        loads = [sum(w for w, bit in zip(row, bits, strict=True) if bit) for row in (first, second)]
        if loads[0] <= one and loads[1] <= two:
            feasible[bits] = sum(v for v, bit in zip(values, bits, strict=True) if bit)
    rows = _rows(problem.n_qubits)
    energies = problem.cost().energies(rows)
    ground = problem.variables(rows[energies <= energies.min() + 1e-9])
    best = {bits for bits, value in feasible.items() if value == max(feasible.values())}
    found = {tuple(row) for row in ground.tolist()}
    assert found <= best
    if not reduce or not len(problem.heavy):
        assert found == best
    for row, bits in zip(rows, problem.variables(rows).tolist(), strict=True):
        assert (problem.violations(row) == ()) == (tuple(bits) in feasible)


def test_items_that_never_fit_save_qubits() -> None:
    problem = hq.Knapsack([9, 1, 2], [30, 2, 3], 4)
    check_problem(problem)
    assert list(problem.labels()) == ["item 1", "item 2"]
    assert str(problem.notes[0]).endswith("item 0: 2 qubits instead of 3")
    assert hq.Knapsack([9, 1, 2], [30, 2, 3], 4, reduce=False).n_qubits == 3
    empty = hq.Knapsack([9, 1], [30, 20], 4)
    assert any("stays empty" in str(note) for note in empty.notes)
    assert empty.value("0") == 0


def test_a_capacity_that_holds_everything_is_left_out() -> None:
    problem = hq.Knapsack([1, 2], [3, 4], 7)
    assert problem.space is None
    assert any("every assignment meets capacity" in str(note) for note in problem.notes)


@pytest.mark.parametrize("inequalities", ["feasible", "indicator", "hinge"])
def test_it_keeps_the_contract(inequalities: str) -> None:
    check_problem(hq.Knapsack([4, 3, 5, 1], [3, 2, 4, 1], 6, inequalities=inequalities))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (([], [], 1), "nothing to pack"),
        (([1, 2], [1], 3), "need weights of shape"),
        (([1], [1], -1), "capacity must not be negative, got -1"),
        (([1], [-2], 1), "weights must not be negative, got -2"),
        (([math.nan], [1], 1), "values must be finite"),
        (([1], [1], math.inf), "capacity must be finite"),
        (([1], ["x"], 1), "weights must be an array of real numbers"),
        (([1, 2], [1, 2], 3, [[1]]), "profits must have shape"),
        (([1, 2], [1, 2], [3, 4]), "need weights of shape"),
    ],
)
def test_bad_items_are_refused(data, message) -> None:
    with pytest.raises(ProblemError, match=message):
        hq.Knapsack(*data)


# Angles that minimize the energy, from searches with dense states made without hybridq; shares of
# the optimum from the survey of encoders, section 3.6.
TREATMENTS = [
    ("unbalanced", "exact", [-0.04573172186916067, -0.6743845008127131], 0.176),
    ("unbalanced", "exact", [-0.028223716825599057, -0.048542314767102364,
                             -0.7845734003980941, -0.39125383251309565], 0.276),
    ("hinge", 5.0, [-2.494712910691775, 0.592292911187513], 0.008),
    ("hinge", 5.0, [0.02341592885688209, 0.03531185331465149,
                    0.6624696686507361, 0.47312557225071555], 0.294),
    ("hinge", 5.0, [-0.015540660801683467, -0.02826268822369625, -0.03332794493440205,
                    -0.6420015331565849, -0.4809663123963191, -0.2705036996849303], 0.348),
    ("indicator", 48.0, [0.24733733146993672, -0.7853981656018181], 0.023),
    ("feasible", "exact", [0.0407489719428836, 1.8948175798420377], 0.232),
    ("feasible", "exact", [0.03146902676618071, 0.055719056040773714,
                           -3.8569137778771663, 1.2908551262934151], 0.365),
]  # fmt: skip


@pytest.mark.parametrize(("inequalities", "penalty", "angles", "share"), TREATMENTS)
def test_shares_of_the_optimum_at_optimized_angles(inequalities, penalty, angles, share) -> None:
    values, weights, capacity = [8, 47, 10, 5, 16], [3, 11, 14, 19, 5], 26
    problem = hq.Knapsack(values, weights, capacity, inequalities=inequalities, penalty=penalty)
    mixer = "grover" if inequalities == "feasible" else "x"
    objective = hq.Expectation(hq.QAOA(problem, len(angles) // 2, mixer=mixer), problem)
    _, gradient = objective.value_and_gradient(angles)
    assert np.abs(gradient).max() < 1e-2  # a stationary point
    found = np.abs(objective.state(angles)[0b10011]) ** 2  # 11001, qubit 0 first
    assert found == pytest.approx(share, abs=6e-4)
