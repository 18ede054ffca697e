"""Cancellation, bounds and selection against the density engine; the contract of all."""

from itertools import product
from math import prod
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.circuits.instructions import Gate
from hybridq.core.errors import MissingExtraError, ParameterError
from hybridq.measurement import GROUPINGS, executor, plan
from hybridq.mitigation import (
    MITIGATIONS,
    CVaRBounds,
    ErrorCancellation,
    Label,
    PostSelection,
)
from hybridq.mitigation.cvar_bounds import tail_mean
from hybridq.mitigation.post_selection import keeps_electrons
from hybridq.mitigation.quasi import INSERTED, inverse_probabilities, no_error, slots
from hybridq.noise.base import paulis, transfer_matrix

H2 = hq.Molecule.from_fcidump(
    Path(__file__).parents[2] / "problems" / "molecules" / "h2_sto3g.fcidump"
)
STATE = hq.Circuit(4).ry(0, 0.2).cx(0, 1).x(0).cx(0, 2).cx(1, 3)
NOISE = hq.NoiseModel(
    one_qubit=hq.noise.depolarizing(0.002),
    two_qubit=hq.noise.depolarizing(0.02),
    readout=hq.noise.readout(p10=0.01, p01=0.03),
)


def density(noise, rng):
    return executor(hq.engines.Density(noise, kernels="numpy"), rng)


@st.composite
def pauli_chances(draw):
    n = draw(st.sampled_from([1, 2]))
    weights = np.array(draw(st.lists(st.floats(0, 1), min_size=4**n - 1, max_size=4**n - 1)))
    errors = 0.2 * weights / max(weights.sum(), 1.0)
    return np.concatenate([[1 - errors.sum()], errors])


