"""The trajectories engine: unbiased against the density engine, exact strata, refusals."""

import math
from collections import Counter
from dataclasses import replace
from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import CapacityError, ParameterError
from hybridq.engines import Density, Trajectories
from hybridq.engines.noisy_gates import noisy_gates
from hybridq.engines.trajectories.program import plan_of
from hybridq.engines.trajectories.records import at_least, conditioned, sites_of, stratified
from tests.engines.test_density_engine import DIAGONAL, OBSERVABLE, POINT, published, qaoa_of

N = hq.noise


def random_kraus(width):
    """The operators of a random channel that is near the identity."""
    size, rng = 2**width, np.random.default_rng(3)
    tall = 0.2 * (rng.normal(size=(3 * size, size)) + 1j * rng.normal(size=(3 * size, size)))
    tall[:size] += np.eye(size)
    return np.linalg.qr(tall)[0].reshape(3, size, size)


MODEL = hq.NoiseModel(
    one_qubit=[N.depolarizing(0.02), N.phase_damping(0.05)],
    two_qubit=[N.pauli({"XZ": 0.03, "IY": 0.02}), N.depolarizing(0.04)],
    readout=N.readout(0.02, 0.1),
)
CIRCUIT = (
    hq.Circuit(3, parameters=("a", "b"))
    .h(0).cx(0, 1).ry(1, "a").rzz(2, 0, "b").rx(2, hq.Parameter("a") * 0.5 + 0.2)
    .cp(1, 2, "b").h(2).cx(2, 0)
)  # fmt: skip
WEAK = hq.NoiseModel(one_qubit=N.depolarizing(0.001), two_qubit=N.depolarizing(0.01))


@pytest.mark.parametrize("observable", [DIAGONAL, OBSERVABLE])
@pytest.mark.parametrize("trajectories", [60, 400])  # single errors drawn, and enumerated
def test_estimates_are_unbiased_over_the_seed(observable, trajectories):
    exact = Density(MODEL, kernels="numpy").bind(CIRCUIT, observable).expectation(POINT)
    found = [
        Trajectories(MODEL, trajectories=trajectories, rng=seed).bind(CIRCUIT, observable)
        for seed in range(12)
    ]
    estimates = [engine.estimate(POINT) for engine in found]
    mean = np.mean([each.value for each in estimates])
    error = math.sqrt(sum(each.standard_error**2 for each in estimates)) / len(estimates)
    assert abs(mean - exact) < 5 * error
    assert {len(engine._strata.exact) for engine in found} == {
        1 if trajectories == 60 else 1 + 4 * (3 + 1) + 4 * (2 + 15)
    }


@pytest.mark.parametrize(("drawn", "runs", "gain"), [(400, 1, 10), (500, 445, 300)])
def test_exact_strata_shrink_the_variance_of_one_noisy_layer(drawn, runs, gain):
    """A prototype found 20 and 970 times less variance, with 1 and 445 exact runs of n = 8."""
    circuit, observable = qaoa_of(8, published(8), two_cx=True)
    engine = Trajectories(WEAK, trajectories=drawn, rng=3).bind(circuit, observable)
    assert len(engine._strata.exact) == runs
    found = engine.estimate([0.6, 0.4])
    assert abs(found.value - 2.41404671341) < 5 * found.standard_error  # Aer, qulacs, Braket
    sites = sites_of(noisy_gates(circuit, WEAK))
    plain = conditioned(sites, 0, drawn, np.random.default_rng(1))
    values = engine._values(plan_of(engine._blocks, plain), np.array([0.6, 0.4]))
    assert (values.std(ddof=1) / math.sqrt(drawn) / found.standard_error) ** 2 > gain


def test_the_gradient_is_that_of_the_estimate():
    for observable, model in product((DIAGONAL, OBSERVABLE), (MODEL, KRAUS)):
        engine = Trajectories(model, trajectories=150, rng=1).bind(CIRCUIT, observable)
        value, gradient = engine.expectation_and_gradient(POINT)
        assert value == pytest.approx(engine.expectation(POINT), abs=1e-12)
        step = 1e-5
        for k, direction in enumerate(np.eye(2)):
            ends = [engine.expectation(POINT + sign * step * direction) for sign in (1, -1)]
            assert gradient[k] == pytest.approx((ends[0] - ends[1]) / (2 * step), abs=1e-8)


