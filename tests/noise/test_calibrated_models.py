"""Noise models of device snapshots: fidelities as reported, rules, refusals."""

import math

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hybridq as hq
from hybridq.core.errors import DimensionError, EngineError, ParameterError
from hybridq.experiments import parse_config, plan, run_trial
from hybridq.noise.calibrated import gate_noise
from tests.noise.test_snapshots import LINE, Device, Gate, Qubit

N = hq.noise
MODEL = hq.NoiseModel.from_snapshot(LINE)


def average_fidelity(channels, n_qubits):
    """Return it by Kraus operators of the product of superoperators, (d F + 1)/(d + 1)."""
    total = np.eye(4**n_qubits)
    for channel in channels:
        total = channel.superoperator(n_qubits) @ total
    d = 2**n_qubits
    return (np.trace(total).real / d**2 * d + 1) / (d + 1)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 2),
    st.floats(1e-6, 0.45),
    st.floats(0, 3),
    st.lists(st.tuples(st.floats(0.1, 5), st.floats(0.05, 1)), min_size=2, max_size=2),
)
def test_the_average_fidelity_is_one_minus_the_reported_error(n, error, time, relaxing):
    """Also where the relaxation alone would be worse: its time is then shorter."""
    qubits = [Qubit(t1, 2 * t1 * share) for t1, share in relaxing[:n]]
    channels = gate_noise(Gate("g", tuple(range(n)), error, time), qubits)
    assert 1 - average_fidelity(channels, n) == pytest.approx(error, rel=1e-9, abs=1e-13)


def test_depolarizing_comes_first_and_its_strength_is_qiskits():
    """λ = d (ε − ε_r)/(d F_r − 1), F_r = (3 + e^{−t/T1} + 2 e^{−t/T2})/6 on one qubit."""
    first, second = gate_noise(Gate("x", (0,), 0.01, 1e-6), [Qubit(1e-4, 8e-5)])
    relaxed = (3 + math.exp(-0.01) + 2 * math.exp(-0.0125)) / 6
    assert first.strength == pytest.approx(2 * (0.01 - (1 - relaxed)) / (2 * relaxed - 1), rel=1e-9)
    assert second == N.thermal_relaxation(1e-4, 8e-5, 1e-6)


def test_numbers_that_were_not_reported_leave_their_noise_out():
    bare, gate = Qubit(), Gate("x", (0,), 0.01, 1e-6)
    (depolarized,) = gate_noise(gate, [bare])
    assert depolarized.strength == pytest.approx(0.02)
    assert gate_noise(Gate("x", (0,), None, 1e-6), [bare]) is None
    assert gate_noise(Gate("x", (0,), None, None), [Qubit(1.0, 1.0)]) is None
    assert gate_noise(Gate("x", (0,), None, 0.3), [Qubit(2.0)]) == (
        N.thermal_relaxation(2.0, 4.0, 0.3),
    )
    (damped,) = gate_noise(Gate("x", (0,), None, 0.3), [Qubit(None, 2.0)])
    assert damped.pauli_transfer()[1, 1] == pytest.approx(math.exp(-0.15), abs=1e-14)
    assert gate_noise(Gate("x", (0,), 0.0, 0.3), [Qubit(2.0)]) == ()
    assert gate_noise(Gate("x", (0,), 0.5, 0.3), [bare]) is None  # random results, out of order
    assert gate_noise(Gate("cx", (0, 1), 1.0, 0.3), [bare, bare]) is None


