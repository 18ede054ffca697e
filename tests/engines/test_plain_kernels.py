"""The NumPy kernels of every engine against the compiled ones: the same numbers, no compiling."""

from __future__ import annotations

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.ansatz import QAOA
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Excitation, PauliRotation, Transition
from hybridq.core.errors import ParameterError
from hybridq.engines.choose import ENGINES, choose_engine, resolve_engine
from hybridq.engines.protocols import (
    SupportsDeflation,
    SupportsDistribution,
    SupportsLevels,
    SupportsOperatorGradients,
    SupportsWeights,
    capabilities,
)
from hybridq.engines.simulators import KERNELS, CompiledEngine
from tests.engines.test_diagonal_engine import COSTS, PRECISIONS
from tests.engines.test_sector_engine import (
    HALVES,
    WHOLE,
    circuit_of,
    instruction_lists,
    random_hermitian,
    without_lists_of_single_states,
)
from tests.engines.test_statevector_engine import random_circuit, random_observable
from tests.helpers.slow_twin import random_ising

TOLERANCE = {"double": 1e-11, "single": 2e-4}


def twins(circuit, observable, name, precision="double", **options):
    """The compiled engine and the one in NumPy."""
    return [
        ENGINES[name](precision=precision, kernels=kernels, **options).bind(circuit, observable)
        for kernels in ("compiled", "numpy")
    ]


def check(circuit, observable, name, seed=0, precision="double"):
    """Compare everything that both engines can do at a random point."""
    compiled, plain = twins(circuit, observable, name, precision)
    assert (compiled.info.kernels, plain.info.kernels) == ("compiled", "numpy")
    assert capabilities(compiled) == capabilities(plain)
    rng = np.random.default_rng(seed)
    x = rng.normal(size=circuit.n_params)
    scale = max(1.0, observable.one_norm)
    close = {"atol": TOLERANCE[precision] * scale, "rtol": 0}
    for method in ("expectation", "state", "amplitudes"):
        here, there = (getattr(engine, method)(x) for engine in (compiled, plain))
        np.testing.assert_allclose(there, here, **close)
        assert np.asarray(there).dtype == np.asarray(here).dtype
    for here, there in zip(
        *(engine.expectation_and_gradient(x) for engine in (compiled, plain)), strict=True
    ):
        np.testing.assert_allclose(there, here, **close)
    points = [x, -x] * 4  # enough for several in one vector
    np.testing.assert_allclose(plain.expectations(points), compiled.expectations(points), **close)
    if isinstance(plain, SupportsDistribution) and observable.is_diagonal:
        np.testing.assert_allclose(plain.probabilities(x), compiled.probabilities(x), **close)
        np.testing.assert_array_equal(plain.energies(), compiled.energies())
    if isinstance(plain, SupportsWeights) and observable.is_diagonal:
        weights = rng.normal(size=len(plain.energies()))
        for here, there in zip(
            *(engine.weighted_expectation(x, weights) for engine in (compiled, plain)),
            strict=True,
        ):
            np.testing.assert_allclose(there, here, **close)
    check_samples(plain, x)
    return compiled, plain, x, close


def check_samples(engine, x):
    """The frequencies of many samples lie within six standard errors of the probabilities."""
    shots = 20_000
    counts = np.bincount(engine.sample(x, shots, 5), minlength=1 << engine.n_qubits)
    expected = np.abs(engine.state(x)) ** 2
    error = np.sqrt(np.clip(expected * (1 - expected), 0, None) / shots)
    assert (np.abs(counts / shots - expected) <= 6 * error + 1 / shots).all()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("n", [2, 3, 6, 11])
def test_layers_of_a_diagonal_cost(n, cost, precision):
    hamiltonian = random_ising(n, n, **COSTS[cost]).to_pauli_sum()
    circuit = QAOA(hamiltonian, 3).circuit
    compiled, plain, x, close = check(circuit, hamiltonian, "diagonal", n, precision)
    if COSTS[cost].get("integer") and isinstance(plain, SupportsLevels):
        for here, there in zip(compiled.distribution(x), plain.distribution(x), strict=True):
            np.testing.assert_allclose(there, here, **close)


