"""The same QAOA of max-cut in every peer: a function of the angles that returns the energy.

Each peer is written as its own documentation would have it, and set up before the clock starts:
its diagonal, its compiled circuit, its observable. Angles are hybridq's: phase e^{−iγH} with
H = Σ (ZZ − 1)/2, an RZZ(γ) an edge, and mixer e^{iβΣX}, an RX(−2β) a qubit.
"""

from __future__ import annotations

import ctypes
import importlib.metadata
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np

Energy = Callable[[np.ndarray], float]
Gradient = Callable[[np.ndarray], Any]
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Peer:
    """One simulator.

    Attributes:
        package: what it is called on PyPI.
        setup: makes an energy function for (graph, p).
        gradient: makes a function that returns (energy, gradient), or None.
        single: whether it computes in single precision.
    """

    package: str
    setup: Callable[[nx.Graph, int], Energy]
    gradient: Callable[[nx.Graph, int], Gradient] | None = None
    single: bool = False

    def version(self) -> str:
        """The installed version."""
        if self.package == "qokit":
            return qokit_library()[1]
        return importlib.metadata.version(self.package)


def cut_diagonal(graph: nx.Graph) -> np.ndarray:
    """−C of every assignment, shape (2**n,)."""
    index = np.arange(1 << len(graph))
    costs = np.zeros(len(index))
    for u, v in graph.edges:
        costs -= (index >> u ^ index >> v) & 1
    return costs


_qokit: list[Any] = []


def qokit_library() -> tuple[Any, str]:
    """QOKit's C simulator, built here with -O3 -march=native, and its version.

    The wheel on PyPI pins old versions of other packages, so it is not installed: its C sources
    are taken out of it and compiled with three headers of our own.
    """
    if not _qokit:
        folder = Path(tempfile.mkdtemp())
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "-d",
            folder,
            "qokit",
        ]
        subprocess.run(command, check=True, capture_output=True)
        (wheel,) = folder.glob("qokit-*.whl")
        zipfile.ZipFile(wheel).extractall(folder)
        sources = sorted((folder / "qokit/fur/c/csim/src").glob("*.c"))
        library = folder / "libcsim.so"
        flags = ["-O3", "-march=native", "-fopenmp", "-shared", "-fPIC", "-w"]
        include = f"-I{HERE / 'qokit_headers'}"
        subprocess.run(["gcc", *flags, include, *sources, "-lm", "-o", library], check=True)
        _qokit.extend([ctypes.CDLL(str(library)), wheel.name.split("-")[1]])
    return _qokit[0], _qokit[1]


def qokit(graph: nx.Graph, p: int) -> Energy:
    library, _ = qokit_library()
    n, diagonal = len(graph), cut_diagonal(graph)
    pointer = np.ctypeslib.ndpointer(ctypes.c_double, flags="C_CONTIGUOUS")
    run = library.apply_qaoa_furx
    run.restype = None
    run.argtypes = [pointer] * 5 + [ctypes.c_uint, ctypes.c_size_t, ctypes.c_size_t]

    def energy(x: np.ndarray) -> float:
        re = np.full(1 << n, 2.0 ** (-n / 2))
        im = np.zeros(1 << n)
        run(re, im, 2.0 * x[:p], -x[p:], diagonal, n, 1 << n, p)
        return float(diagonal @ (re * re + im * im))

    return energy


def qulacs(graph: nx.Graph, p: int) -> Energy:
    from qulacs import Observable, ParametricQuantumCircuit, QuantumState

    n = len(graph)
    circuit = ParametricQuantumCircuit(n)
    for q in range(n):
        circuit.add_H_gate(q)
    where: list[int] = []
    for layer in range(p):
        for u, v in graph.edges:
            circuit.add_parametric_multi_Pauli_rotation_gate([u, v], [3, 3], 0.0)
            where.append(layer)
        for q in range(n):
            circuit.add_parametric_RX_gate(q, 0.0)
            where.append(p + layer)
    observable = Observable(n)
    for u, v in graph.edges:
        observable.add_operator(0.5, f"Z {u} Z {v}")
    shift = -0.5 * graph.number_of_edges()
    state = QuantumState(n)

    def energy(x: np.ndarray) -> float:
        # qulacs rotates by e^{+iθP/2}.
        for number, parameter in enumerate(where):
            factor = -1.0 if parameter < p else 2.0
            circuit.set_parameter(number, factor * float(x[parameter]))
        state.set_zero_state()
        circuit.update_quantum_state(state)
        return observable.get_expectation_value(state) + shift

    return energy