def test_samples_follow_the_exact_distribution():
    chances = Density(MODEL, kernels="numpy").bind(CIRCUIT, DIAGONAL).probabilities(POINT)
    shots, engine = 20000, Trajectories(MODEL).bind(CIRCUIT, DIAGONAL)
    counts = np.bincount(engine.sample(POINT, shots, 5), minlength=8)
    assert (np.abs(counts / shots - chances) < 5 * np.sqrt(chances * (1 - chances) / shots)).all()
    np.testing.assert_array_equal(engine.sample(POINT, 9, 2), engine.sample(POINT, 9, 2))


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**32))
def test_weights_of_all_strata_add_up_to_one(seed):
    sites = sites_of(noisy_gates(CIRCUIT, MODEL))
    for drawn in (5, 400):
        strata = stratified(sites, drawn, np.random.default_rng(seed))
        assert strata.weights.sum() + strata.rest == pytest.approx(1, abs=1e-12)
        least = 2 if len(strata.exact) > 1 else 1
        assert min(map(len, strata.drawn)) >= least
        assert len(strata.drawn) == drawn


def test_conditioned_records_have_the_conditional_number_of_errors():
    """Against the distribution of the number of errors by a product of polynomials."""
    sites = sites_of(noisy_gates(CIRCUIT, MODEL))
    exact = np.ones(1)
    for site in sites:
        exact = np.convolve(exact, [1 - site.error, site.error])
    assert at_least(sites, 2)[0, 2] == pytest.approx(exact[2:].sum(), abs=1e-12)
    count = 4000
    found = Counter(map(len, conditioned(sites, 2, count, np.random.default_rng(4))))
    for errors in (2, 3, 4):
        chance = exact[errors] / exact[2:].sum()
        assert abs(found[errors] / count - chance) < 5 * math.sqrt(chance * (1 - chance) / count)


def test_without_noise_one_run_is_exact():
    engine = Trajectories().bind(CIRCUIT, OBSERVABLE)
    perfect = Density(kernels="numpy").bind(CIRCUIT, OBSERVABLE).expectation(POINT)
    assert engine.estimate(POINT) == (pytest.approx(perfect, abs=1e-12), 0.0)


def test_certain_errors_are_part_of_every_record():
    model = hq.NoiseModel(one_qubit=N.pauli({"X": 1.0}))
    z = hq.PauliSum.from_labels({"Z": 1.0})
    engine = Trajectories(model, trajectories=3).bind(hq.Circuit(1).id(0).id(0).id(0), z)
    assert engine.estimate([]) == (pytest.approx(-1.0), 0.0)
    assert set(engine.sample([], 10, 1)) == {1}


def test_a_search_with_noise_runs_to_its_end():
    result = hq.solve(
        hq.MaxCut(nx.cycle_graph(4)), p=1, engine=Trajectories(WEAK, trajectories=50), rng=1
    )
    assert result.engine.noise == WEAK.describe()
    assert 2.5 < result.expectation < 3.0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Trajectories(0.1), "noise must be a NoiseModel"),
        (lambda: Trajectories(trajectories=0), "trajectories must be an integer >= 1"),
        (lambda: Trajectories(rng=-1), "rng must be an integer >= 0"),
    ],
)
def test_options_of_another_form_are_refused(make, words):
    with pytest.raises(ParameterError) as refusal:
        make()
    assert words in str(refusal.value)


KRAUS = hq.NoiseModel(
    one_qubit=[N.amplitude_damping(0.15, 0.2), N.depolarizing(0.03)],
    two_qubit=[
        N.qubitwise([N.thermal_relaxation(50, 60, 9), N.amplitude_damping(0.2)]),
        N.kraus(random_kraus(2)),
    ],
    readout=N.readout(0.02, 0.1),
)


@pytest.mark.parametrize("observable", [DIAGONAL, OBSERVABLE])
@pytest.mark.parametrize("trajectories", [300, 3000])  # single errors drawn, and enumerated
def test_estimates_with_errors_other_than_paulis_are_unbiased(observable, trajectories):
    exact = Density(KRAUS, kernels="numpy").bind(CIRCUIT, observable).expectation(POINT)
    estimates = [
        Trajectories(KRAUS, trajectories=trajectories, rng=seed)
        .bind(CIRCUIT, observable)
        .estimate(POINT)
        for seed in range(8)
    ]
    mean = np.mean([each.value for each in estimates])
    error = math.sqrt(sum(each.standard_error**2 for each in estimates)) / len(estimates)
    assert 0 < error < 0.2
    assert abs(mean - exact) < 5 * error


def test_samples_with_quantum_jumps_follow_the_exact_distribution():
    chances = Density(KRAUS, kernels="numpy").bind(CIRCUIT, DIAGONAL).probabilities(POINT)
    shots, engine = 6000, Trajectories(KRAUS).bind(CIRCUIT, DIAGONAL)
    counts = np.bincount(engine.sample(POINT, shots, 5), minlength=8)
    assert (np.abs(counts / shots - chances) < 5 * np.sqrt(chances * (1 - chances) / shots)).all()
    np.testing.assert_array_equal(engine.sample(POINT, 9, 2), engine.sample(POINT, 9, 2))