@pytest.mark.parametrize("n", [3, 11])
def test_single_precision_in_numpy_is_right_to_its_digits(n):
    hamiltonian = random_ising(n, n).to_pauli_sum()
    circuit = QAOA(hamiltonian, 3).circuit
    double, single = (
        ENGINES["diagonal"](precision=precision, kernels="numpy").bind(circuit, hamiltonian)
        for precision in ("double", "single")
    )
    x = np.random.default_rng(n).normal(size=6)
    close = {"atol": TOLERANCE["single"] * hamiltonian.one_norm, "rtol": 0}
    for here, there in zip(
        *(engine.expectation_and_gradient(x) for engine in (double, single)), strict=True
    ):
        np.testing.assert_allclose(there, here, **close)
    assert single.state(x).dtype == np.complex64
    np.testing.assert_allclose(single.state(x), double.state(x), **close)


def test_one_qubit_and_a_state_of_several_parts():
    for n, fields in ((1, True), (16, False), (17, False), (16, True)):
        hamiltonian = random_ising(n, 1, fields=fields, density=0.3).to_pauli_sum()
        check_layers(QAOA(hamiltonian, 2).circuit, hamiltonian)


def check_layers(circuit, hamiltonian):
    compiled, plain = twins(circuit, hamiltonian, "diagonal")
    x = np.random.default_rng(1).normal(size=circuit.n_params)
    (value, gradient), (other, slopes) = (
        engine.expectation_and_gradient(x) for engine in (compiled, plain)
    )
    assert other == pytest.approx(value, rel=1e-11)
    np.testing.assert_allclose(slopes, gradient, atol=1e-9 * np.abs(gradient).max())
    np.testing.assert_allclose(plain.state(x), compiled.state(x), atol=1e-12)


def test_results_in_numpy_do_not_depend_on_the_number_of_threads_bit_for_bit():
    hamiltonian = random_ising(17, 1, fields=False, density=0.4).to_pauli_sum()
    circuit = QAOA(hamiltonian, 2).circuit
    x = np.random.default_rng(1).normal(size=4)
    one, two = (
        ENGINES["diagonal"](kernels="numpy", threads=threads).bind(circuit, hamiltonian)
        for threads in (1, None)
    )
    assert one.expectation(x) == two.expectation(x)
    assert (one.expectation_and_gradient(x)[1] == two.expectation_and_gradient(x)[1]).all()


@settings(max_examples=40)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1), st.booleans())
def test_any_circuit(n, seed, diagonal):
    rng = np.random.default_rng(seed)
    circuit, observable = random_circuit(n, rng), random_observable(n, rng)
    if diagonal:
        observable = random_ising(n, seed % 1000, fields=True).to_pauli_sum()
    compiled, plain, x, close = check(circuit, observable, "statevector", seed % 1000)
    operators = [
        PauliRotation("X", (0,), Angle()),
        PauliRotation("Y" * n, tuple(range(n)), Angle()),
    ]
    check_operators(compiled, plain, x, operators, close)
    check_deflation(compiled, plain, x, close)


@settings(max_examples=20)
@given(instruction_lists(HALVES, real=False), st.integers(0, 99), st.booleans())
def test_circuits_that_conserve_particles(instructions, seed, rows):
    circuit, observable = circuit_of((0, 1, 3), instructions), random_hermitian(6, 60, seed)
    if rows:  # as in large sectors
        with without_lists_of_single_states():
            check(circuit, observable, "sector", seed)
    else:
        compiled, plain, x, close = check(circuit, observable, "sector", seed)
        check_deflation(compiled, plain, x, close)