def test_gates_of_the_device_have_its_noise_and_others_that_of_the_gates_that_make_them():
    cx = gate_noise(LINE.gate("cx", (0, 1)), LINE.qubits[:2])
    turned = gate_noise(LINE.gate("cx", (0, 1)), LINE.qubits[1::-1])
    assert MODEL.after("cx", (0, 1)) == MODEL.after("cz", (0, 1)) == cx
    assert MODEL.after("cx", (1, 0)) == turned != cx
    assert MODEL.after("rzz", (0, 1)) == cx * 2
    assert MODEL.after("swap", (0, 1)) == cx * 3
    sx = gate_noise(LINE.gate("sx", (2,)), LINE.qubits[2:])
    assert MODEL.after("h", (2,)) == MODEL.after("sx", (2,)) == sx
    assert MODEL.after("rz", (2,)) == MODEL.after("t", (0,)) == MODEL.after("id", (1,)) == ()
    assert MODEL.readouts(2) == (
        N.correlated_readout([[0.99, 0.03], [0.01, 0.97]], (0,)),
        N.correlated_readout([[0.98, 0.05], [0.02, 0.95]], (1,)),
    )


def test_a_gate_by_pairs_of_weak_entanglers_takes_two_of_them():
    device = Device("g", (Qubit(), Qubit()), gates=(Gate("sqrt_iswap", (0, 1), 0.01),))
    model = hq.NoiseModel.from_snapshot(device, readout=False)
    one = model.after("sqrt_iswap", (0, 1))
    assert model.after("cx", (0, 1)) == model.after("rzz", (1, 0)) == one * 2
    with pytest.raises(EngineError, match="no h on qubit 0"):
        model.after("h", (0,))


def test_chosen_qubits_are_those_of_the_circuit():
    model = hq.NoiseModel.from_snapshot(LINE, (2, 1))
    assert model == hq.NoiseModel.from_snapshot(LINE.part((2, 1)))
    assert model.after("cx", (0, 1)) == gate_noise(LINE.gate("cx", (2, 1)), LINE.qubits[:0:-1])


def test_pairs_that_are_not_coupled_are_refused_or_have_the_median_noise():
    with pytest.raises(EngineError) as refusal:
        MODEL.after("rzz", (0, 2))
    assert "no rzz on qubits 0 and 2: the device does not couple them" in str(refusal.value)
    model = hq.NoiseModel.from_snapshot(LINE, uncoupled="median")
    best = gate_noise(LINE.gate("cx", (0, 1)), LINE.qubits[:2])  # of two, the better one
    assert model.after("cx", (0, 2)) == best
    assert model.after("rzz", (2, 0)) == best * 2
    assert model.after("swap", (2, 0)) == best * 3
    assert model.after("cx", (0, 1)) == MODEL.after("cx", (0, 1))


def circuit_on(n):
    circuit = hq.Circuit(n).h(0)
    for q in range(n - 1):
        circuit = circuit.cx(q, q + 1).rx(q, 0.3)
    return circuit


def test_the_noise_of_a_device_runs_and_a_part_of_it_is_recorded():
    z = hq.PauliSum.from_labels({"ZZ": 1.0})
    engine = hq.engines.Density(MODEL, kernels="numpy").bind(circuit_on(2), z)
    part = hq.NoiseModel.from_snapshot(LINE.part((0, 1)))
    same = hq.engines.Density(part, kernels="numpy").bind(circuit_on(2), z)
    assert engine.expectation([]) == pytest.approx(same.expectation([]), abs=1e-14)
    assert len(engine.info.noise["readout"]) == 2
    assert not any(2 in group for rule in engine.info.noise["rules"] for group in rule["qubits"])


