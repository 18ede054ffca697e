"""The diagonal engine against the slow twin, on every kind of cost and in every layout."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from hybridq.ansatz import QAOA, Angle, Circuit
from hybridq.core import memory
from hybridq.core.emit import VECTOR_BYTES
from hybridq.core.errors import CapacityError, DimensionError, EngineError, ParameterError
from hybridq.engines.choose import choose_engine
from hybridq.engines.diagonal import workspace
from hybridq.operators import Ising, PauliSum
from tests.helpers.slow_twin import qaoa_state, random_ising, run

TOLERANCE = {"double": 1e-12, "single": 1e-5}

# Slow: all kernels are compiled once more. One test of single precision is in the fast suite.
PRECISIONS = ["double", pytest.param("single", marks=pytest.mark.slow)]

COSTS = {
    "symmetric real": {"fields": False},
    "symmetric integer": {"fields": False, "integer": True},
    "fields real": {"fields": True},
    "fields integer": {"fields": True, "integer": True},
    "order 4 symmetric integer": {"fields": False, "integer": True, "order": 4},
    "order 4 symmetric real": {"fields": False, "order": 4},
    "order 3 real": {"fields": True, "order": 3},
    "order 4 integer": {"fields": True, "order": 4, "integer": True},
}


def engine_for(ising, p, **options):
    hamiltonian = ising.to_pauli_sum()
    return choose_engine(QAOA(hamiltonian, p).circuit, hamiltonian, **options)


def random_angles(p, seed):
    return np.random.default_rng(seed).uniform(-4.0, 4.0, 2 * p)


@pytest.fixture
def many_strips(monkeypatch):
    """Cut even small states into blocks, so that the passes are tested where the twin is quick."""
    monkeypatch.setattr(workspace, "ONE_BLOCK_BITS", 7)


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("n", [2, 3, 5, 8])
def test_one_block_agrees_with_the_slow_twin(n, cost, precision):
    check_against_twin(random_ising(n, n, **COSTS[cost]), precision)


def test_single_precision_is_right_to_its_digits():
    ising = random_ising(8, 8)
    engine = engine_for(ising, 2, precision="single")
    x = random_angles(2, 2)
    energies = ising.to_pauli_sum().diagonal()
    exact = float(np.abs(qaoa_state(energies, x)) ** 2 @ energies)
    scale = np.abs(energies).max() * TOLERANCE["single"]
    value, gradient = engine.expectation_and_gradient(x)
    assert value == pytest.approx(exact, abs=scale)
    assert gradient == pytest.approx(differences(energies, x, 1e-4), abs=20 * scale)


def test_more_than_256_levels_agree_with_the_slow_twin():
    ising = random_ising(8, 8, order=3, integer=True)
    wide = Ising(8, 0.0, 9 * ising.linear, ising.pairs, 7 * ising.couplings, ising.higher)
    assert np.ptp(wide.to_pauli_sum().diagonal()) > 256
    check_against_twin(wide, "double", step=2e-5)  # differences of fast oscillations


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("n", [9, 11, 12])
@pytest.mark.usefixtures("many_strips")
def test_passes_agree_with_the_slow_twin(n, cost, precision):
    check_against_twin(random_ising(n, n, **COSTS[cost]), precision)


@pytest.mark.parametrize("fields", [0, 2])
@pytest.mark.usefixtures("many_strips")
def test_a_cost_of_few_levels_agrees_with_the_slow_twin(fields):
    ring = np.array([(i, i + 1) for i in range(11)] + [(0, 11)])
    linear = np.where(np.arange(12) < fields, 1.0, 0.0)
    check_against_twin(Ising(12, 0.5, linear, ring, np.ones(12)), "double")


def check_against_twin(ising, precision, step=1e-4):
    for p in (1, 2, 3):
        x = random_angles(p, p)
        engine = engine_for(ising, p, precision=precision)
        energies = ising.to_pauli_sum().diagonal()
        state = qaoa_state(energies, x)
        exact = float(np.abs(state) ** 2 @ energies)
        scale = np.abs(energies).max() * TOLERANCE[precision]
        assert engine.expectation(x) == pytest.approx(exact, abs=scale)
        value, gradient = engine.expectation_and_gradient(x)
        assert value == pytest.approx(exact, abs=scale)
        assert np.abs(engine.state(x) - state).max() < TOLERANCE[precision]
        slopes = differences(energies, x, step)
        assert gradient == pytest.approx(slopes, abs=20 * scale + 1e-6 * exact**2)


def differences(energies, x, step):
    """Derivatives by fourth-order central differences of the slow twin."""

    def value(point):
        return float(np.abs(qaoa_state(energies, point)) ** 2 @ energies)

    result = []
    for direction in np.eye(len(x)) * step:
        near = value(x + direction) - value(x - direction)
        far = value(x + 2 * direction) - value(x - 2 * direction)
        result.append((8 * near - far) / (12 * step))
    return result


@pytest.mark.parametrize("n", range(13, 16))
def test_sizes_beyond_one_block_agree_with_the_slow_twin(n):
    for fields in (False, True):
        ising = random_ising(n, n, fields=fields, density=0.3)
        x = random_angles(2, n)
        energies = ising.to_pauli_sum().diagonal()
        exact = float(np.abs(qaoa_state(energies, x)) ** 2 @ energies)
        value, _ = engine_for(ising, 2).expectation_and_gradient(x)
        assert value == pytest.approx(exact, abs=1e-11 * np.abs(energies).max())


def test_an_arbitrary_circuit_of_this_form_agrees_with_dense_matrices():
    ising = random_ising(4, 5)
    hamiltonian = ising.to_pauli_sum()
    circuit = Circuit(4).h(2).h(0).h(1).h(3)
    circuit = circuit.phase(hamiltonian, Angle(0.2, 0, 1.5)).x_mixer(Angle(0.1, 1, -0.5))
    circuit = circuit.phase(hamiltonian, Angle(parameter=0)).x_mixer(0.4)
    engine = choose_engine(circuit, hamiltonian)
    x = np.array([0.7, -1.1])
    state = run(circuit, x)
    assert np.abs(engine.state(x) - state).max() < 1e-12
    energies = hamiltonian.diagonal()
    value, gradient = engine.expectation_and_gradient(x)
    assert value == pytest.approx(float(np.abs(state) ** 2 @ energies), abs=1e-11)
    for k, direction in enumerate(np.eye(2) * 1e-5):
        above, below = engine.expectation(x + direction), engine.expectation(x - direction)
        assert gradient[k] == pytest.approx((above - below) / 2e-5, abs=1e-6)


@pytest.mark.parametrize("n", [10, 14, 17])
@pytest.mark.parametrize("fields", [True, False])
def test_results_do_not_depend_on_the_number_of_threads_bit_for_bit(n, fields):
    ising = random_ising(n, 1, fields=fields, density=0.4)
    x = random_angles(3, 1)
    one, two = engine_for(ising, 3, threads=1), engine_for(ising, 3, threads=None)
    assert one.expectation(x) == two.expectation(x)
    value_one, gradient_one = one.expectation_and_gradient(x)
    value_two, gradient_two = two.expectation_and_gradient(x)
    assert value_one == value_two
    assert (gradient_one == gradient_two).all()
    assert (one.sample(x, 500, 3) == two.sample(x, 500, 3)).all()


@pytest.mark.parametrize("cost", COSTS)
@pytest.mark.parametrize("n", [2, 5, 8, 11])
def test_a_batch_gives_the_values_of_the_slow_twin(n, cost):
    ising = random_ising(n, n, **COSTS[cost])
    energies = ising.to_pauli_sum().diagonal()
    points = np.random.default_rng(n).uniform(-4.0, 4.0, (11, 4))
    points[0, 2:] = np.pi / 2 + 1e-15, -np.pi / 2  # tangents near 10^16
    exact = [np.abs(qaoa_state(energies, x)) ** 2 @ energies for x in points]
    found = engine_for(ising, 2).expectations(points)
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-12 * max(np.abs(energies).max(), 1))


@pytest.mark.parametrize("n", [6, 13, 16, 18])
def test_a_batch_gives_what_single_calls_give(n):
    ising = random_ising(n, 2, density=0.2, fields=n != 13)
    engine = engine_for(ising, 2)
    points = np.random.default_rng(1).normal(size=(7, 4))
    scale = np.abs(ising.coefficients).sum()
    for few in (points, points[:2], points[:1]):
        single = [engine.expectation(row) for row in few]
        np.testing.assert_allclose(engine.expectations(few), single, rtol=0, atol=1e-12 * scale)
    assert engine.expectations(points[:0]).shape == (0,)


@pytest.mark.parametrize("cost", ["symmetric real", "fields integer"])
def test_a_value_in_a_batch_depends_on_its_own_point_alone_bit_for_bit(cost):
    ising = random_ising(9, 3, **COSTS[cost])
    points = np.random.default_rng(1).uniform(-4.0, 4.0, (37, 4))
    found = engine_for(ising, 2, threads=1).expectations(points)
    np.testing.assert_array_equal(engine_for(ising, 2).expectations(points), found)
    for part in (slice(3, 30), slice(20, 28), slice(33, 37)):
        shuffled = engine_for(ising, 2, threads=1).expectations(points[part][::-1])
        np.testing.assert_array_equal(shuffled[::-1], found[part])


@pytest.mark.parametrize("fields", [True, False])
@pytest.mark.parametrize("n", [3, 9, 14])
def test_samples_follow_the_distribution_of_the_state(n, fields):
    ising = random_ising(n, 4, fields=fields, density=0.5)
    engine = engine_for(ising, 1)
    x = np.array([0.3, 1.1])
    shots = 200_000
    indices = engine.sample(x, shots, 11)
    probabilities = np.abs(engine.state(x)) ** 2
    # Pearson's statistic over groups of states that are each expected often enough.
    order = np.argsort(probabilities)
    group = np.empty(1 << n, dtype=int)
    group[order] = np.cumsum(probabilities[order]) * 60 // 1
    expected = np.bincount(group, weights=probabilities) * shots
    seen = np.bincount(group[indices], minlength=len(expected))
    often = expected > 10
    statistic = ((seen - expected)[often] ** 2 / expected[often]).sum()
    degrees = often.sum() - 1
    assert statistic < degrees + 6 * np.sqrt(2 * degrees) + 6


@pytest.mark.parametrize("order", [2, 4])
@pytest.mark.parametrize("fields", [True, False])
@pytest.mark.parametrize("n", [3, 8, 14])
def test_the_distribution_of_an_integer_cost_is_exact(n, fields, order):
    ising = random_ising(n, 6, fields=fields, integer=True, order=order, density=0.4)
    engine = engine_for(ising, 1)
    x = np.array([0.3, 1.1])
    values, probabilities = engine.distribution(x)
    energies = ising.to_pauli_sum().diagonal()
    state = np.abs(engine.state(x)) ** 2
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-12)
    for value, probability in zip(values, probabilities, strict=True):
        assert probability == pytest.approx(state[np.abs(energies - value) < 0.1].sum(), abs=1e-12)
    assert values @ probabilities == pytest.approx(engine.expectation(x), abs=1e-9)


def test_the_distribution_does_not_depend_on_threads_bit_for_bit():
    ising = random_ising(16, 6, fields=False, integer=True, density=0.3)
    x = np.array([0.3, 1.1])
    one, all_threads = (engine_for(ising, 1, threads=k).distribution(x) for k in (1, None))
    assert (one[1] == all_threads[1]).all()


def test_the_distribution_of_a_real_cost_is_refused():
    with pytest.raises(ParameterError, match="whole numbers"):
        engine_for(random_ising(4, 1), 1).distribution([0.1, 0.1])


def test_equal_seeds_give_equal_samples_and_other_seeds_others():
    engine = engine_for(random_ising(8, 4), 1)
    x = np.array([0.2, 0.3])
    assert (engine.sample(x, 100, 5) == engine.sample(x, 100, 5)).all()
    assert (engine.sample(x, 100, 5) != engine.sample(x, 100, 6)).any()


@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("fields", [True, False])
@pytest.mark.usefixtures("many_strips")
def test_a_hundred_layers_stay_accurate(precision, fields):
    n, p = 10, 100
    ising = random_ising(n, 9, fields=fields)
    x = np.random.default_rng(3).uniform(-1.5, 1.5, 2 * p)
    energies = ising.to_pauli_sum().diagonal()
    state = qaoa_state(energies, x, np.clongdouble)
    exact = float((np.abs(state) ** 2 * energies).sum())
    engine = engine_for(ising, p, precision=precision)
    error = abs(engine.expectation(x) - exact) / np.abs(energies).max()
    assert error < (1e-11 if precision == "double" else 1e-4)
    drift = abs(np.linalg.norm(engine.state(x)) - 1.0)
    assert drift < (1e-11 if precision == "double" else 1e-4)


@pytest.mark.parametrize("beta", [np.pi / 2, -np.pi / 2, np.pi / 4, 3 * np.pi / 4, np.pi, 0.0])
@pytest.mark.parametrize("fields", [True, False])
def test_mixer_angles_at_the_poles_of_the_tangent_are_exact(beta, fields):
    ising = random_ising(9, 3, fields=fields)
    x = np.array([0.4, 1.3, beta, 0.3])
    state = qaoa_state(ising.to_pauli_sum().diagonal(), x, np.clongdouble)
    assert np.abs(engine_for(ising, 2).state(x) - state).max() < 1e-13


@pytest.mark.parametrize("fields", [True, False])
def test_angles_of_any_size_are_exact(fields):
    ising = random_ising(9, 3, fields=fields, integer=True)
    x = np.array([0.4, 1e5, 1e6, 0.3])
    state = qaoa_state(ising.to_pauli_sum().diagonal(), x, np.clongdouble)
    assert np.abs(engine_for(ising, 2).state(x) - state).max() < 1e-11


def test_symmetric_costs_run_on_half_the_state_and_say_so():
    assert (
        "half the state (7 of 8 qubits)"
        in engine_for(random_ising(8, 1, fields=False), 1).info.reason
    )
    assert "half" not in engine_for(random_ising(8, 1, fields=True), 1).info.reason


def test_an_engine_serves_several_python_threads_at_once():
    import concurrent.futures

    engine = engine_for(random_ising(14, 1, density=0.3), 1)
    points = np.random.default_rng(0).normal(size=(24, 2))
    serial = [engine.expectation(row) for row in points]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert list(pool.map(engine.expectation, points)) == serial


# Slow: each compiles all kernels of the engine again. The fast suite compares each vector kernel
# with its plain twin, in kernels/test_butterflies.py.
@pytest.mark.slow
@pytest.mark.parametrize(("width", "n"), [("off", 14), ("16", 10), ("32", 14)])
def test_other_vector_widths_and_the_plain_loops_give_the_same_numbers(width, n, tmp_path):
    if width != "off" and int(width) > VECTOR_BYTES:
        pytest.skip("this host has no vectors of that width")
    script = (
        "import numpy as np\n"
        "from test_diagonal_engine import engine_for, random_ising\n"
        "from hybridq.core import emit\n"
        f"assert emit.VECTOR_BYTES == {0 if width == 'off' else width}\n"
        f"e = engine_for(random_ising({n}, 6, fields=False, density=0.3), 2)\n"
        "x = np.array([0.3, 2.0, 0.4, -1.0])\n"
        "v, g = e.expectation_and_gradient(x)\n"
        "print(repr([float(v), *map(float, g), *map(float, e.expectations([x] * 9))]))"
    )
    folder = os.path.dirname(__file__)
    path = os.pathsep.join([folder, os.path.dirname(folder)])
    output = subprocess.run(
        [sys.executable, "-c", script],
        env={
            **os.environ,
            "HYBRIDQ_SIMD": width,
            "PYTHONPATH": path,
            "NUMBA_CACHE_DIR": str(tmp_path),  # or the next run would find its own code gone
        },
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    engine = engine_for(random_ising(n, 6, fields=False, density=0.3), 2)
    value, gradient = engine.expectation_and_gradient(np.array([0.3, 2.0, 0.4, -1.0]))
    assert json.loads(output) == pytest.approx([value, *gradient, *[value] * 9], abs=1e-11)


def test_a_state_that_does_not_fit_is_refused_with_the_numbers(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 2**30)
    ising = Ising(31, 0.0, np.zeros(31), np.array([[0, 30]]), np.array([1.0]))
    with pytest.raises(CapacityError, match=r"needs 16 GiB.*1 GiB.*free.*precision='single'"):
        engine_for(ising, 2, engine="diagonal")


def test_hundreds_of_qubits_are_refused_with_the_limit():
    ising = Ising(800, 0.0, np.zeros(800), np.array([[0, 799]]), np.array([1.0]))
    with pytest.raises(CapacityError, match=r"800 qubits.*limit"):
        engine_for(ising, 2, engine="diagonal")


def test_the_gradient_is_refused_where_only_one_state_fits(monkeypatch):
    engine = engine_for(random_ising(24, 1, density=0.1), 1)
    engine.expectation([0.1, 0.1])
    monkeypatch.setattr(memory, "available_bytes", lambda: 2**27)
    with pytest.raises(CapacityError, match="two states"):
        engine.expectation_and_gradient([0.1, 0.1])


@pytest.mark.parametrize(
    ("x", "error", "match"),
    [
        ([0.1], DimensionError, "takes 2 parameters"),
        ([0.1, np.nan], ParameterError, "parameter 1 must be finite, got nan"),
        ([[0.1, 0.2]], DimensionError, "shape"),
    ],
)
def test_bad_parameters_are_refused(x, error, match):
    with pytest.raises(error, match=match):
        engine_for(random_ising(4, 1), 1).expectation(x)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"precision": "half"}, "precision must be 'double' or 'single', got 'half'"),
        ({"threads": 0}, "threads must be an integer >= 1, got 0"),
        ({"threads": 10_000}, "threads must be at most .*, got 10000"),
        ({"engine": "diagnal"}, "did you mean 'diagonal'"),
    ],
)
def test_bad_options_are_refused(options, match):
    with pytest.raises(ParameterError, match=match):
        engine_for(random_ising(4, 1), 1, **options)


def test_bad_shots_are_refused():
    with pytest.raises(ParameterError, match="shots must be an integer >= 1, got 0"):
        engine_for(random_ising(4, 1), 1).sample([0.1, 0.1], 0)


def test_other_circuits_and_observables_are_refused_by_name():
    h = random_ising(3, 1).to_pauli_sum()
    with pytest.raises(EngineError, match="Hadamard"):
        choose_engine(Circuit(3).phase(h, 0.1).x_mixer(0.1), h, engine="diagonal")
    start = Circuit(3).h(0).h(1).h(2)
    with pytest.raises(EngineError, match="instruction 3 is PauliRotation"):
        choose_engine(start.rx(0, 0.1).x_mixer(0.1), h, engine="diagonal")
    with pytest.raises(EngineError, match="whole layers"):
        choose_engine(start.phase(h, 0.1), h, engine="diagonal")
    other = start.phase(h, 0.1).x_mixer(0.1).phase(2.0 * h, 0.1).x_mixer(0.1)
    with pytest.raises(EngineError, match="same cost"):
        choose_engine(other, h, engine="diagonal")
    with pytest.raises(EngineError, match="observable"):
        choose_engine(
            start.phase(h, 0.1).x_mixer(0.1), PauliSum.from_labels({"XII": 1.0}), engine="diagonal"
        )


@pytest.mark.parametrize("name", ["diagonal", "sector"])
def test_an_engine_that_does_not_fit_names_those_that_do(name):
    circuit, observable = Circuit(1).ry(0, 0.3), PauliSum.from_labels({"X": 1.0})
    with pytest.raises(EngineError, match=r"; use engine='statevector' or engine='auto'$"):
        choose_engine(circuit, observable, engine=name)
    for fits in ("statevector", "auto"):
        assert choose_engine(circuit, observable, engine=fits).info.name == "statevector"
