"""Channels: closed forms, conventions, and Kraus sums by brute force."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.noise.base import paulis

noise = hq.noise
PROBABILITY = st.floats(0, 1)
TIME = st.floats(0.01, 100)


@st.composite
def relaxations(draw):
    t1, part = draw(TIME), draw(st.floats(0.01, 1))
    return noise.thermal_relaxation(t1, 2 * t1 * part, draw(TIME), draw(PROBABILITY))


@st.composite
def isometries(draw):
    """Kraus operators cut out of the columns of a random unitary matrix."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    columns = rng.normal(size=(2, 8, 2))
    return noise.kraus(np.linalg.qr(columns[0] + 1j * columns[1])[0].reshape(4, 2, 2))


ONE_QUBIT = st.one_of(
    PROBABILITY.map(noise.depolarizing),
    st.builds(noise.amplitude_damping, PROBABILITY, PROBABILITY),
    PROBABILITY.map(noise.phase_damping),
    relaxations(),
    st.builds(lambda p, q: noise.pauli({"X": p / 2, "Z": q / 2}), PROBABILITY, PROBABILITY),
    isometries(),
)
# A channel and the number of qubits of the gate before it.
ANY = st.one_of(
    st.tuples(ONE_QUBIT, st.sampled_from([1, 2])),
    st.builds(lambda a, b: (noise.qubitwise([a, b]), 2), ONE_QUBIT, ONE_QUBIT),
)


def density(rng, n):
    columns = rng.normal(size=(2, 1 << n, 1 << n))
    root = columns[0] + 1j * columns[1]
    rho = root @ root.conj().T
    return rho / np.trace(rho)


def kraus_sum(channel, rho):
    n = len(rho).bit_length() - 1
    return sum(k @ rho @ k.conj().T for k in channel.kraus(n))