@pytest.mark.parametrize("kind", [hq.engines.Density, hq.engines.Trajectories])
def test_a_circuit_wider_than_the_device_is_refused(kind):
    with pytest.raises(
        DimensionError, match="has 4 qubits, and the device of the noise model has 3"
    ):
        kind(MODEL).bind(circuit_on(4), hq.PauliSum.from_labels({"ZZZZ": 1.0}))


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: hq.NoiseModel.from_snapshot(
                Device("d", (Qubit(1, 1, 0, 0), Qubit(1, 2.5, 0, 0)))
            ),
            "qubit 1 of d: t2 is above 2 t1, which no channel has",
        ),
        (
            lambda: hq.NoiseModel.from_snapshot(
                Device("d", (Qubit(1, 1, 0, 0), Qubit(1, 2.5, 0, 0))).part((1, 0)), (1, 0)
            ),
            "qubit 0 of d",
        ),
        (
            lambda: hq.NoiseModel.from_snapshot(Device("d", (Qubit(p10=0, p01=0), Qubit(p10=0)))),
            "qubit 1 of d: the snapshot reports no readout errors: add p10 and p01",
        ),
        (lambda: hq.NoiseModel.from_snapshot(LINE, uncoupled="mean"), "'refuse' or 'median'"),
        (lambda: hq.NoiseModel.from_snapshot(LINE, clip_t2=1), "clip_t2 must be True or False"),
        (lambda: hq.NoiseModel.from_snapshot("line.json"), "snapshot must be a DeviceSnapshot"),
        (
            lambda: hq.NoiseModel.from_snapshot(
                Device("d", (Qubit(), Qubit())), readout=False, uncoupled="median"
            ),
            "no two-qubit gate whose error is reported",
        ),
    ],
)
def test_devices_and_options_of_another_form_are_refused(make, words):
    with pytest.raises(ParameterError) as refusal:
        make()
    assert words in str(refusal.value)


def test_clipped_devices_are_accepted():
    device = Device("d", (Qubit(1.0, 2.5, 0, 0),), gates=(Gate("x", (0,), 0.3, 0.1),))
    (_, relaxed) = hq.NoiseModel.from_snapshot(device, clip_t2=True).after("x", (0,))
    assert relaxed.t2 == 2.0


def test_plain_values_restore_the_model_and_texts_and_files_describe_it(tmp_path):
    assert hq.NoiseModel.from_json(MODEL.to_json()) == MODEL
    assert hq.NoiseModel.from_description(LINE.describe()) == MODEL
    path = tmp_path / "line.json"
    LINE.write(path)
    assert hq.NoiseModel.from_text(str(path)) == MODEL
    assert hq.NoiseModel.from_text(
        f"snapshot={path}, uncoupled=median, clip_t2=true, readout=false, qubits=2/1"
    ) == hq.NoiseModel.from_snapshot(
        LINE, (2, 1), uncoupled="median", clip_t2=True, readout=False
    )  # fmt: skip
    for text, words in (
        (f"snapshot={path},uncoupled", "snapshot=FILE, and of these"),
        (f"snapshot={path},qubits=1-2", "snapshot=FILE, and of these"),
        (f"snapshot={path},median=true", "median"),
        (f"snapshot={path},readout=no", "readout must be True or False, got 'no'"),
    ):
        with pytest.raises(ParameterError) as refusal:
            hq.NoiseModel.from_text(text)
        assert words in str(refusal.value)


CONFIG = """
name: device
problem: {kind: maxcut, graph: {kind: ring, nodes: 3}}
ansatz: {kind: qaoa, p: 1}
engine:
  kind: density
  kernels: numpy
  noise: {snapshot: line.json, qubits: [2, 1, 0], uncoupled: median}
"""


def test_a_config_takes_a_snapshot_by_its_content(tmp_path):
    path = tmp_path / "line.json"
    LINE.write(path)
    (trial,) = plan(parse_config(CONFIG, base=tmp_path))
    path.unlink()
    graph = nx.cycle_graph(3)
    noise = hq.NoiseModel.from_snapshot(LINE, (2, 1, 0), uncoupled="median")
    found = run_trial(trial.conditions).metrics["expectation"]
    best = hq.solve(hq.MaxCut(graph), p=1, noise=noise, kernels="numpy", rng=1).expectation
    assert found == pytest.approx(best, abs=1e-6)
    with pytest.raises(hq.HybridqError, match=r"line\.json"):
        list(plan(parse_config(CONFIG, base=tmp_path)))
