"""Noisy circuits against other simulators; those that are missing run by `make test-backends`."""

from functools import partial, reduce

import numpy as np
import pytest

import hybridq as hq
from hybridq.engines import Density
from hybridq.engines.noisy_gates import noisy_gates
from hybridq.noise.base import paulis
from tests.engines.test_density_engine import published, qaoa_of

N = hq.noise
QUBITS = 3
GATES = (
    ("h", (0,)), ("cx", (0, 2)), ("rx", (1,), 0.7), ("ry", (2,), -1.1), ("cz", (2, 1)), ("s", (0,)),
    ("rz", (2,), 0.4), ("cx", (1, 0)), ("t", (1,)), ("swap", (1, 2)), ("h", (1,)), ("x", (2,)),
)  # fmt: skip
CIRCUIT = reduce(
    lambda circuit, step: getattr(circuit, step[0])(*step[1], *step[2:]), GATES, hq.Circuit(QUBITS)
)
RNG = np.random.default_rng(5)


def random_kraus(width):
    """Return the operators of a random channel, shape (3, 2**width, 2**width)."""
    size = 2**width
    tall = RNG.normal(size=(3 * size, size)) + 1j * RNG.normal(size=(3 * size, size))
    return np.linalg.qr(tall)[0].reshape(3, size, size)


NAMED = hq.NoiseModel(
    one_qubit=[N.depolarizing(0.03), N.amplitude_damping(0.05)],
    two_qubit=[N.depolarizing(0.08), N.phase_damping(0.04)],
)
KRAUS = hq.NoiseModel(one_qubit=N.kraus(random_kraus(1)), two_qubit=N.kraus(random_kraus(2)))
RELAXING = hq.NoiseModel(
    one_qubit=N.thermal_relaxation(50, 30, 2, 0.1),
    two_qubit=N.qubitwise([N.thermal_relaxation(50, 70, 9), N.thermal_relaxation(40, 30, 9)]),
)
MODELS = {"named": NAMED, "kraus": KRAUS, "relaxing": RELAXING}


def density_matrix(circuit, model):
    """Return the density engine's state, qubit 0 the lowest bit."""
    z = hq.PauliSum.from_labels({"Z" * circuit.n_qubits: 1.0})
    engine = Density(model, kernels="numpy").bind(circuit, z)
    pauli = engine._evolve(np.zeros(0))
    return np.tensordot(pauli, paulis(circuit.n_qubits), 1) / 2**circuit.n_qubits


def steps(model):
    """Yield name, qubits, angle and channels of each gate."""
    for (name, qubits, *angle), noisy in zip(GATES, noisy_gates(CIRCUIT, model), strict=True):
        yield name, qubits, angle, noisy.channels


def installed(module):
    return pytest.importorskip(module, reason=f"{module} is missing: make test-backends")


# ----- each peer's density matrix, qubit 0 the lowest bit, with channels by Kraus operators -----


def of_aer(model):
    installed("qiskit_aer")
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import Kraus
    from qiskit_aer import AerSimulator

    circuit = QuantumCircuit(QUBITS)
    for name, qubits, angle, channels in steps(model):
        getattr(circuit, name)(*angle, *qubits)
        for channel in channels:
            circuit.append(Kraus(list(channel.kraus(len(qubits)))).to_instruction(), qubits)
    circuit.save_density_matrix()
    run = AerSimulator(method="density_matrix", max_parallel_threads=1).run(circuit)
    return np.asarray(run.result().data()["density_matrix"])


def of_qulacs(model):
    qulacs = installed("qulacs")
    names = {"h": "H", "cx": "CNOT", "cz": "CZ", "s": "S", "t": "T", "swap": "SWAP", "x": "X"}
    state = qulacs.DensityMatrix(QUBITS)
    for name, qubits, angle, channels in steps(model):
        if angle:  # its rotations are about −θ
            getattr(qulacs.gate, name.upper())(*qubits, -angle[0]).update_quantum_state(state)
        else:
            getattr(qulacs.gate, names[name])(*qubits).update_quantum_state(state)
        for channel in channels:
            operators = [
                qulacs.gate.DenseMatrix(list(qubits), each) for each in channel.kraus(len(qubits))
            ]
            qulacs.gate.CPTP(operators).update_quantum_state(state)
    return state.get_matrix()


def reversed_bits(matrix, width=QUBITS):
    """Return a matrix with the order of the qubits reversed."""
    order = [int(f"{z:0{width}b}"[::-1], 2) for z in range(2**width)]
    return matrix[np.ix_(order, order)]


def of_cirq(model):
    cirq = installed("cirq")
    line = cirq.LineQubit.range(QUBITS)
    names = {"h": "H", "cx": "CNOT", "cz": "CZ", "s": "S", "t": "T", "swap": "SWAP", "x": "X"}
    circuit = cirq.Circuit()
    for name, qubits, angle, channels in steps(model):
        gate = getattr(cirq, name)(*angle) if angle else getattr(cirq, names[name])
        chosen = [line[qubit] for qubit in qubits]
        circuit.append(gate(*chosen))
        for channel in channels:  # the first qubit is its highest bit
            kraus = channel.kraus(len(qubits))
            circuit.append(cirq.KrausChannel(list(kraus), validate=False)(*chosen[::-1]))
    simulator = cirq.DensityMatrixSimulator(dtype=np.complex128)
    found = simulator.simulate(circuit, qubit_order=line).final_density_matrix
    return reversed_bits(found)


