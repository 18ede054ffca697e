"""The statevector engine against dense matrices, itself in other blockings, and its limits."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import (
    GATES,
    Angle,
    DiagonalPhase,
    Excitation,
    Gate,
    PauliRotation,
    PhaseGate,
    Transition,
    XMixer,
)
from hybridq.core.emit import VECTOR_BYTES
from hybridq.core.errors import CapacityError, DimensionError, EngineError, ParameterError
from hybridq.engines.simulators import Statevector
from hybridq.engines.statevector import passes, sweeper
from hybridq.engines.statevector.engine import StatevectorEngine
from hybridq.engines.statevector.plain import small_state
from hybridq.operators import PauliSum
from tests.helpers import slow_twin

KINDS = ("gate", "rotation", "product", "phase", "excitation", "diagonal", "mixer")


def random_angle(rng):
    parameter = int(rng.integers(0, 5)) if rng.random() < 0.8 else None
    return Angle(float(rng.normal()), parameter, float(rng.normal()))


def random_transition(rng, qubits):
    most = min(len(qubits), 4)
    created = int(rng.integers(0, most + 1))
    annihilated = int(rng.integers(0 if created else 1, most - created + 1))
    controls = int(rng.integers(0, len(qubits) - created - annihilated + 1))
    cut = np.cumsum([created, annihilated, min(controls, 1)])
    a, b, c, _ = np.split(np.array(qubits), cut)
    return Transition(tuple(a.tolist()), tuple(b.tolist()), tuple(c.tolist()), rng.random() < 0.5)


def random_instruction(n, rng):
    qubits = rng.permutation(n).tolist()
    kind = rng.choice(KINDS)
    if kind == "gate":
        names = [name for name, width in GATES.items() if width <= n]
        name = str(rng.choice(names))
        return Gate(name, tuple(qubits[: GATES[name]]))
    angle = random_angle(rng)
    if kind == "rotation":
        return PauliRotation(str(rng.choice(list("XYZ"))), (qubits[0],), angle)
    if kind == "product":
        width = int(rng.integers(1, n + 1))
        return PauliRotation("".join(rng.choice(list("XYZ"), width)), tuple(qubits[:width]), angle)
    if kind == "phase":
        return PhaseGate(tuple(qubits[: rng.integers(1, min(3, n) + 1)]), angle)
    if kind == "excitation":
        term = float(rng.normal()), random_transition(rng, qubits)
        return Excitation((term,), angle, bool(rng.integers(0, 2)))
    if kind == "diagonal":
        labels = [("".join(rng.choice(list("IZ"), n)), float(rng.normal())) for _ in range(4)]
        return DiagonalPhase(PauliSum.from_labels(labels), angle)
    return XMixer(tuple(qubits[: rng.integers(1, n + 1)]), angle)


def random_circuit(n, rng, length=20):
    return Circuit(n, tuple(random_instruction(n, rng) for _ in range(length)))


def random_observable(n, rng, terms=20):
    labels = ["".join(rng.choice(list("IXYZ"), n)) for _ in range(terms)]
    return PauliSum.from_labels([(label, float(rng.normal())) for label in labels])


def numerical_gradient(function, x, step=1e-5):
    shifts = step * np.eye(len(x))
    return np.array([(function(x + d) - function(x - d)) / (2 * step) for d in shifts])


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_any_circuit_agrees_with_dense_matrices(n, seed):
    rng = np.random.default_rng(seed)
    circuit, observable = random_circuit(n, rng), random_observable(n, rng)
    x = rng.normal(size=circuit.n_params)
    engine = StatevectorEngine(circuit, observable)
    psi = slow_twin.run(circuit, x)
    value = np.vdot(psi, observable.to_matrix() @ psi).real
    np.testing.assert_allclose(engine.state(x), psi, atol=1e-12)
    np.testing.assert_allclose(small_state(circuit, x), psi, atol=1e-12)
    assert engine.expectation(x) == pytest.approx(value, abs=1e-11)
    assert engine.expectations([x, x]) == pytest.approx([value, value], abs=1e-11)
    energy, gradient = engine.expectation_and_gradient(x)
    assert energy == pytest.approx(value, abs=1e-11)
    expected = numerical_gradient(engine.expectation, x)
    np.testing.assert_allclose(gradient, expected.reshape(-1), atol=1e-7)


def layered_circuit(n, rng, layers=3):
    """Return a hardware-efficient circuit: layers of one-qubit gates, chains of CX."""
    circuit, index = Circuit(n), 0
    for layer in range(layers):
        for qubit in range(n):
            for letter in rng.permutation(list("XYZ"))[: rng.integers(1, 4)]:
                circuit = circuit.rotation(letter, (qubit,), Angle(0.1, index))
                index += 1
            circuit = circuit.h(qubit) if rng.random() < 0.3 else circuit
        pairs = [rng.permutation(n)[:2].tolist() for _ in range(2 * n)]
        for _ in range(n):
            index += 1
            two = tuple(rng.permutation(n)[:2].tolist())
            circuit = circuit.rotation("ZZ", two, Angle(0.2, index - 1))
        for a, b in pairs if layer else [(q, q + 1) for q in range(n - 1)]:
            circuit = circuit.cx(a, b)
    return circuit


@pytest.mark.parametrize("n", [4, 8])
def test_many_rotations_about_products_of_z_agree_with_dense_matrices(n):
    rng = np.random.default_rng(n)
    circuit = Circuit(n).extend(Gate("h", (q,)) for q in range(n))
    for index in range(25):
        qubits = tuple(rng.permutation(n)[: rng.integers(2, 4)].tolist())
        circuit = circuit.rotation("Z" * len(qubits), qubits, Angle(0.3, index))
        if index % 9 == 8:
            circuit = circuit.ry(int(rng.integers(n)), 0.4)
    observable = random_observable(n, rng, 40)
    x = rng.normal(size=circuit.n_params)
    engine = StatevectorEngine(circuit, observable)
    psi = slow_twin.run(circuit, x)
    value = np.vdot(psi, observable.to_matrix() @ psi).real
    np.testing.assert_allclose(engine.state(x), psi, atol=1e-12)
    energy, gradient = engine.expectation_and_gradient(x)
    assert energy == pytest.approx(value, abs=1e-11)
    np.testing.assert_allclose(gradient, numerical_gradient(engine.expectation, x), atol=1e-7)


@pytest.mark.parametrize("n", [3, 6, 8])
def test_layers_and_runs_of_controlled_nots_agree_with_dense_matrices(n):
    rng = np.random.default_rng(n)
    circuit, observable = layered_circuit(n, rng), random_observable(n, rng, 40)
    x = rng.normal(size=circuit.n_params)
    engine = StatevectorEngine(circuit, observable)
    psi = slow_twin.run(circuit, x)
    value = np.vdot(psi, observable.to_matrix() @ psi).real
    np.testing.assert_allclose(engine.state(x), psi, atol=1e-12)
    energy, gradient = engine.expectation_and_gradient(x)
    assert [energy, engine.expectation(x)] == pytest.approx([value, value], abs=1e-11)
    np.testing.assert_allclose(gradient, numerical_gradient(engine.expectation, x), atol=1e-7)


def test_special_angles_split_without_harm():
    # Gates at which the split into diagonal and real factors is not unique.
    n = 4
    circuit = Circuit(n)
    for qubit, letters in enumerate(("ZYZ", "XZX", "YXY", "XYX")):
        for position, letter in enumerate(letters):
            circuit = circuit.rotation(letter, (qubit,), Angle(parameter=3 * qubit + position))
    observable = random_observable(n, np.random.default_rng(0), 30)
    engine = StatevectorEngine(circuit, observable)
    for turn in (0.0, np.pi / 2, np.pi, -np.pi, 2 * np.pi):
        x = np.full(circuit.n_params, turn)
        np.testing.assert_allclose(engine.state(x), slow_twin.run(circuit, x), atol=1e-12)
        gradient = engine.expectation_and_gradient(x)[1]
        np.testing.assert_allclose(gradient, numerical_gradient(engine.expectation, x), atol=1e-7)


def test_layers_and_chains_larger_than_a_tile_agree_with_numpy():
    """13 qubits are four tiles; half of the angles are turned by more than a quarter."""
    rng, n = np.random.default_rng(11), 13
    circuit = Circuit(n)
    for layer in range(2):
        for q in range(n):
            circuit = circuit.ry(q, f"a{layer}_{q}").rz(q, f"b{layer}_{q}")
        for q in range(n - 1):
            circuit = circuit.cx(q, q + 1) if layer else circuit.cx(q + 1, q)
    for q in range(n):
        circuit = circuit.ry(q, f"c{q}")
    observable = random_observable(n, rng, 20)
    x = rng.uniform(-7, 7, circuit.n_params)
    compiled, plain = (
        Statevector(kernels=each).bind(circuit, observable) for each in ("compiled", "numpy")
    )
    np.testing.assert_allclose(compiled.state(x), plain.state(x), atol=1e-13)
    (value, gradient), (other, slopes) = (
        each.expectation_and_gradient(x) for each in (compiled, plain)
    )
    assert value == pytest.approx(other, abs=1e-11)
    np.testing.assert_allclose(gradient, slopes, atol=1e-11)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("large", [False, True])
def test_blocks_and_threads_do_not_change_the_result(seed, large, monkeypatch):
    rng = np.random.default_rng(seed)
    n = 9
    circuit = random_circuit(n, rng, 60).extend(layered_circuit(n, rng).instructions)
    observable = random_observable(n, rng, 60)
    x = rng.normal(size=circuit.n_params)
    whole = StatevectorEngine(circuit, observable)
    state, (value, gradient) = whole.state(x), whole.expectation_and_gradient(x)
    monkeypatch.setattr(passes, "BLOCK_BITS", 6)
    if large:
        monkeypatch.setattr(passes, "LARGE_STATE_BITS", n)
        monkeypatch.setattr(passes, "LARGE_BLOCK_BITS", 7)
    monkeypatch.setattr(passes, "RUN_BITS", 2)
    monkeypatch.setattr(sweeper, "THREADED_BITS", 6)
    results = []
    for threads in (1, None):
        blocks = StatevectorEngine(circuit, observable, threads=threads)
        np.testing.assert_allclose(blocks.state(x), state, atol=1e-13)
        assert blocks.expectation(x) == pytest.approx(value, abs=1e-12)
        results.append(blocks.expectation_and_gradient(x))
        np.testing.assert_allclose(results[-1][1], gradient, atol=1e-12)
    assert results[0][0] == results[1][0]
    np.testing.assert_array_equal(results[0][1], results[1][1])


@pytest.mark.parametrize("used", [9, 7])
def test_blocks_that_are_still_zero_are_left_out(used, monkeypatch):
    rng = np.random.default_rng(used)
    n, circuit, index = 9, Circuit(9), 0
    for _ in range(2):
        for qubit in range(used):
            circuit = circuit.ry(qubit, Angle(0.1, index)).rz(qubit, Angle(0.2, index + 1))
            index += 2
        for qubit in range(used - 1):
            circuit = circuit.cx(qubit, qubit + 1)
    circuit = circuit.rotation("ZZ", (0, 8), Angle(0.3, index))  # reads a qubit that may be |0⟩
    observable, x = random_observable(n, rng, 40), rng.normal(size=index + 1)
    whole = StatevectorEngine(circuit, observable)
    state, (value, gradient) = whole.state(x), whole.expectation_and_gradient(x)
    monkeypatch.setattr(passes, "BLOCK_BITS", 6)
    monkeypatch.setattr(passes, "RUN_BITS", 2)
    blocks = StatevectorEngine(circuit, observable)
    np.testing.assert_allclose(blocks.state(x), state, atol=1e-13)
    assert blocks.expectation(x) == pytest.approx(value, abs=1e-12)
    np.testing.assert_allclose(blocks.expectation_and_gradient(x)[1], gradient, atol=1e-12)
    forward, backward = blocks._runner._forward, blocks._runner._backward
    assert forward.outer_bits[0] == 0
    assert forward.outer_bits.max() == used - 6
    np.testing.assert_array_equal(backward.outer_bits, forward.outer_bits[::-1])


# Slow: all kernels are compiled once more. The tests in kernels/ have them in single precision.
@pytest.mark.parametrize("kernels", ["numpy", pytest.param("compiled", marks=pytest.mark.slow)])
def test_single_precision_is_close(kernels):
    rng = np.random.default_rng(7)
    circuit, observable = random_circuit(7, rng, 40), random_observable(7, rng, 40)
    x = rng.normal(size=circuit.n_params)
    double = StatevectorEngine(circuit, observable).expectation_and_gradient(x)
    engine = Statevector(precision="single", kernels=kernels).bind(circuit, observable)
    single = engine.expectation_and_gradient(x)
    assert engine.state(x).dtype == np.complex64
    assert single[0] == pytest.approx(double[0], abs=1e-4)
    np.testing.assert_allclose(single[1], double[1], atol=1e-3)


def test_terms_of_one_flip_are_all_counted():
    # Many sign patterns for one flip mask: the transform within a chunk is used, and not otherwise.
    rng = np.random.default_rng(3)
    n = 8
    flip = np.array(list("XYIXIIYX"))
    labels = {}
    for _ in range(40):
        signs = rng.integers(0, 2, n).astype(bool)
        swapped = np.where(flip == "X", "Y", np.where(flip == "Y", "X", "Z"))
        labels["".join(np.where(signs, swapped, flip))] = float(rng.normal())
    observable = PauliSum.from_labels(labels)
    circuit = random_circuit(n, rng, 30)
    x = rng.normal(size=circuit.n_params)
    psi = StatevectorEngine(circuit, observable).state(x)
    expected = np.vdot(psi, observable.to_matrix() @ psi).real
    engine = StatevectorEngine(circuit, observable)
    assert engine.expectation(x) == pytest.approx(expected, abs=1e-11)
    assert engine.expectation_and_gradient(x)[0] == pytest.approx(expected, abs=1e-11)


def test_gradients_of_operators_to_append():
    rng = np.random.default_rng(5)
    n = 6
    circuit, observable = random_circuit(n, rng, 25), random_observable(n, rng, 30)
    x = rng.normal(size=circuit.n_params)
    operators = [
        PauliRotation("XYZ", (0, 3, 4), Angle()),
        PauliRotation("Y", (2,), Angle()),
        Excitation(((1.0, Transition((4, 5), (0, 1))), (-0.5, Transition((3,), (2,)))), Angle()),
        Excitation(((0.7, Transition((2,), (5,), (1,))),), Angle(), imaginary=True),
    ]
    found = StatevectorEngine(circuit, observable).operator_gradients(x, operators)
    for operator, slope in zip(operators, found, strict=True):
        index = circuit.n_params
        appended = type(operator)(**{**operator.__dict__, "angle": Angle(parameter=index)})
        longer = StatevectorEngine(circuit.append(appended), observable)
        gradient = longer.expectation_and_gradient(np.append(x, 0.0))[1]
        assert slope == pytest.approx(gradient[index], abs=1e-11)


def test_deflation_adds_the_overlaps():
    rng = np.random.default_rng(6)
    circuit, observable = random_circuit(5, rng, 25), random_observable(5, rng)
    x, y = rng.normal(size=(2, circuit.n_params))
    engine = StatevectorEngine(circuit, observable)
    psi, phi = engine.state(x), engine.state(y)
    h, s = engine.matrix_elements([engine.snapshot(x), engine.snapshot(y)])
    matrix = observable.to_matrix()
    assert s[0, 1] == pytest.approx(np.vdot(psi, phi), abs=1e-12)
    assert h[0, 1] == pytest.approx(np.vdot(psi, matrix @ phi), abs=1e-12)
    plain = engine.expectation(x)
    engine.deflate([2.5], [engine.snapshot(y)])
    penalty = 2.5 * abs(np.vdot(phi, psi)) ** 2
    assert engine.expectation(x) == pytest.approx(plain + penalty, abs=1e-12)
    value, gradient = engine.expectation_and_gradient(x)
    assert value == pytest.approx(plain + penalty, abs=1e-12)
    np.testing.assert_allclose(gradient, numerical_gradient(engine.expectation, x), atol=1e-7)


def test_samples_follow_the_state():
    pair = Circuit(2).h(0).cx(0, 1)
    engine = StatevectorEngine(pair, PauliSum.from_labels({"ZZ": 1.0}))
    samples = engine.sample([], 4000, rng=1)
    assert set(samples.tolist()) == {0, 3}
    assert abs(np.mean(samples == 3) - 0.5) < 0.04
    np.testing.assert_array_equal(samples, engine.sample([], 4000, rng=1))


def test_commuting_sums_are_exact_and_others_refused():
    together = Excitation(
        ((1.0, Transition((1,), (0,))), (1.0, Transition((3,), (2,)))), Angle(parameter=0)
    )
    circuit = Circuit(4, (Gate("x", (0,)), Gate("x", (2,)), together))
    observable = PauliSum.from_labels({"ZIZI": 1.0})
    engine = StatevectorEngine(circuit, observable)
    np.testing.assert_allclose(engine.state([0.4]), slow_twin.run(circuit, [0.4]), atol=1e-13)
    chain = Excitation(
        ((1.0, Transition((1,), (0,))), (1.0, Transition((2,), (1,)))), Angle(parameter=0)
    )
    with pytest.raises(EngineError, match=r"instruction 1 .* do not commute"):
        StatevectorEngine(Circuit(4, (Gate("x", (0,)), chain)), observable)


def test_refusals():
    observable = PauliSum.from_labels({"ZZ": 1.0})
    with pytest.raises(DimensionError, match="3 qubits and the observable 2"):
        StatevectorEngine(Circuit(3), observable)
    with pytest.raises(ParameterError, match="not hermitian"):
        StatevectorEngine(Circuit(2), PauliSum.from_labels({"ZX": 1.0j}))
    with pytest.raises(CapacityError, match="40 qubits"):
        StatevectorEngine(Circuit(40), PauliSum.from_labels({"Z" * 40: 1.0}))
    engine = StatevectorEngine(Circuit(2).rx(0, Angle(parameter=0)), observable)
    with pytest.raises(DimensionError, match="1 parameters"):
        engine.expectation([0.1, 0.2])
    with pytest.raises(EngineError, match="Gate"):
        engine.operator_gradients([0.1], [Gate("x", (0,))])


# Slow: each compiles all kernels of the engine again. The fast suite compares each vector kernel
# with its plain twin, in kernels/test_butterflies.py.
@pytest.mark.slow
@pytest.mark.parametrize("width", ["off", "16", "32"])
def test_narrower_vectors_give_the_same(width, tmp_path):
    if width != "off" and int(width) > VECTOR_BYTES:
        pytest.skip("this host has no vectors of that width")
    script = (
        "import numpy as np\n"
        "from test_statevector_engine import narrow_case\n"
        "from hybridq.core import emit\n"
        f"assert emit.VECTOR_BYTES == {0 if width == 'off' else width}\n"
        "v, g = narrow_case()\n"
        "print(repr([float(v), *map(float, g)]))"
    )
    folder = os.path.dirname(__file__)
    output = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "HYBRIDQ_SIMD": width,
            "PYTHONPATH": os.pathsep.join([folder, os.path.dirname(folder)]),
            "NUMBA_CACHE_DIR": str(tmp_path),  # or the next run would find its own code gone
        },
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    value, gradient = narrow_case()
    assert json.loads(output) == pytest.approx([value, *gradient], abs=1e-11)


def narrow_case():
    """Energy and gradient of one circuit with every kind of instruction."""
    rng = np.random.default_rng(11)
    circuit = random_circuit(7, rng, 60).extend(layered_circuit(7, rng).instructions)
    observable = random_observable(7, rng, 40)
    x = rng.normal(size=circuit.n_params)
    return StatevectorEngine(circuit, observable).expectation_and_gradient(x)
