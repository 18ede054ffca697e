"""The same VQE circuits in every peer: functions of the parameters.

Each peer is set up before the clock starts: its compiled circuit, its observable, its tables. Of
several ways to write a circuit in a peer the fastest that was found is the one here:

- qulacs: an excitation is the product of its Pauli rotations (they commute); value and gradient
  share one state, and one product of it with the Hamiltonian, by `backprop_inner_product`.
- PennyLane-Lightning: an excitation is its native DoubleExcitation or SingleExcitation between CZ
  gates that supply the fermionic sign; molecules are measured as a sparse matrix. "Lightning,
  plain" is the straightforward way beside it: a PauliRot for each Pauli word of an excitation, and
  the Hamiltonian as a sum of Pauli words.
- TenCirChem-NG: its `civector` engine on JAX, compiled.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.sparse
from vqe_cases import Case

from hybridq.circuits.instructions import Angle, Excitation, Gate, PauliRotation, Transition
from hybridq.operators import PauliSum

Energy = Callable[[np.ndarray], float]
Gradient = Callable[[np.ndarray], tuple[float, np.ndarray]]


@dataclass(frozen=True)
class Peer:
    """One simulator.

    Attributes:
        packages: what it is called on PyPI, and what else its speed depends on.
        gradient: makes a function that returns (energy, gradient) of a case.
        energy: makes a function that returns the energy alone.
    """

    packages: tuple[str, ...]
    gradient: Callable[[Case], Gradient]
    energy: Callable[[Case], Energy] | None = None

    def version(self) -> str:
        """The installed versions."""
        found = [importlib.metadata.version(name) for name in self.packages]
        others = [f"{n} {v}" for n, v in zip(self.packages[1:], found[1:], strict=True)]
        return " with ".join([found[0], *others])


def ladder(mode: int, n: int, *, dagger: bool) -> PauliSum:
    """a_mode, or its adjoint, by Jordan and Wigner."""
    qubits, string = range(mode + 1), "Z" * mode
    sign = -0.5j if dagger else 0.5j
    return PauliSum.from_sparse([(string + "X", qubits, 0.5), (string + "Y", qubits, sign)], n)


def pauli_rotations(excitation: Excitation, n: int) -> list[tuple[str, tuple[int, ...], float]]:
    """The (paulis, qubits, c) of G = i Σ c P, which commute."""
    ((coefficient, term),) = excitation.terms
    product = PauliSum.identity(n, coefficient)
    for mode in term.created:
        product = product @ ladder(mode, n, dagger=True)
    for mode in term.annihilated:
        product = product @ ladder(mode, n, dagger=False)
    generator = product - product.dagger()
    return [(paulis, qubits, c.imag) for paulis, qubits, c in generator.to_sparse()]


class _Slots:
    """Parameter of ours, and its factor, for each of a peer's angles."""

    def __init__(self) -> None:
        self.parameters: list[int] = []
        self.factors: list[float] = []

    def add(self, angle: Angle, factor: float) -> None:
        assert angle.parameter is not None
        assert angle.constant == 0.0
        self.parameters.append(angle.parameter)
        self.factors.append(factor * angle.coefficient)

    def angles(self, x: np.ndarray) -> np.ndarray:
        return np.array(self.factors) * x[self.parameters]

    def collect(self, slopes: Any, n_params: int) -> np.ndarray:
        return np.bincount(self.parameters, np.array(self.factors) * slopes, n_params)


def _qulacs(case: Case) -> tuple[Any, Any, _Slots]:
    from qulacs import Observable, ParametricQuantumCircuit

    n = case.circuit.n_qubits
    circuit, slots, letters = ParametricQuantumCircuit(n), _Slots(), {"X": 1, "Y": 2, "Z": 3}
    # qulacs rotates by e^{+iθP/2}.
    for instruction in case.circuit.instructions:
        if isinstance(instruction, Gate):
            {"x": circuit.add_X_gate, "cx": circuit.add_CNOT_gate}[instruction.name](
                *instruction.qubits
            )
        elif isinstance(instruction, PauliRotation):
            add = getattr(circuit, f"add_parametric_R{instruction.paulis}_gate")
            add(instruction.qubits[0], 0.0)
            slots.add(instruction.angle, -1.0)
        else:
            assert isinstance(instruction, Excitation)
            for paulis, qubits, c in pauli_rotations(instruction, n):
                circuit.add_parametric_multi_Pauli_rotation_gate(
                    list(qubits), [letters[letter] for letter in paulis], 0.0
                )
                slots.add(instruction.angle, 2.0 * c)
    observable = Observable(n)
    for paulis, qubits, c in case.hamiltonian.to_sparse():
        word = " ".join(f"{p} {q}" for p, q in zip(paulis, qubits, strict=True))
        observable.add_operator(c.real, word)
    return circuit, observable, slots


def qulacs_energy(case: Case) -> Energy:
    from qulacs import QuantumState

    circuit, observable, slots = _qulacs(case)
    state = QuantumState(case.circuit.n_qubits)

    def energy(x: np.ndarray) -> float:
        for number, angle in enumerate(slots.angles(x).tolist()):
            circuit.set_parameter(number, angle)
        state.set_zero_state()
        circuit.update_quantum_state(state)
        return observable.get_expectation_value(state)

    return energy