def aer(graph: nx.Graph, p: int) -> Energy:
    from qiskit import QuantumCircuit, transpile
    from qiskit.circuit import ParameterVector
    from qiskit.quantum_info import SparsePauliOp
    from qiskit_aer import AerSimulator

    n = len(graph)
    x = ParameterVector("x", 2 * p)
    circuit = QuantumCircuit(n)
    circuit.h(range(n))
    for layer in range(p):
        for u, v in graph.edges:
            circuit.rzz(x[layer], u, v)
        circuit.rx(-2 * x[p + layer], range(n))
    terms = [("ZZ", [u, v], 0.5) for u, v in graph.edges]
    terms.append(("", [], -0.5 * graph.number_of_edges()))
    observable = SparsePauliOp.from_sparse_list(terms, num_qubits=n)
    circuit.save_expectation_value(observable, range(n))
    simulator = AerSimulator(method="statevector")
    compiled = transpile(circuit, simulator, optimization_level=0)

    def energy(point: np.ndarray) -> float:
        bound = compiled.assign_parameters(dict(zip(x, point.tolist(), strict=True)))
        return simulator.run(bound, shots=1).result().data()["expectation_value"]

    return energy


def qsim(graph: nx.Graph, p: int) -> Energy:
    import os

    import cirq
    import qsimcirq
    import sympy

    n = len(graph)
    qubits = cirq.LineQubit.range(n)
    symbols = sympy.symbols(f"x0:{2 * p}")
    circuit = cirq.Circuit(cirq.H.on_each(qubits))
    for layer in range(p):
        for u, v in graph.edges:
            circuit.append(cirq.ZZPowGate(exponent=symbols[layer] / np.pi)(qubits[u], qubits[v]))
        circuit.append(cirq.rx(-2 * symbols[p + layer]).on_each(qubits))
    observable = cirq.PauliSum.from_pauli_strings(
        [0.5 * cirq.Z(qubits[u]) * cirq.Z(qubits[v]) for u, v in graph.edges]
    )
    shift = -0.5 * graph.number_of_edges()
    options = qsimcirq.QSimOptions(cpu_threads=len(os.sched_getaffinity(0)), max_fused_gate_size=4)
    simulator = qsimcirq.QSimSimulator(options)

    def energy(x: np.ndarray) -> float:
        names = {f"x{number}": float(value) for number, value in enumerate(x)}
        values = simulator.simulate_expectation_values(circuit, observable, names)
        return float(values[0].real) + shift

    return energy


def _lightning_node(graph: nx.Graph, p: int) -> Any:
    import pennylane as qml

    n = len(graph)
    device = qml.device("lightning.qubit", wires=n)
    observable = qml.Hamiltonian(
        [0.5] * graph.number_of_edges(), [qml.Z(u) @ qml.Z(v) for u, v in graph.edges]
    )

    @qml.qnode(device, diff_method="adjoint")
    def node(x: Any) -> Any:
        for q in range(n):
            qml.Hadamard(q)
        for layer in range(p):
            for u, v in graph.edges:
                qml.IsingZZ(x[layer], wires=[u, v])
            for q in range(n):
                qml.RX(-2 * x[p + layer], wires=q)
        return qml.expval(observable)

    return node


def lightning(graph: nx.Graph, p: int) -> Energy:
    node = _lightning_node(graph, p)
    shift = -0.5 * graph.number_of_edges()
    return lambda x: float(node(x)) + shift


def lightning_gradient(graph: nx.Graph, p: int) -> Gradient:
    import pennylane as qml

    gradient = qml.grad(_lightning_node(graph, p))

    def run(x: np.ndarray) -> Any:
        slope = gradient(qml.numpy.array(x, requires_grad=True))
        return gradient.forward - 0.5 * graph.number_of_edges(), slope

    return run


PEERS: dict[str, Peer] = {
    "QOKit C -O3": Peer("qokit", qokit),
    "Lightning": Peer("pennylane-lightning", lightning, lightning_gradient),
    "qulacs": Peer("qulacs", qulacs),
    "Qiskit Aer": Peer("qiskit-aer", aer),
    "qsim (single)": Peer("qsimcirq", qsim, single=True),
}