def test_decay_by_jumps_alone_is_that_of_amplitude_damping():
    model = hq.NoiseModel(one_qubit=N.amplitude_damping(0.3), rules=[N.rule(None, gates="x")])
    engine = Trajectories(model, trajectories=1).bind(
        hq.Circuit(1).x(0).id(0), hq.PauliSum.from_labels({"Z": 1.0})
    )
    assert engine.estimate([]) == (pytest.approx(1 - 2 * 0.7, abs=1e-12), 0.0)
    shots = 4000
    assert abs(engine.sample([], shots, 1).mean() - 0.7) < 5 * math.sqrt(0.21 / shots)


def test_a_channel_of_one_unitary_is_a_gate():
    turn = N.kraus([np.diag([1, np.exp(0.6j)])])
    model = hq.NoiseModel(one_qubit=[turn, N.depolarizing(0.1)])
    circuit, x = hq.Circuit(1).h(0).h(0), hq.PauliSum.from_labels({"Z": 1.0})
    exact = Density(model, kernels="numpy").bind(circuit, x).expectation([])
    engine = Trajectories(model, trajectories=400, rng=2).bind(circuit, x)
    assert exact == pytest.approx(0.9**2 * math.cos(0.6), abs=1e-12)
    found = engine.estimate([])
    assert abs(found.value - exact) < 5 * found.standard_error + 1e-12
    shots = 2000
    mean = np.mean(1 - 2 * engine.sample([], shots, 4))
    assert abs(mean - exact) < 5 / math.sqrt(shots)


def test_samples_of_a_device_follow_the_exact_distribution():
    device = N.DeviceSnapshot(
        "pair",
        2 * (N.QubitCalibration(5e-5, 4e-5, 0.01, 0.03),),
        gates=(
            *(N.GateCalibration("sx", (q,), 2e-3, 5e-7) for q in range(2)),
            N.GateCalibration("cx", (0, 1), 0.05, 2e-6),
        ),
    )
    model = hq.NoiseModel.from_snapshot(device)
    circuit = hq.Circuit(2).h(0).h(0).cx(0, 1).sx(1).sx(1).cx(0, 1)
    z = hq.PauliSum.from_labels({"ZZ": 1.0})
    chances = Density(model, kernels="numpy").bind(circuit, z).probabilities([])
    shots = 4000
    found = Trajectories(model).bind(circuit, z).sample([], shots, 3)
    counts = np.bincount(found, minlength=4)
    assert (np.abs(counts / shots - chances) < 5 * np.sqrt(chances * (1 - chances) / shots)).all()


GATES_ON_5 = st.lists(
    st.tuples(
        st.sampled_from(["h", "t", "cx", "iswap", "rx", "rz", "rzz", "ryx", "p", "cp"]),
        st.permutations(range(5)),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=15, deadline=None)
@given(GATES_ON_5, st.sampled_from([MODEL, KRAUS]), st.integers(0, 2**32))
def test_compiled_sweeps_are_those_of_numpy(gates, model, seed):
    circuit = hq.Circuit(5, parameters=("a", "b"))
    for number, (name, order) in enumerate(gates):
        angle = ("a", "b", 0.7)[number % 3]
        if name in ("p", "cp"):
            circuit = getattr(circuit, name)(*order[: len(name)], angle)
        elif name.startswith("r"):
            circuit = circuit.rotation(name[1:].upper(), order[: len(name) - 1], angle)
        else:
            circuit = circuit.gate(name, *order[: 1 + (name in ("cx", "iswap"))])
    z = hq.PauliSum.from_labels({"ZZIZI": 1.0, "XIYIZ": 0.5})
    model = replace(model, readout=())
    compiled, plain = (
        Trajectories(model, trajectories=20, rng=seed, kernels=kernels).bind(circuit, z)
        for kernels in ("compiled", "numpy")
    )
    x = np.random.default_rng(seed).normal(size=2)
    assert compiled.expectation(x) == pytest.approx(plain.expectation(x), abs=1e-11)
    (value, gradient), (expected, slopes) = (
        each.expectation_and_gradient(x) for each in (compiled, plain)
    )
    assert value == pytest.approx(expected, abs=1e-11)
    np.testing.assert_allclose(gradient, slopes, atol=1e-10)
    np.testing.assert_array_equal(compiled.sample(x, 40, seed), plain.sample(x, 40, seed))


def test_too_many_qubits_are_refused_before_anything_is_made():
    with pytest.raises(CapacityError, match="too many for statevectors"):
        Trajectories().bind(hq.Circuit(60).h(0), hq.PauliSum.zero(60))