@settings(max_examples=20)
@given(instruction_lists(WHOLE, real=True), st.integers(0, 99))
def test_real_circuits_of_one_species(instructions, seed):
    circuit, observable = circuit_of((1, 2, 5), instructions), random_hermitian(6, 60, seed)
    compiled, plain, x, close = check(circuit, observable, "sector", seed)
    moves = [((1, 4), (0, 3)), ((4,), (5,)), ((0, 4), (1, 5))]
    operators = [Excitation(((1.0, Transition(*move)),), Angle()) for move in moves]
    check_operators(compiled, plain, x, operators, close)


def check_operators(compiled, plain, x, operators, close):
    assert isinstance(plain, SupportsOperatorGradients)
    here, there = (engine.operator_gradients(x, operators) for engine in (compiled, plain))
    np.testing.assert_allclose(there, here, **close)


def check_deflation(compiled, plain, x, close):
    """Penalties on snapshots, each in its engine's own layout, and matrix elements."""
    assert isinstance(plain, SupportsDeflation)
    found = []
    for engine in (compiled, plain):
        snapshots = [engine.snapshot(x), engine.snapshot(-0.5 * x)]
        elements = engine.matrix_elements(snapshots)
        engine.deflate([0.7, 2.0], snapshots)
        found.append((*elements, *engine.expectation_and_gradient(0.3 * x)))
    for here, there in zip(*found, strict=True):
        np.testing.assert_allclose(there, here, **close)


def test_metrics_agree():
    rng = np.random.default_rng(4)
    circuit, observable = random_circuit(4, rng), random_observable(4, rng)
    compiled, plain = twins(circuit, observable, "statevector")
    x = rng.normal(size=circuit.n_params)
    np.testing.assert_allclose(plain.metric(x), compiled.metric(x), atol=1e-10)
    assert plain.fidelity(x, -x) == pytest.approx(compiled.fidelity(x, -x), abs=1e-12)


@pytest.mark.parametrize(
    "name", [name for name in ENGINES if issubclass(ENGINES[name], CompiledEngine)]
)
def test_every_engine_with_kernels_takes_the_option_and_refuses_other_words(name):
    for kernels in KERNELS:
        assert ENGINES[name](kernels=kernels).for_any_circuit().kernels == kernels
    with pytest.raises(ParameterError, match="must be 'auto', 'compiled' or 'numpy'"):
        ENGINES[name](kernels="fast")


def test_auto_hands_the_option_on():
    circuit = Circuit(2).h(0).cx(0, 1)
    running = choose_engine(
        circuit, random_hermitian(2, 4, 0), engine=resolve_engine("auto", kernels="numpy")
    )
    assert running.info.kernels == "numpy"


WITHOUT_COMPILING = """
import numba.core.event as event
class Refuse(event.Listener):
    def on_start(self, event): raise SystemExit("compiled " + repr(event.data))
    def on_end(self, event): pass
event.register("numba:compile", Refuse())
import hybridq as hq, numpy as np
from hybridq.engines.choose import choose_engine, resolve_engine
def run(circuit, observable):
    engine = choose_engine(circuit, observable, engine=resolve_engine("auto", kernels="numpy"))
    x = np.full(circuit.n_params, 0.3)
    engine.expectation_and_gradient(x), engine.sample(x, 10, 1), engine.state(x), engine.metric(x)
    print(engine.info.name)
graph = hq.MaxCut([(0, 1), (1, 2), (2, 0), (2, 3)])
run(hq.QAOA(graph, p=2).circuit, graph.observable)
h2 = hq.Molecule.from_fcidump("problems/molecules/h2_sto3g.fcidump")
run(hq.UCCSD(h2).circuit, h2.observable)
cycle = hq.IndependentSet([(0, 1), (1, 2), (2, 3), (3, 0)])
run(hq.QAOA(cycle, p=1, mixer="bit-flip").circuit, cycle.observable)
tfim = hq.PauliSum.from_labels([("ZZI", 1.0), ("IZZ", 1.0), ("XII", 0.5), ("IXI", 0.5)])
run(hq.HardwareEfficient(3, layers=1).circuit, tfim)
"""


def test_nothing_is_compiled(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_COMPILING],
        env={**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["diagonal", "sector", "subspace", "statevector"], done.stderr
