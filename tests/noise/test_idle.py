"""Noise of qubits that wait: schedules, closed forms, plain values, refusals."""

import math

import pytest

import hybridq as hq
from hybridq.core.errors import DimensionError, ParameterError
from hybridq.engines import Density, Trajectories
from hybridq.engines.noisy_gates import noisy_gates
from tests.noise.test_snapshots import LINE

N = hq.noise
IDLE = hq.NoiseModel(
    idle=N.idle(t1=50.0, t2=30.0),
    one_qubit_time=1.0,
    two_qubit_time=10.0,
    rules=[N.rule(None, gates="rz", duration=0.0), N.rule(None, gates="swap", times=3)],
)


def waits(circuit, model=IDLE):
    """Return qubit and time of each wait, in the order of the circuit."""
    return [
        (noisy.gate.qubits[0], pytest.approx(noisy.channels[0].time))
        for noisy in noisy_gates(circuit, model)
        if noisy.channels
    ]


def test_gates_begin_as_soon_as_their_qubits_are_free():
    circuit = hq.Circuit(3).h(0).h(0).h(1).cx(0, 1).rz(0, 0.3).h(2).cx(1, 2).swap(0, 1)
    # cx(0, 1) from 2 to 12 waits 1 for qubit 1; cx(1, 2) to 22 waits 11 for qubit 2, which began;
    # the swap from 22 to 52 waits 10 for qubit 0; at the end qubit 2 waits 30.
    assert waits(circuit) == [(1, 1.0), (2, 11.0), (0, 10.0), (2, 30.0)]


def test_a_qubit_that_has_not_begun_waits_without_noise_unless_it_is_excited():
    circuit = hq.Circuit(2).h(0).cx(0, 1).h(0)
    assert waits(circuit) == [(1, 1.0)]
    warm = hq.NoiseModel(idle=N.idle(t1=50.0, excited=0.1), one_qubit_time=1.0)
    assert waits(circuit, warm) == [(1, 1.0), (1, 1.0)]


def test_waiting_is_the_published_relaxation():
    """T1 = 50, T2 = 30, t = 20: P1 = e^{-0.4}, ⟨X⟩ = e^{-2/3}; 10 % excited P1 = 0.703288042."""
    flipped, plus = hq.Circuit(2).x(0).x(1).x(1), hq.Circuit(2).h(0).x(1).x(1)
    for excited, p1 in ((0.0, 0.670320046), (0.1, 0.703288042)):
        model = hq.NoiseModel(
            idle=N.idle(t1=50.0, t2=30.0, excited=excited),
            rules=[N.rule(None, qubits=[(1,)], duration=10.0)],
        )
        z, x = (hq.PauliSum.from_labels({label: 1.0}) for label in ("ZI", "XI"))
        engine = Density(model, kernels="numpy")
        assert engine.bind(flipped, z).expectation([]) == pytest.approx(1 - 2 * p1, abs=1e-8)
        assert engine.bind(plus, x).expectation([]) == pytest.approx(math.exp(-2 / 3), abs=1e-9)


def test_waiting_is_the_same_on_both_engines():
    circuit = hq.Circuit(2).h(0).cx(0, 1).t(1).rx(1, 0.7)
    model = hq.NoiseModel(idle=N.idle(t2=20.0), one_qubit_time=3.0, two_qubit_time=10.0)
    z = hq.PauliSum.from_labels({"ZZ": 1.0, "XX": 0.5})
    exact = Density(model, kernels="numpy").bind(circuit, z).expectation([])
    found = Trajectories(model, trajectories=4000, rng=1).bind(circuit, z).estimate([])
    assert abs(found.value - exact) < 5 * found.standard_error + 1e-12
    perfect = Density(kernels="numpy").bind(circuit, z).expectation([])
    assert abs(exact - perfect) > 0.01


def test_a_device_has_the_idle_noise_and_the_durations_of_its_snapshot():
    model = hq.NoiseModel.from_snapshot(LINE)
    assert model.idle_on(2) == {
        0: N.idle(1e-4, 8e-5, qubits=(0,)),
        1: N.idle(2e-4, 1.5e-4, qubits=(1,)),
    }
    assert model.duration("cx", (0, 1)) == model.duration("cz", (1, 0)) == 3e-7
    assert model.duration("rzz", (1, 2)) == 8e-7
    assert model.duration("swap", (1, 2)) == pytest.approx(1.2e-6)
    assert model.duration("h", (0,)) == 3.5e-8
    assert model.duration("rz", (0,)) == model.duration("t", (1,)) == 0.0
    assert hq.NoiseModel.from_snapshot(LINE, idle=False).idle == ()
    median = hq.NoiseModel.from_snapshot(LINE, uncoupled="median")
    assert median.duration("rzz", (0, 2)) == 6e-7
    assert median.duration("cx", (0, 2)) == 3e-7


def test_plain_values_restore_idle_noise():
    several = hq.NoiseModel(idle=[N.idle(t1=2.0), N.idle(t2=1.0, qubits=(1,))], two_qubit_time=0.5)
    for model in (IDLE, several, hq.NoiseModel.from_snapshot(LINE, uncoupled="median")):
        assert hq.NoiseModel.from_json(model.to_json()) == model
    assert several.idle_on(3) == {0: N.idle(t1=2.0), 1: N.idle(t2=1.0, qubits=(1,)), 2: N.idle(2.0)}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: N.idle(), "t1, t2 or both"),
        (lambda: N.idle(t1=1.0, t2=2.5), "t2 must be at most 2 T1 = 2"),
        (lambda: N.idle(t1=-1.0), "t1 must be a positive number"),
        (lambda: N.idle(t1=1.0, excited=2), "excited must be a number from 0 to 1"),
        (lambda: hq.NoiseModel(idle=3), "noise such as hybridq.noise.idle"),
        (lambda: hq.NoiseModel(idle=[N.idle(1.0), N.idle(2.0)]), "all other qubits two noises"),
        (lambda: hq.NoiseModel(two_qubit_time=-1), "two_qubit_time must be a number >= 0"),
        (lambda: N.rule(None, gates="x", duration=-1), "duration must be a number >= 0"),
        (lambda: N.rule(None, gates="x", times=0), "times must be an integer >= 1"),
        (lambda: hq.NoiseModel.from_description({"idle": {"t3": 1}}), "t3"),
    ],
)
def test_idle_noise_of_another_form_is_refused(make, words):
    with pytest.raises(ParameterError) as refusal:
        make()
    assert words in str(refusal.value)


def test_idle_noise_of_a_qubit_that_the_circuit_does_not_have_is_refused():
    model = hq.NoiseModel(idle=N.idle(t1=1.0, qubits=(4,)))
    with pytest.raises(DimensionError, match="idle noise on qubit 4: the circuit has 2 qubits"):
        noisy_gates(hq.Circuit(2).h(0), model)
