"""The Clifford frame of tapering: symmetries paired with qubits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators import _masks, pauli_io
from hybridq.operators._masks import Masks
from hybridq.operators.pauli_sum import PauliSum

# Residue of terms that cancel in a sector, relative to the largest.
_ROUNDING = 1e-14


def _text(operator: PauliSum) -> str:
    return pauli_io.format_terms(operator.to_sparse())


def check_symmetry(symmetry: PauliSum, n_qubits: int) -> None:
    if symmetry.n_qubits != n_qubits:
        raise DimensionError(
            f"symmetry {_text(symmetry)} acts on {symmetry.n_qubits} qubits, "
            f"the Hamiltonian on {n_qubits}"
        )
    if len(symmetry) != 1 or symmetry.coefficients[0] != 1 or symmetry.constant != 0:
        raise ParameterError(
            f"symmetry {_text(symmetry)} must be a Pauli product other than I, with coefficient 1",
            argument="symmetries",
        )


def check_sector(symmetries: Sequence[PauliSum], values: tuple[int, ...], n_qubits: int) -> None:
    if len(values) != len(symmetries):
        raise DimensionError(
            f"{len(symmetries)} symmetries, but a sector of {len(values)} eigenvalues: "
            "give one for each",
            argument="sector",
        )
    if not all(value in (1, -1) for value in values):
        raise ParameterError(argument="sector", value=values, expected="eigenvalues, each +1 or -1")
    if len(symmetries) >= n_qubits:
        raise ParameterError(
            f"{len(symmetries)} symmetries leave none of {n_qubits} qubits: "
            "taper with fewer of them",
            argument="symmetries",
        )
    for k, one in enumerate(symmetries):
        for other in symmetries[:k]:
            if _anticommute(one, other)[0]:
                raise ParameterError(
                    f"symmetries {_text(other)} and {_text(one)} anticommute: "
                    "they have no common sector"
                )


def _anticommute(operator: PauliSum, product: PauliSum) -> NDArray[np.bool_]:
    """Return which terms of `operator` anticommute with a single Pauli product."""
    return _masks.anticommuting(
        operator.x_masks, operator.z_masks, product.x_masks, product.z_masks
    )


def paired(
    symmetries: list[PauliSum],
) -> tuple[tuple[int, ...], tuple[PauliSum, ...], tuple[PauliSum, ...]]:
    """Return removed qubits, generators and their one-qubit partners.

    Each partner anticommutes with its own generator only.
    """
    generators = list(symmetries)
    removed: list[int] = []
    partners: list[PauliSum] = []
    for k, generator in enumerate(symmetries):
        for j, partner in enumerate(partners):
            if _anticommute(generator, partner)[0]:
                generator = generator @ generators[j]
        paulis, qubits, _ = generator.to_sparse()[0]
        free = [(p, q) for p, q in zip(paulis, qubits, strict=True) if q not in removed]
        if not free:
            raise ParameterError(
                f"symmetry {_text(symmetries[k])} is a product of those before it: leave it out"
            )
        # A partner X maps basis states to basis states; the last such qubit is removed.
        pauli, qubit = next((f for f in reversed(free) if f[0] != "X"), free[-1])
        sigma = PauliSum.from_sparse(
            [("Z" if pauli == "X" else "X", (qubit,), 1.0)], generator.n_qubits
        )
        for j in range(k):
            if _anticommute(generators[j], sigma)[0]:
                generators[j] = generators[j] @ generator
        generators[k] = generator
        removed.append(qubit)
        partners.append(sigma)
    return tuple(removed), tuple(generators), tuple(partners)


def kept(n_qubits: int, removed: Sequence[int]) -> tuple[int, ...]:
    return tuple(q for q in range(n_qubits) if q not in removed)


def restricted(
    operator: PauliSum,
    removed: Sequence[int],
    generators: Sequence[PauliSum],
    partners: Sequence[PauliSum],
) -> PauliSum:
    """Return the operator in the sector, on the qubits that are kept."""
    s = operator.simplify()
    x, z, c = s.x_masks.copy(), s.z_masks.copy(), s.coefficients.copy()
    for tau, sigma in zip(generators, partners, strict=True):
        leaves = _anticommute(s, tau)
        if leaves.any():
            k = int(np.argmax(leaves))
            term = PauliSum(s.n_qubits, x[k : k + 1], z[k : k + 1], c[k : k + 1])
            raise ParameterError(
                f"the term {_text(term)} does not commute with the symmetry {_text(tau)}: "
                "it leaves the sector"
            )
        # tau is 1 in this sector; multiplied by it, every term commutes with sigma.
        changed = _masks.anticommuting(x, z, sigma.x_masks, sigma.z_masks)
        c[changed] *= tau.coefficients * _masks.product_phase(
            x[changed], z[changed], tau.x_masks, tau.z_masks
        )
        x[changed] ^= tau.x_masks
        z[changed] ^= tau.z_masks
    stay = kept(s.n_qubits, removed)
    new = np.full(s.n_qubits, -1, dtype=np.int64)
    new[list(stay)] = np.arange(len(stay))
    shape = (len(c), _masks.n_words(len(stay)))

    def without_removed(words: Masks) -> Masks:
        rows, qubits = _masks.unpack(words)
        stays = new[qubits] >= 0
        return _masks.pack(rows[stays], new[qubits[stays]], shape)

    tapered = PauliSum(len(stay), without_removed(x), without_removed(z), c)
    return tapered.simplify(_ROUNDING * float(np.abs(c).max(initial=0.0)))


def applied(product: PauliSum, state: NDArray[np.complex128]) -> NDArray[np.complex128]:
    """Return a single Pauli product times a state vector."""
    x, z = int(product.x_masks[0, 0]), int(product.z_masks[0, 0])
    source = np.arange(len(state)) ^ x
    odd = _masks.popcount((source & z).astype(np.uint64)[:, None]) & 1
    phase = product.coefficients[0] * 1j ** ((x & z).bit_count() % 4)
    return phase * np.where(odd, -1.0, 1.0) * state[source]