def fewest(kraus):
    """Return orthogonal operators of the same channel, at most as many as a matrix has entries."""
    _, weights, rows = np.linalg.svd(kraus.reshape(len(kraus), -1), full_matrices=False)
    return (weights[:, None] * rows).reshape(-1, *kraus.shape[1:])


def of_braket(model):
    circuits = installed("braket.circuits")
    devices = installed("braket.devices")
    names = {"cx": "cnot"}
    circuit = circuits.Circuit()
    for name, qubits, angle, channels in steps(model):
        getattr(circuit, names.get(name, name))(*qubits, *angle)
        for channel in channels:  # the first target is its highest bit
            kraus = fewest(channel.kraus(len(qubits)))
            circuit.kraus(targets=list(qubits)[::-1], matrices=list(kraus))
    circuit.density_matrix()
    run = devices.LocalSimulator("braket_dm").run(circuit, shots=0)
    return reversed_bits(np.asarray(run.result().values[0]))


PEERS = {"aer": of_aer, "qulacs": of_qulacs, "cirq": of_cirq, "braket": of_braket}


@pytest.mark.parametrize("kind", MODELS)
@pytest.mark.parametrize("peer", PEERS)
def test_the_density_matrix_is_that_of_a_peer(peer, kind):
    found = PEERS[peer](MODELS[kind])
    np.testing.assert_allclose(found, density_matrix(CIRCUIT, MODELS[kind]), rtol=0, atol=1e-10)


# ----- channels by the names and conventions of each peer -----


def superoperator(kraus):
    return sum(np.kron(each, np.conj(each)) for each in kraus)


def aer_channels():
    installed("qiskit_aer")
    from qiskit.quantum_info import Kraus
    from qiskit_aer import noise

    def kraus(error):
        return Kraus(error.to_quantumchannel()).data

    yield N.depolarizing(0.3), 1, kraus(noise.depolarizing_error(0.3, 1))
    yield N.depolarizing(0.3), 2, kraus(noise.depolarizing_error(0.3, 2))
    yield N.amplitude_damping(0.2, 0.3), 1, kraus(noise.amplitude_damping_error(0.2, 0.3))
    yield N.phase_damping(0.2), 1, kraus(noise.phase_damping_error(0.2))
    for t2 in (30.0, 80.0):  # below and above T1, two constructions of Aer's
        relaxed = noise.thermal_relaxation_error(50.0, t2, 20.0, 0.1)
        yield N.thermal_relaxation(50, t2, 20, 0.1), 1, kraus(relaxed)


def cirq_channels():
    cirq = installed("cirq")
    yield N.depolarizing(0.3), 1, cirq.kraus(cirq.depolarize(0.75 * 0.3))
    yield N.depolarizing(0.3), 2, cirq.kraus(cirq.depolarize(15 / 16 * 0.3, n_qubits=2))
    yield N.amplitude_damping(0.2), 1, cirq.kraus(cirq.amplitude_damp(0.2))
    yield (
        N.amplitude_damping(0.2, 0.3),
        1,
        cirq.kraus(cirq.generalized_amplitude_damp(p=0.7, gamma=0.2)),
    )
    yield N.phase_damping(0.2), 1, cirq.kraus(cirq.phase_damp(0.2))


def braket_channels():
    noises = installed("braket.circuits").noises
    yield N.depolarizing(0.3), 1, noises.Depolarizing(0.75 * 0.3).to_matrix()
    yield N.depolarizing(0.3), 2, noises.TwoQubitDepolarizing(15 / 16 * 0.3).to_matrix()
    yield N.amplitude_damping(0.2), 1, noises.AmplitudeDamping(0.2).to_matrix()
    damped = noises.GeneralizedAmplitudeDamping(gamma=0.2, probability=0.7)
    yield N.amplitude_damping(0.2, 0.3), 1, damped.to_matrix()
    yield N.phase_damping(0.2), 1, noises.PhaseDamping(0.2).to_matrix()


@pytest.mark.parametrize("channels", [aer_channels, cirq_channels, braket_channels])
def test_conventions_of_named_channels_are_as_documented(channels):
    for channel, width, kraus in channels():
        np.testing.assert_allclose(
            superoperator(kraus), channel.superoperator(width), rtol=0, atol=1e-7
        )


