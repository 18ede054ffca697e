"""Advice on a poor energy holds: whoever follows it reaches a lower one."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

import hybridq as hq
from hybridq.operators import spin_models
from hybridq.solver.advice import with_advice
from hybridq.strategies.resolve import resolve_problem
from tests.helpers.energy_samples import PROBLEMS, triplet_below


def advised(problem: Any, **options: Any) -> hq.Result:
    """Solve and look for advice, as the command line does."""
    subject = resolve_problem(problem)
    result = hq.solve(subject, rng=1, **options)

    def again(**other: Any) -> hq.Result:
        return hq.solve(subject, rng=1, **{**options, **other})

    return with_advice(result, subject, again, partial(hq.excited_states, subject, rng=1))


def stretched(n: int) -> hq.Molecule:
    return hq.Molecule.from_fcidump(PROBLEMS / f"molecules/h{n}_sto3g.fcidump")


CASES: dict[str, tuple[Any, dict[str, Any]]] = {
    "few layers": (spin_models.heisenberg(6, periodic=True), {"layers": 1}),
    "another ansatz": (spin_models.heisenberg(6), {"ansatz": "hardware-efficient", "layers": 1}),
    "few products": (stretched(6), {"ansatz": "k-upccgsd"}),
    "one product": (stretched(6), {}),
    "an early end": (stretched(6), {"ansatz": "adapt", "gradient_tolerance": 0.3}),
}


SLOW = {"an early end"}  # six seconds


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=pytest.mark.slow if name in SLOW else ()) for name in CASES],
)
def test_advice_reaches_a_lower_energy(name):
    problem, options = CASES[name]
    result = advised(problem, **options)
    advice = result.energy.advice
    assert advice is not None
    followed = hq.solve(problem, rng=1, **{**options, **advice.options})
    assert followed.expectation < result.expectation - 0.05 * result.energy.error


def test_a_deeper_circuit_is_not_advised_where_it_reaches_no_lower():
    # From alternating spins the evolutions of a Heisenberg chain keep the share of each total spin.
    chain, options = spin_models.heisenberg(4), {"ansatz": "hva", "reference": "0101"}
    result = advised(chain, **options)
    deep = hq.solve(chain, rng=1, layers=20, **options)
    assert deep.expectation == pytest.approx(result.expectation, abs=1e-6)
    assert result.energy.error > 1.0
    assert result.energy.advice is None


def test_states_of_another_spin_are_advised_where_they_are_found():
    result = advised(triplet_below())
    assert result.energy.other_spin
    assert result.energy.advice.options == {"excited": 3}
    # By hand: gap + J - K = 0.4 hartree.
    assert hq.excited_states(triplet_below(), 3, rng=1).energies[0] == pytest.approx(0.4)
    assert result.energy.advice.reached == pytest.approx(0.4)


def test_nothing_is_tried_where_the_energy_is_good():
    problem = resolve_problem(spin_models.tfim(4))
    good = hq.solve(problem, rng=1, layers=4)

    def fail(*_: Any, **__: Any) -> Any:
        raise AssertionError("a trial was made")

    assert with_advice(good, problem, fail, fail) is good