def qulacs_gradient(case: Case) -> Gradient:
    from qulacs import QuantumState
    from qulacs.state import inner_product

    circuit, observable, slots = _qulacs(case)
    n = case.circuit.n_qubits
    state, product, work = QuantumState(n), QuantumState(n), QuantumState(n)

    def run(x: np.ndarray) -> tuple[float, np.ndarray]:
        for number, angle in enumerate(slots.angles(x).tolist()):
            circuit.set_parameter(number, angle)
        state.set_zero_state()
        circuit.update_quantum_state(state)
        observable.apply_to_state(work, state, product)
        value = inner_product(state, product).real
        slopes = circuit.backprop_inner_product(product)  # of Re⟨product|state⟩, a half of ours
        return value, 2.0 * slots.collect(slopes, case.circuit.n_params)

    return run


def _lightning_observable(case: Case, *, sparse: bool) -> Any:
    import pennylane as qml

    n, terms = case.circuit.n_qubits, case.hamiltonian.to_sparse()
    if sparse:
        matrix = scipy.sparse.csr_matrix(case.hamiltonian.to_matrix())
        return qml.SparseHamiltonian(matrix, wires=range(n))
    names = {"X": qml.X, "Y": qml.Y, "Z": qml.Z}
    words = []
    for paulis, qubits, _ in terms:
        letters = [names[p](n - 1 - q) for p, q in zip(paulis, qubits, strict=True)]
        words.append(qml.prod(*letters) if letters else qml.Identity(0))
    return qml.Hamiltonian([c.real for _, _, c in terms], words)


def _lightning_excitation(term: Transition, angle: Any, n: int) -> None:
    import pennylane as qml

    wires = [n - 1 - mode for mode in (*term.created, *term.annihilated)]
    strings = [n - 1 - mode for mode in range(n) if term.sign_mask >> mode & 1]
    for wire in strings:
        qml.CZ([wire, wires[0]])
    gate = qml.SingleExcitation if len(wires) == 2 else qml.DoubleExcitation
    gate(2 * term.sign * angle, wires=wires)
    for wire in strings:
        qml.CZ([wire, wires[0]])


def lightning(case: Case, *, plain: bool = False) -> Any:
    """A QNode of the case. PennyLane's wire 0 is the highest bit, so qubit q is wire n − 1 − q.

    Args:
        case: what to run.
        plain: Pauli rotations for excitations and a sum of Pauli words for the Hamiltonian.
    """
    import pennylane as qml

    n = case.circuit.n_qubits
    device = qml.device("lightning.qubit", wires=n)
    observable = _lightning_observable(case, sparse=case.integrals is not None and not plain)
    rotations = {
        instruction: pauli_rotations(instruction, n)
        for instruction in case.circuit.instructions
        if plain and isinstance(instruction, Excitation)
    }

    @qml.qnode(device, diff_method="adjoint")
    def node(x: Any) -> Any:
        for instruction in case.circuit.instructions:
            wires = [n - 1 - q for q in instruction.qubits]
            if isinstance(instruction, Gate):
                {"x": qml.X, "cx": qml.CNOT}[instruction.name](wires)
                continue
            angle = instruction.angle.coefficient * x[instruction.angle.parameter]
            if isinstance(instruction, PauliRotation):
                {"X": qml.RX, "Y": qml.RY, "Z": qml.RZ}[instruction.paulis](angle, wires[0])
            elif plain:
                for paulis, qubits, c in rotations[instruction]:
                    qml.PauliRot(-2 * c * angle, paulis, wires=[n - 1 - q for q in qubits])
            else:
                assert isinstance(instruction, Excitation)
                ((coefficient, term),) = instruction.terms
                _lightning_excitation(term, coefficient * angle, n)
        return qml.expval(observable)

    return node


def lightning_energy(case: Case) -> Energy:
    node = lightning(case)
    return lambda x: float(node(x))


def lightning_gradient(case: Case, *, plain: bool = False) -> Gradient:
    import pennylane as qml

    gradient = qml.grad(lightning(case, plain=plain))

    def run(x: np.ndarray) -> tuple[float, np.ndarray]:
        slope = gradient(qml.numpy.array(x, requires_grad=True))
        return float(gradient.forward), np.asarray(slope)

    return run


def lightning_plain_gradient(case: Case) -> Gradient:
    return lightning_gradient(case, plain=True)


def tencirchem_gradient(case: Case) -> Gradient:
    import tencirchem

    assert case.integrals is not None
    tencirchem.set_backend("jax")
    tencirchem.set_dtype("complex128")
    m = case.integrals.n_orbitals
    ucc = tencirchem.UCCSD.from_integral(
        case.integrals.one_body[0],
        case.integrals.two_body[0],
        sum(case.electrons),
        case.integrals.constant,
        init_method="zeros",
        engine="civector",
        run_hf=False,
        run_mp2=False,
        run_ccsd=False,
        run_fci=False,
        mo_coeff=np.eye(m),
    )
    # TenCirChem's modes: all β, then all α.
    operators, parameters = [], []
    for instruction in case.circuit.instructions:
        if isinstance(instruction, Excitation):
            ((_, term),) = instruction.terms
            modes = (*term.created, *term.annihilated)
            operators.append(tuple((mode + m) % (2 * m) for mode in modes))
            parameters.append(instruction.angle.parameter)
    ucc.ex_ops, ucc.param_ids = operators, parameters
    return lambda x: ucc.energy_and_grad(x)


PEERS: dict[str, Peer] = {
    "qulacs": Peer(("qulacs",), qulacs_gradient, qulacs_energy),
    "Lightning": Peer(("pennylane-lightning", "pennylane"), lightning_gradient, lightning_energy),
    "Lightning, plain": Peer(("pennylane-lightning", "pennylane"), lightning_plain_gradient),
    "TenCirChem-NG": Peer(("tencirchem-ng", "jax"), tencirchem_gradient),
}