@pytest.mark.parametrize("n", [6, 8])
def test_a_noisy_qaoa_layer_has_aers_expectation_value(n):
    installed("qiskit_aer")
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_aer import AerSimulator, noise

    edges = published(n)
    model = noise.NoiseModel(["h", "rz", "rx", "cx"])
    model.add_all_qubit_quantum_error(noise.depolarizing_error(0.001, 1), ["h", "rz", "rx"])
    model.add_all_qubit_quantum_error(noise.depolarizing_error(0.01, 2), ["cx"])
    circuit = QuantumCircuit(n)
    circuit.h(range(n))
    for u, v in edges:
        circuit.cx(u, v)
        circuit.rz(0.6, v)
        circuit.cx(u, v)
    circuit.rx(0.8, range(n))
    value = SparsePauliOp.from_sparse_list([("ZZ", list(edge), 0.5) for edge in edges], n)
    circuit.save_expectation_value(value, range(n))
    run = AerSimulator(method="density_matrix", noise_model=model, max_parallel_threads=1)
    expected = run.run(circuit).result().data()["expectation_value"]
    ours = hq.NoiseModel(one_qubit=N.depolarizing(0.001), two_qubit=N.depolarizing(0.01))
    engine = Density(ours, kernels="numpy").bind(*qaoa_of(n, edges, two_cx=True))
    assert engine.expectation([0.6, 0.4]) == pytest.approx(expected, abs=1e-10)


def test_the_noise_of_a_qiskit_device_is_aers():
    """Every reported error is above that of the relaxation, where Aer does not go below it."""
    installed("qiskit_aer")
    from qiskit import QuantumCircuit
    from qiskit.circuit import Parameter
    from qiskit.circuit.library import CXGate, Measure, RZGate, SXGate
    from qiskit.transpiler import InstructionProperties, QubitProperties, Target
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel
    from qiskit_aer.noise.device import basic_device_gate_errors

    times = ((9e-5, 1.2e-4), (1.1e-4, 6e-5), (5e-5, 2e-4))  # the last T2 is clipped
    target = Target(num_qubits=3, qubit_properties=[QubitProperties(*each) for each in times])
    add = partial(target.add_instruction)
    add(SXGate(), {(q,): InstructionProperties(4e-8, 2e-3 * (q + 1)) for q in range(3)})
    add(RZGate(Parameter("a")), {(q,): InstructionProperties(0, 0) for q in range(3)})
    add(
        CXGate(),
        {
            (0, 1): InstructionProperties(3e-7, 0.02),
            (1, 0): InstructionProperties(3.5e-7, 0.02),
            (1, 2): InstructionProperties(4e-7, 0.03),
        },
    )
    add(Measure(), {(q,): InstructionProperties(1e-6, 0.01) for q in range(3)})
    device = N.from_qiskit(target, name="three")
    model = hq.NoiseModel.from_snapshot(device, clip_t2=True, idle=False, readout=False)
    aer = NoiseModel(["sx", "rz", "cx"])
    for name, qubits, error in basic_device_gate_errors(target=target):
        aer.add_quantum_error(error, name, qubits)
    circuit, ours = QuantumCircuit(3), hq.Circuit(3)
    for name, qubits, *angle in (
        ("sx", (0,)), ("rz", (0,), 0.4), ("cx", (0, 1)), ("sx", (1,)), ("cx", (1, 2)),
        ("rz", (2,), -1.0), ("sx", (2,)), ("cx", (1, 0)), ("sx", (0,)), ("rz", (1,), 2.0),
    ):  # fmt: skip
        getattr(circuit, name)(*angle, *qubits)
        ours = getattr(ours, name)(*qubits, *angle)
    circuit.save_density_matrix()
    run = AerSimulator(method="density_matrix", noise_model=aer, max_parallel_threads=1)
    found = np.asarray(run.run(circuit).result().data()["density_matrix"])
    np.testing.assert_allclose(found, density_matrix(ours, model), rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", ["rainbow", "weber", "willow_pink"])
def test_calibrations_that_cirq_google_ships_become_noise_models(name):
    installed("cirq_google")
    from cirq_google.engine import load_median_device_calibration

    device = N.from_cirq_google(load_median_device_calibration(name), name=name)
    widths = {"rainbow": (23, 32), "weber": (53, 86), "willow_pink": (105, 182)}
    assert (device.n_qubits, len(device.coupling)) == widths[name]
    assert hq.NoiseModel.from_snapshot(device).n_qubits == device.n_qubits
    assert device.date.startswith(("2021-11", "2024-08"))


def test_a_fake_device_of_ibm_has_the_readout_errors_of_its_properties():
    """Its sampler on Aer reads 11111 from five X gates in 0.766 of the shots (2026-11-28)."""
    installed("qiskit_ibm_runtime")
    from qiskit_ibm_runtime.fake_provider import FakeManilaV2

    device = N.from_qiskit(FakeManilaV2())
    assert all(each.p10 != each.p01 for each in device.qubits)
    model = hq.NoiseModel.from_snapshot(device)
    circuit = reduce(lambda found, qubit: found.x(qubit), range(5), hq.Circuit(5))
    z = hq.PauliSum.from_labels({"ZZZZZ": 1.0})
    found = Density(model, kernels="numpy").bind(circuit, z).probabilities([])
    assert found[31] == pytest.approx(0.766, abs=0.01)
