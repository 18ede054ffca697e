"""The slow twin of every engine: circuits run gate by gate with dense numpy, no shortcuts."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import scipy.linalg

from hybridq.circuits.instructions import (
    DiagonalPhase,
    Excitation,
    Gate,
    PauliRotation,
    PhaseGate,
    XMixer,
)
from hybridq.operators import Ising

PAULI = {
    "X": np.array([[0, 1], [1, 0]], dtype=complex),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1.0, -1.0]).astype(complex),
}
SX = np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2
ONE_QUBIT = {
    "id": np.eye(2),
    "x": PAULI["X"],
    "y": PAULI["Y"],
    "z": PAULI["Z"],
    "h": np.array([[1, 1], [1, -1]]) / np.sqrt(2),
    "s": np.diag([1, 1j]),
    "sdg": np.diag([1, -1j]),
    "t": np.diag([1, np.exp(0.25j * np.pi)]),
    "tdg": np.diag([1, np.exp(-0.25j * np.pi)]),
    "sx": SX,
    "sxdg": SX.conj().T,
}
EMPTIED = np.array([[0, 1], [0, 0]], dtype=complex)  # |0><1|


def on_qubit(n, qubit, matrix):
    """`matrix` on one qubit of n; qubit 0 is the lowest bit, so the last Kronecker factor."""
    return np.kron(np.kron(np.eye(2 ** (n - 1 - qubit)), matrix), np.eye(2**qubit))


def many_qubit(n, name, qubits):
    """The gates on several qubits, controls first."""
    index = np.arange(2**n)
    bits = [index >> qubit & 1 for qubit in qubits]
    if name == "cz":
        return np.diag((-1.0 + 0j) ** (bits[0] * bits[1]))
    if name == "cy":
        rotate = on_qubit(n, qubits[1], ONE_QUBIT["s"])
        return rotate @ many_qubit(n, "cx", qubits) @ rotate.conj().T
    if name in {"cx", "ccx"}:
        to = index ^ (np.prod(bits[:-1], axis=0) << qubits[-1])
        return np.eye(2**n)[:, to]
    if name == "ecr":  # (X ⊗ 1) exp(−iπ/4 Z ⊗ X), the first qubit first
        first, second = on_qubit(n, qubits[0], PAULI["Z"]), on_qubit(n, qubits[1], PAULI["X"])
        turned = (np.eye(2**n) - 1j * first @ second) / np.sqrt(2)
        return on_qubit(n, qubits[0], PAULI["X"]) @ turned
    differ = bits[0] ^ bits[1]
    to = index ^ (differ * (1 << qubits[0] | 1 << qubits[1]))
    factor = {"swap": 1, "iswap": 1j, "iswapdg": -1j}[name]
    return np.eye(2**n)[:, to] * np.where(differ, factor, 1)


def annihilator(n, mode, fermionic):
    """a_mode as a dense matrix, with the Jordan-Wigner string where `fermionic`."""
    matrix = on_qubit(n, mode, EMPTIED)
    for below in range(mode if fermionic else 0):
        matrix = on_qubit(n, below, PAULI["Z"]) @ matrix
    return matrix


def transition(n, term):
    """T as a dense matrix, a product of ladder operators."""
    matrix = np.eye(2**n, dtype=complex)
    for mode in term.controls:
        a = annihilator(n, mode, term.fermionic)
        matrix = matrix @ a.conj().T @ a
    for mode in term.created:
        matrix = matrix @ annihilator(n, mode, term.fermionic).conj().T
    for mode in term.annihilated:
        matrix = matrix @ annihilator(n, mode, term.fermionic)
    return matrix


def generator(n, excitation):
    """G of e^{theta G}."""
    total = np.zeros((2**n, 2**n), dtype=complex)
    for coefficient, term in excitation.terms:
        t = transition(n, term)
        if excitation.imaginary:
            total += -1j * coefficient * (t + t.conj().T)
        else:
            total += coefficient * (t - t.conj().T)
    return total


@lru_cache(maxsize=32)
def _eigenvectors(n, excitation):
    """Eigenvalues and eigenvectors of iG, which is hermitian."""
    return np.linalg.eigh(1j * generator(n, excitation))


def unitary(n, instruction, x):
    if isinstance(instruction, Gate):
        if len(instruction.qubits) == 1:
            return on_qubit(n, instruction.qubits[0], ONE_QUBIT[instruction.name])
        return many_qubit(n, instruction.name, instruction.qubits)
    angle = 0.0 if instruction.angle is None else instruction.angle.value(x)
    if isinstance(instruction, DiagonalPhase):
        return np.diag(np.exp(-1j * angle * instruction.hamiltonian.diagonal()))
    if isinstance(instruction, XMixer):
        total = sum(on_qubit(n, q, PAULI["X"]) for q in instruction.qubits)
        return scipy.linalg.expm(1j * angle * total)
    if isinstance(instruction, PhaseGate):
        mask = sum(1 << qubit for qubit in instruction.qubits)
        full = np.arange(2**n) & mask == mask
        return np.diag(np.where(full, np.exp(1j * angle), 1.0))
    if isinstance(instruction, Excitation) and angle == 0.0:
        return np.eye(2**n)
    if isinstance(instruction, Excitation):
        values, vectors = _eigenvectors(n, replace(instruction, angle=None))
        return (vectors * np.exp(-1j * angle * values)) @ vectors.conj().T
    if not isinstance(instruction, PauliRotation):  # mixers and states on feasible spaces
        return np.linalg.multi_dot(
            [
                np.eye(2**n),
                *(unitary(n, step, x) for step in instruction.decompose()[::-1]),
                np.eye(2**n),
            ]
        )
    product = np.eye(2**n, dtype=complex)
    for letter, qubit in zip(instruction.paulis, instruction.qubits, strict=True):
        product = product @ on_qubit(n, qubit, PAULI[letter])
    return scipy.linalg.expm(-0.5j * angle * product)


def run(circuit, x):
    """The state vector of `circuit` at parameters `x`."""
    state = np.zeros(2**circuit.n_qubits, dtype=complex)
    state[0] = 1.0
    for instruction in circuit.instructions:
        state = unitary(circuit.n_qubits, instruction, np.asarray(x, dtype=float)) @ state
    return state


def qaoa_state(diagonal, x, dtype=np.complex128):
    """QAOA on a diagonal, qubit by qubit, in any precision numpy knows."""
    n = len(diagonal).bit_length() - 1
    p = len(x) // 2
    real = np.zeros(0, dtype).real.dtype
    energies, angles = diagonal.astype(real), np.asarray(x, dtype=real)
    state = np.full(1 << n, real.type(1) / np.sqrt(real.type(1 << n)), dtype=dtype)
    for gamma, beta in zip(angles[:p], angles[p:], strict=True):
        state = (state * np.exp(-1j * gamma * energies)).reshape([2] * n)
        for axis in range(n):
            state = np.cos(beta) * state + 1j * np.sin(beta) * np.flip(state, axis)
        state = state.ravel()
    return state


def random_ising(n, seed, *, fields=True, integer=False, order=2, density=1.0):
    """A random spin energy, for tests that hold for all of them."""
    rng = np.random.default_rng(seed)

    def draw(size):
        return rng.integers(-3, 4, size).astype(float) if integer else rng.normal(size=size)

    pairs = np.array([(i, j) for j in range(n) for i in range(j)], dtype=np.int64).reshape(-1, 2)
    couplings = draw(len(pairs)) * (rng.random(len(pairs)) < density)
    higher = []
    for size in range(3, order + 1):
        # Without fields keep even orders only, so that the energy is spin-flip symmetric.
        if size <= n and (fields or size % 2 == 0):
            for _ in range(n):
                spins = tuple(sorted(rng.choice(n, size, replace=False).tolist()))
                higher.append((spins, float(draw(1)[0])))
    linear = draw(n) if fields else np.zeros(n)
    return Ising(n, float(draw(1)[0]), linear, pairs, couplings, tuple(higher))