@settings(max_examples=30, deadline=None)
@given(chances=pauli_chances())
def test_quasi_probabilities_undo_a_channel(chances):
    products = paulis((len(chances).bit_length() - 1) // 2)
    forward = transfer_matrix(np.sqrt(chances)[:, None, None] * products)
    inverse = inverse_probabilities(chances)
    backward = sum(q * transfer_matrix(p[None]) for q, p in zip(inverse, products, strict=True))
    np.testing.assert_allclose(backward @ forward, np.eye(len(chances)), atol=1e-10)
    assert inverse.sum() == pytest.approx(1.0)


@pytest.mark.parametrize(("n", "gamma"), [(1, (1 + 0.005) / 0.99), (2, (1 + 0.00875) / 0.99)])
def test_depolarizing_noise_costs_its_closed_form(n, gamma):
    chances = hq.noise.depolarizing(0.01).pauli_probabilities(n)
    assert np.abs(inverse_probabilities(chances)).sum() == pytest.approx(gamma)


def test_cancellation_is_exact_over_all_draws():
    noise = hq.NoiseModel(
        one_qubit=hq.noise.depolarizing(0.1), two_qubit=hq.noise.pauli({"XZ": 0.2})
    )
    circuit = hq.Circuit(2).ry(0, 0.8).cx(0, 1)
    observable = hq.PauliSum.from_labels({"ZZ": 1.0, "XX": 0.5, "ZI": 0.3})
    total = 0.0
    places = slots(circuit, noise)
    for chosen in product(*(range(len(place.inverse)) for place in places)):
        gates = []
        for k, place in zip(chosen, places, strict=True):
            gates.append(place.gate)
            gates += [Gate(INSERTED[k >> 2 * i & 3], (q,)) for i, q in enumerate(place.gate.qubits)]
        weight = prod(float(p.inverse[k]) for k, p in zip(chosen, places, strict=True))
        engine = hq.engines.Density(noise, kernels="numpy")
        total += weight * engine.bind(hq.Circuit(2, tuple(gates)), observable).expectation([])
    assert total == pytest.approx(circuit.expectation(observable), abs=1e-10)


def test_cancellation_is_unbiased():
    found = plan(H2, STATE, grouping="fully-commuting", shots=20_000)
    result = ErrorCancellation(draws=1000).measure(found, density(NOISE, 3), NOISE, rng=4)
    exact = STATE.expectation(H2.hamiltonian)
    noisy = hq.engines.Density(NOISE, kernels="numpy").bind(STATE, H2.hamiltonian).expectation([])
    assert abs(result.value - exact) < 5 * result.standard_error
    assert abs(noisy - exact) > 3 * result.standard_error
    assert result.label == "unbiased"


def test_cancellation_tells_its_cost_and_refuses_a_large_one():
    found = plan(H2, STATE, grouping="qubit-wise", shots=2_000)
    cost = ErrorCancellation(draws=20).cost(found, NOISE)
    assert cost.circuits == 20 * len(found.groups)
    assert 1.0 < cost.overhead < 2.0
    strong = hq.NoiseModel(two_qubit=hq.noise.depolarizing(0.4))
    with pytest.raises(ParameterError, match="γ² ="):
        ErrorCancellation().cost(found, strong)


@pytest.mark.parametrize(
    "noise",
    [
        hq.NoiseModel(one_qubit=hq.noise.amplitude_damping(0.1)),
        hq.NoiseModel(two_qubit=hq.noise.over_rotation(relative=0.1)),
        hq.NoiseModel(
            two_qubit=hq.noise.depolarizing(0.1),
            rules=[hq.noise.rule(hq.noise.depolarizing(0.1), gates=["x"])],
        ),
    ],
)
def test_cancellation_refuses_noise_that_it_would_not_undo(noise):
    circuit = hq.Circuit(2).h(0).cx(0, 1).rzz(0, 1, 0.3)
    with pytest.raises(ParameterError, match="noise"):
        slots(circuit, noise)


EDGES = {
    6: "01 04 03 12 15 24 23 35 45",
    8: "01 04 03 14 17 23 26 25 37 46 57 56",
    10: "04 06 08 12 17 16 26 28 34 39 35 48 57 59 79",
}


def cut_circuit(n, edges, beta):
    """One layer of QAOA in CX and RZ: γ = 0.6."""
    circuit = hq.Circuit(n)
    for qubit in range(n):
        circuit = circuit.h(qubit)
    for u, v in edges:
        circuit = circuit.cx(u, v).rz(v, 0.6).cx(u, v)
    for qubit in range(n):
        circuit = circuit.rx(qubit, 2 * beta)
    return circuit


@pytest.mark.parametrize(
    ("n", "beta", "alpha", "ideal", "noisy", "low", "high"),
    [
        (6, 0.4, 0.83085, 1.730063, 1.586632, 0.993524, 2.103769),
        (8, 0.4, 0.78109, 2.642025, 2.414047, 1.603308, 3.044011),
        (10, 0.4, 0.73430, 3.553986, 3.240465, 2.343925, 4.233836),
        (10, -0.4, 0.73430, -2.212892, -2.047844, -2.771597, -1.457131),
    ],
)
def test_bounds_are_those_of_the_exact_distribution(n, beta, alpha, ideal, noisy, low, high):
    # By an independent dense simulation; α = (1 − 15λ₂/16)^{2m} (1 − 3λ₁/4)^{2n+m}.
    noise = hq.NoiseModel(
        one_qubit=hq.noise.depolarizing(0.001), two_qubit=hq.noise.depolarizing(0.01)
    )
    edges = [(int(u), int(v)) for u, v in EDGES[n].split()]
    circuit = cut_circuit(n, edges, beta)
    hamiltonian = hq.PauliSum.from_sparse([("ZZ", edge, 0.5) for edge in edges], n)
    found = no_error(circuit, noise)
    assert found == pytest.approx(alpha, abs=1e-5)
    engine = hq.engines.Density(noise).bind(circuit, hamiltonian)
    counts = np.round(engine.probabilities([]) * 4_000_000).astype(int)
    values = np.repeat(engine.energies(), counts)
    assert values.mean() == pytest.approx(noisy, abs=2e-4)
    assert tail_mean(values, found)[0] == pytest.approx(low, abs=2e-4)
    assert -tail_mean(-values, found)[0] == pytest.approx(high, abs=2e-4)
    assert circuit.expectation(hamiltonian) == pytest.approx(ideal, abs=1e-6)


def test_bounds_hold_with_readout_errors():
    found = plan(H2, STATE, grouping="qubit-wise", shots=10_000)
    result = CVaRBounds().measure(found, density(NOISE, 5), NOISE)
    low, high = result.bounds
    assert low < STATE.expectation(H2.hamiltonian) < high
    assert low < result.value < high
    assert result.label == "bounded"


def test_the_error_of_a_tail_mean_is_that_of_repetitions():
    rng = np.random.default_rng(2)
    found = [tail_mean(rng.normal(size=1000), 0.3) for _ in range(400)]
    spread = np.std([value for value, _ in found], ddof=1)
    assert np.mean([error for _, error in found]) == pytest.approx(spread, rel=0.2)


def test_selected_shots_have_the_right_electrons():
    found = plan(H2, STATE, grouping="basis-rotation", shots=20_000)
    exact = STATE.expectation(H2.hamiltonian)
    result = PostSelection(particles=(1, 1)).measure(found, density(NOISE, 3))
    assert abs(result.value - exact) < abs(result.raw - exact)
    assert 0.5 < result.facts["kept_share"] < 1.0
    with pytest.raises(ParameterError, match="0 α and 2 β electrons"):
        PostSelection(particles=(0, 2)).measure(
            plan(H2, STATE, grouping="basis-rotation", shots=200), density(hq.NoiseModel(), 3)
        )


def test_rotations_of_orbitals_alone_keep_the_electrons():
    for name in GROUPINGS:
        kept = [keeps_electrons(g.rotation) for g in plan(H2, grouping=name, shots=100).groups]
        assert all(kept) if name == "basis-rotation" else not all(kept)


def test_draws_that_share_an_execution_share_its_shots_at_random():
    """Without noise all draws are one circuit; simulators sort their shots."""
    found = plan(hq.PauliSum.from_labels({"ZZ": 1.0}), hq.Circuit(2).h(0).h(1), shots=2_000)
    result = ErrorCancellation(draws=10).measure(
        found, density(hq.NoiseModel(), 3), hq.NoiseModel(), rng=4
    )
    assert 0.3 < result.standard_error * np.sqrt(2_000) < 2.0  # of ten draws, for 1


@pytest.mark.parametrize("name", MITIGATIONS)
def test_a_mitigation_costs_what_it_says_and_labels_its_value(name):
    options = {"post-selection": {"particles": (1, 1)}, "pec": {"draws": 20}}.get(name, {})
    mitigation = MITIGATIONS[name](**options)
    try:
        mitigation.prepare()
    except MissingExtraError as error:
        pytest.skip(str(error))
    found = plan(H2, STATE, grouping="basis-rotation", shots=6_000, noise=NOISE)
    spent = []

    def execute(circuits, shots):
        spent.extend(shots)
        return density(NOISE, len(spent))(circuits, shots)

    cost = mitigation.cost(found, NOISE)
    result = mitigation.measure(found, execute, NOISE, rng=1)
    assert sum(spent) == result.shots == cost.shots
    assert len(spent) == result.circuits
    assert result.circuits == cost.circuits or (name == "pec" and result.circuits < cost.circuits)
    assert result.label == mitigation.label
    assert isinstance(result.label, Label)
    assert result.method == name
    assert result.standard_error > 0
    assert abs(result.value - STATE.expectation(H2.hamiltonian)) < 0.2


@pytest.mark.parametrize("name", MITIGATIONS)
def test_a_mitigation_needs_the_circuit(name):
    found = plan(H2, STATE.state(), grouping="basis-rotation", shots=100)
    with pytest.raises(ParameterError, match="does not know the circuit"):
        MITIGATIONS[name]().measure(found, density(NOISE, 1), NOISE)