@settings(max_examples=30, deadline=None)
@given(ANY, st.integers(0, 2**32))
def test_channels_keep_trace_and_positivity_in_every_form(case, seed):
    channel, n = case
    rho = density(np.random.default_rng(seed), n)
    after = kraus_sum(channel, rho)
    assert np.trace(after) == pytest.approx(1, abs=1e-12)
    assert np.linalg.eigvalsh(after).min() > -1e-12
    by_rows = channel.superoperator(n) @ rho.reshape(-1)
    np.testing.assert_allclose(by_rows.reshape(after.shape), after, atol=1e-12)
    vector = np.einsum("pab,ba->p", paulis(n), rho).real
    image = np.einsum("pab,ba->p", paulis(n), after).real
    np.testing.assert_allclose(channel.pauli_transfer(n) @ vector, image, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(ANY)
def test_fidelities_in_closed_form_are_those_of_the_kraus_operators(case):
    channel, n = case
    traces = np.trace(channel.kraus(n), axis1=1, axis2=2)
    d = 1 << n
    expected = ((np.abs(traces) ** 2).sum() + d) / (d * (d + 1))
    assert channel.average_fidelity(n) == pytest.approx(expected, abs=1e-12)


def test_the_average_fidelity_is_the_mean_over_random_states():
    channel, rng = noise.thermal_relaxation(50, 30, 20), np.random.default_rng(1)
    psi = rng.normal(size=(20000, 2)) + 1j * rng.normal(size=(20000, 2))
    psi /= np.linalg.norm(psi, axis=1)[:, None]
    fidelities = (np.abs(np.einsum("si,kij,sj->sk", psi.conj(), channel.kraus(), psi)) ** 2).sum(1)
    error = fidelities.std() / math.sqrt(len(fidelities))
    assert abs(fidelities.mean() - channel.average_fidelity()) < 5 * error


@settings(max_examples=20, deadline=None)
@given(PROBABILITY, st.sampled_from([1, 2]), st.integers(0, 2**32))
def test_depolarizing_noise_mixes_in_the_identity(strength, n, seed):
    """The definition ρ → (1−λ)ρ + λI/d, and Qiskit's depolarizing_error(λ, n)."""
    rho = density(np.random.default_rng(seed), n)
    channel = noise.depolarizing(strength)
    mixed = (1 - strength) * rho + strength * np.eye(len(rho)) / len(rho)
    np.testing.assert_allclose(kraus_sum(channel, rho), mixed, atol=1e-12)
    fidelity = {1: 1 - strength / 2, 2: 1 - 3 * strength / 4}[n]
    assert channel.average_fidelity(n) == pytest.approx(fidelity, abs=1e-12)
    # The probability of an error, by which Cirq, Braket, PennyLane and qulacs count.
    error = 1 - channel.pauli_probabilities(n)[0]
    assert error == pytest.approx({1: 3 / 4, 2: 15 / 16}[n] * strength, abs=1e-12)


def test_thermal_relaxation_has_the_closed_forms_of_t1_and_t2():
    """e^{−t/T1}, e^{−t/T2} and (3 + e^{−t/T1} + 2e^{−t/T2})/6 at T1 = 50, T2 = 30, t = 20."""
    channel = noise.thermal_relaxation(t1=50, t2=30, time=20)
    one, plus = np.diag([0.0, 1.0]), np.full((2, 2), 0.5)
    assert kraus_sum(channel, one)[1, 1].real == pytest.approx(math.exp(-0.4), abs=1e-14)
    assert kraus_sum(channel, one)[1, 1].real == pytest.approx(0.670320046, abs=1e-9)
    assert 2 * kraus_sum(channel, plus)[0, 1].real == pytest.approx(0.513417119, abs=1e-9)
    assert channel.average_fidelity() == pytest.approx(0.782859047, abs=1e-9)
    warm = noise.thermal_relaxation(50, 30, 20, excited=0.1)
    assert kraus_sum(warm, one)[1, 1].real == pytest.approx(0.703288042, abs=1e-9)


def test_amplitude_damping_with_relaxation_time_only_is_thermal_relaxation_at_twice_t1():
    decay = noise.amplitude_damping(1 - math.exp(-0.4))
    relaxation = noise.thermal_relaxation(50, 100, 20)
    np.testing.assert_allclose(decay.superoperator(), relaxation.superoperator(), atol=1e-14)


def test_phase_damping_shrinks_coherences_by_the_root():
    after = kraus_sum(noise.phase_damping(0.19), np.full((2, 2), 0.5))
    np.testing.assert_allclose(after, [[0.5, 0.45], [0.45, 0.5]], atol=1e-14)


@settings(max_examples=20, deadline=None)
@given(ONE_QUBIT, st.sampled_from([1, 2]))
def test_a_twirled_channel_is_the_mean_over_the_paulis(channel, n):
    twirl = noise.twirled(channel, n)
    dense = channel.superoperator(n)
    turned = [np.kron(p, p.conj()) for p in paulis(n)]
    mean = sum(p @ dense @ p for p in turned) / len(turned)  # Paulis are their own inverses
    np.testing.assert_allclose(twirl.superoperator(n), mean, atol=1e-12)
    assert twirl.average_fidelity(n) == pytest.approx(channel.average_fidelity(n), abs=1e-12)


def test_letters_of_a_pauli_label_follow_the_qubits_of_the_gate():
    chances = noise.pauli({"XI": 0.1, "IZ": 0.2}).pauli_probabilities(2)
    assert chances[1] == 0.1  # X on the first qubit
    assert chances[3 << 2] == 0.2  # Z on the second
    flips = noise.pauli({"XI": 1.0})
    ket = np.diag([1.0, 0, 0, 0])
    assert kraus_sum(flips, ket)[1, 1] == 1.0  # index 1: the first qubit is the lowest bit


@settings(max_examples=20, deadline=None)
@given(ANY)
def test_channels_are_values_that_plain_values_restore(case):
    channel, n = case
    model = noise.NoiseModel(**{"one_qubit" if n == 1 else "two_qubit": channel})
    assert noise.NoiseModel.from_json(model.to_json()) == model
    assert pickle.loads(pickle.dumps(channel)) == channel
    assert hash(channel) == hash(pickle.loads(pickle.dumps(channel)))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: noise.depolarizing(1.5), "strength must be a number from 0 to 1, got 1.5"),
        (lambda: noise.depolarizing(float("nan")), "from 0 to 1, got nan"),
        (lambda: noise.depolarizing(True), "from 0 to 1, got True"),
        (lambda: noise.amplitude_damping(0.1, excited=-1), "excited must be a number from 0 to 1"),
        (lambda: noise.thermal_relaxation(10, 21, 1), "t2 must be at most 2 T1 = 20, got 21"),
        (lambda: noise.thermal_relaxation(0, 1, 1), "t1 must be a positive number, got 0"),
        (lambda: noise.thermal_relaxation(1, 1, -1), "time must be a number >= 0, got -1"),
        (lambda: noise.pauli({"X": 0.7, "Y": 0.4}), "add up to 1.1"),
        (lambda: noise.pauli({"I": 0.7, "Y": 0.4}), "add up to 1.1"),
        (lambda: noise.pauli({"Q": 0.1}), "letters I, X, Y, Z"),
        (lambda: noise.pauli({"X": 0.1, "XX": 0.1}), "all of one or all of two letters"),
        (lambda: noise.pauli({}), "errors such as"),
        (lambda: noise.kraus([np.eye(2), np.eye(2)]), "differs from 1 by 1"),
        (lambda: noise.kraus(np.eye(2)), "shape"),
        (lambda: noise.kraus("abc"), "shape"),
        (lambda: noise.kraus([[[math.nan, 0], [0, 1]]]), "finite"),
        (lambda: noise.over_rotation(relative=math.inf), "relative must be a finite number"),
        (lambda: noise.depolarizing(strenght=0.1), "did you mean 'strength'"),
        (lambda: noise.qubitwise([noise.depolarizing(0.1)]), "two channels on one qubit"),
        (lambda: noise.qubitwise(0.1), "two channels on one qubit"),
    ],
)
def test_unphysical_channels_are_refused(make, words):
    with pytest.raises(ParameterError) as refusal:
        make()
    assert words in str(refusal.value)


def test_a_channel_on_two_qubits_is_refused_after_gates_on_one():
    joint = noise.pauli({"ZZ": 0.1})
    with pytest.raises(DimensionError, match="give it as two_qubit noise"):
        noise.NoiseModel(one_qubit=joint)
    assert noise.NoiseModel(two_qubit=joint).two_qubit == (joint,)
    with pytest.raises(DimensionError, match="cannot act after a gate on 1"):
        noise.NoiseModel(rules=[noise.rule(joint)]).after("rx", (0,))
    with pytest.raises(DimensionError, match="cannot act after a gate on 1"):
        noise.NoiseModel(one_qubit=noise.qubitwise(2 * [noise.depolarizing(0.1)]))
    with pytest.raises(DimensionError, match="cannot act after a gate on 1"):
        noise.qubitwise(2 * [joint])
