"""Readout errors are inverted without bias, twirled ones divided out."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import ParameterError
from hybridq.measurement import executor, plan
from hybridq.measurement.base import Group
from hybridq.mitigation import ReadoutInversion, TwirledReadout
from hybridq.mitigation.readout import corrected_values
from hybridq.noise.measurement import CorrelatedReadout

HAMILTONIAN = hq.PauliSum.from_labels({"ZZI": 1.0, "IZZ": -0.7, "XXI": 0.5, "ZII": 0.3, "III": 0.2})
CIRCUIT = hq.Circuit(3).ry(0, 0.7).cx(0, 1).ry(2, 1.1).cx(1, 2)
EXACT = CIRCUIT.expectation(HAMILTONIAN)
ASYMMETRIC = hq.NoiseModel(readout=hq.noise.readout(p10=0.02, p01=0.08))


def density(noise, rng):
    return executor(hq.engines.Density(noise, kernels="numpy"), rng)


probabilities = st.floats(0.0, 0.4)


@st.composite
def readouts(draw):
    """Errors of three qubits: two of them together, or each by its own."""
    single = [
        np.array([[1 - a, b], [a, 1 - b]])
        for a, b in draw(st.lists(st.tuples(probabilities, probabilities), min_size=3, max_size=3))
    ]
    if draw(st.booleans()):
        return [CorrelatedReadout(m, (q,)) for q, m in enumerate(single)]
    joint = 0.9 * np.kron(single[1], single[0]) + 0.1 * np.eye(4)[::-1]
    return [CorrelatedReadout(joint, (2, 0)), CorrelatedReadout(single[2], (1,))]


@settings(max_examples=50, deadline=None)
@given(errors=readouts(), label=st.text("IZ", min_size=3, max_size=3))
def test_the_mean_over_the_errors_is_the_product_of_z(errors, label):
    if set(label) == {"I"}:
        return
    group = Group(hq.Circuit(3), hq.PauliSum.from_labels({label: 1.0}), None)
    bits = (np.arange(8)[:, None] >> np.arange(3) & 1).astype(np.uint8)
    if any(np.linalg.svd(np.asarray(e.matrix), compute_uv=False).min() < 0.05 for e in errors):
        return
    values = corrected_values(group, bits, errors)
    for prepared in bits:
        chance = np.ones(8)
        for error in errors:
            places = [
                int(rows @ (1 << np.arange(len(error.qubits))))
                for rows in [*bits[:, list(error.qubits)], prepared[list(error.qubits)]]
            ]
            chance *= np.asarray(error.matrix)[places[:-1], places[-1]]
        sign = np.prod([1 - 2 * int(b) for b, c in zip(prepared, label, strict=True) if c == "Z"])
        assert chance @ values == pytest.approx(sign, abs=1e-9)


def test_inversion_is_unbiased():
    found = plan(HAMILTONIAN, CIRCUIT, shots=40_000)
    result = ReadoutInversion().measure(found, density(ASYMMETRIC, 3), ASYMMETRIC)
    assert abs(result.value - EXACT) < 5 * result.standard_error
    assert abs(result.raw - EXACT) > 5 * result.standard_error
    assert result.label == "unbiased"


def test_a_cut_is_damped_as_the_closed_form_says_and_restored():
    # Flip-symmetric states: ⟨½ΣZZ⟩' = r²⟨½ΣZZ⟩ + ½mδ², r = 1 − p10 − p01, δ = p01 − p10.
    graph = nx.complete_bipartite_graph(3, 3)
    hamiltonian = hq.PauliSum.from_sparse([("ZZ", edge, 0.5) for edge in graph.edges], 6)
    circuit = hq.Circuit(6)
    for qubit in range(6):
        circuit = circuit.h(qubit)
    circuit = circuit.phase(hamiltonian, 1.2).x_mixer(0.4)
    found = plan(hamiltonian, circuit, shots=100_000)
    noise = hq.NoiseModel(readout=hq.noise.readout(p10=0.01, p01=0.04))
    result = ReadoutInversion().measure(found, density(noise, 5), noise)
    exact = circuit.expectation(hamiltonian)
    damped = 0.95**2 * exact + 0.5 * graph.number_of_edges() * 0.03**2
    assert abs(result.raw - damped) < 5 * result.standard_error
    assert abs(result.value - exact) < 5 * result.standard_error


def test_errors_are_calibrated_where_they_are_not_known():
    found = plan(HAMILTONIAN, CIRCUIT, shots=20_000)
    result = ReadoutInversion(calibration_shots=50_000).measure(found, density(ASYMMETRIC, 9))
    assert abs(result.value - EXACT) < 6 * result.standard_error
    assert result.shots == 120_000


def test_twirls_divide_out_correlated_errors():
    joint = np.full((4, 4), 0.02) + 0.92 * np.eye(4)
    joint[0, 3] += 0.05
    joint[3, 3] -= 0.05
    readout = hq.noise.correlated_readout(joint, (0, 1))
    noise = hq.NoiseModel(readout=[readout, hq.noise.readout(p10=0.01, p01=0.05)])
    found = plan(HAMILTONIAN, CIRCUIT, shots=40_000)
    result = TwirledReadout(twirls=64).measure(found, density(noise, 3), rng=4)
    assert abs(result.value - EXACT) < 5 * result.standard_error
    assert result.standard_error < 0.05
    assert result.label == "biased"


def test_bits_that_say_nothing_are_refused():
    useless = hq.NoiseModel(readout=hq.noise.readout(p10=0.5, p01=0.5))
    found = plan(HAMILTONIAN, CIRCUIT, shots=100)
    with pytest.raises(ParameterError, match="cannot be inverted"):
        ReadoutInversion().measure(found, density(useless, 1), useless)
    with pytest.raises(ParameterError, match="use more calibration shots"):
        TwirledReadout(twirls=4, calibration_shots=200).measure(found, density(useless, 1), rng=1)
