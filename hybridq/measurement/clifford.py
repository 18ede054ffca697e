"""Clifford circuits that make commuting Pauli products diagonal."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Gate
from hybridq.core.errors import ParameterError
from hybridq.operators import _gf2, _masks
from hybridq.operators.pauli_sum import PauliSum

Bits = NDArray[np.bool_]


def diagonalized(part: PauliSum) -> tuple[Circuit, PauliSum]:
    r"""Return a Clifford circuit U and the diagonal sum U A U† of commuting terms.

    The span of the terms is completed by all products of Z that commute with it. Its reduced
    check matrix then has k rows with X part (1 A) on k pivot qubits, and n − k products of Z. CZ
    and S between pivots clear the Z part of the k rows, CX from pivots to the other qubits clear
    A, and H on the pivots ends. This takes at most k(n − k) + k(k − 1)/2 ≤ n²/2 gates on two
    qubits, where k is the rank of the X parts; products of Z alone take none.

    Args:
        part: terms that commute with each other, with real coefficients.

    Raises:
        ParameterError: two terms do not commute.

    Source: van den Berg, Temme 2020, arXiv:2003.13599; Aaronson, Gottesman 2004,
        arXiv:quant-ph/0406196 (signs).
    """
    n = part.n_qubits
    x, z = _unpacked(part.x_masks, n), _unpacked(part.z_masks, n)
    if ((x.astype(int) @ z.T.astype(int) + z.astype(int) @ x.T.astype(int)) & 1).any():
        raise ParameterError("the terms of a group must commute with each other", argument="part")
    gates = _gates(x, z)
    signs = np.zeros(len(x), dtype=bool)
    for name, *qubits in gates:
        _conjugate(name, qubits, x, z, signs)
    circuit = Circuit(n, tuple(Gate(name, tuple(qubits)) for name, *qubits in gates))
    coefficients = np.where(signs, -part.coefficients, part.coefficients)
    return circuit, PauliSum(n, np.zeros_like(part.x_masks), _packed(z, part), coefficients)


def _gates(x: Bits, z: Bits) -> list[tuple[str, *tuple[int, ...]]]:
    """Return the gates of `diagonalized` by name and qubits, first applied first."""
    n = x.shape[1]
    reduced, pivots = _gf2.row_reduce(np.concatenate((x, z), axis=1))
    k = sum(pivot < n for pivot in pivots)
    ones, phases, pivots = reduced[:k, :n], reduced[:k, n:], pivots[:k]
    rest = [qubit for qubit in range(n) if qubit not in pivots]
    outer = ones[:, rest]
    # A product of Z with the bits (A b, b) commutes with all rows; such ones clear the Z part on
    # the other qubits and leave a symmetric matrix on the pivots.
    links = phases[:, pivots] ^ (phases[:, rest].astype(int) @ outer.T.astype(int) & 1).astype(bool)
    gates: list[tuple[str, *tuple[int, ...]]] = []
    for i in range(k):
        if links[i, i]:
            gates.append(("s", pivots[i]))
        gates += [("cz", pivots[i], pivots[j]) for j in range(i) if links[i, j]]
    for i, j in np.argwhere(outer).tolist():
        gates.append(("cx", pivots[i], rest[j]))
    return gates + [("h", pivot) for pivot in pivots]


def _conjugate(name: str, qubits: list[int], x: Bits, z: Bits, signs: Bits) -> None:
    """Replace Pauli products P by G P G†, in place; `signs` marks those with −1."""
    if name == "cz":
        a, b = qubits
        signs ^= x[:, a] & x[:, b] & (z[:, a] ^ z[:, b])
        z[:, a] ^= x[:, b]
        z[:, b] ^= x[:, a]
    elif name == "cx":
        a, b = qubits
        signs ^= x[:, a] & z[:, b] & ~(x[:, b] ^ z[:, a])
        x[:, b] ^= x[:, a]
        z[:, a] ^= z[:, b]
    else:
        (a,) = qubits
        signs ^= x[:, a] & z[:, a]
        if name == "h":
            x[:, a], z[:, a] = z[:, a].copy(), x[:, a].copy()
        else:  # s
            z[:, a] ^= x[:, a]


def _unpacked(words: NDArray[np.uint64], n_qubits: int) -> Bits:
    """Return masks as rows of bits, shape (terms, n_qubits)."""
    bits = np.zeros((len(words), n_qubits), dtype=bool)
    bits[_masks.unpack(words)] = True
    return bits


def _packed(bits: Bits, like: PauliSum) -> NDArray[np.uint64]:
    """Return rows of bits as masks."""
    rows, qubits = np.nonzero(bits)
    return _masks.pack(rows, qubits, like.x_masks.shape)
