"""Functions of the distribution: any weights on the basis states, gradients included."""

import numpy as np
import pytest

from hybridq.ansatz.qaoa import QAOA
from hybridq.core.errors import DimensionError, EngineError
from hybridq.engines.choose import choose_engine
from hybridq.operators import PauliSum
from tests.helpers import slow_twin


@pytest.mark.parametrize("name", ["diagonal", "statevector"])
@pytest.mark.parametrize(
    ("n", "fields", "order"), [(4, True, 2), (7, False, 2), (6, True, 3), (14, False, 2)]
)
def test_values_and_gradients_of_weights_agree_with_the_state(name, n, fields, order):
    ising = slow_twin.random_ising(n, n, fields=fields, order=order, density=0.4)
    hamiltonian = ising.to_pauli_sum()
    engine = choose_engine(QAOA(hamiltonian, 2).circuit, hamiltonian, engine=name)
    x = np.array([0.4, -0.3, 1.1, 0.5])  # the third angle flips all bits inside the engine
    energies, probabilities = engine.energies(), engine.probabilities(x)
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-12)
    assert probabilities @ energies == pytest.approx(engine.expectation(x), abs=1e-11)
    state = slow_twin.qaoa_state(hamiltonian.diagonal(), x)
    low = energies < np.median(energies)
    # The cost tells the states apart, also where only half of them are listed.
    expected = np.abs(state[hamiltonian.diagonal() < np.median(energies)]) ** 2
    assert probabilities[low].sum() == pytest.approx(expected.sum(), abs=1e-11)
    weights = np.cos(3.0 * energies)
    value, gradient = engine.weighted_expectation(x, weights)
    assert value == pytest.approx(np.abs(state) ** 2 @ np.cos(3.0 * hamiltonian.diagonal()))
    step = 1e-5 * np.eye(4)
    slopes = [
        (engine.probabilities(x + d) - engine.probabilities(x - d)) @ weights / 2e-5 for d in step
    ]
    np.testing.assert_allclose(gradient, slopes, atol=1e-7)
    # The engine's own cost is as it was.
    assert engine.expectation_and_gradient(x)[0] == pytest.approx(probabilities @ energies)


def test_refusals():
    hamiltonian = PauliSum.from_labels({"ZZ": 1.0})
    engine = choose_engine(QAOA(hamiltonian, 1).circuit, hamiltonian)
    with pytest.raises(DimensionError, match="one for each of 2 states"):
        engine.weighted_expectation([0.1, 0.2], [1.0, 2.0, 3.0])
    other = choose_engine(QAOA(hamiltonian, 1).circuit, PauliSum.from_labels({"XZ": 1.0}))
    with pytest.raises(EngineError, match="not diagonal"):
        other.energies()
