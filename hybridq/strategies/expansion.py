"""Products of operators and a state, for a quantum subspace expansion."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.instructions import Transition

Basis = NDArray[np.int64]
Amplitudes = NDArray[Any]


def excitation_products(
    basis: Basis, psi: Amplitudes, transitions: list[Transition]
) -> Iterator[Amplitudes]:
    """Yield T|ψ⟩ and T†|ψ⟩ of each transition T, projected on the span of `basis`.

    Args:
        basis: basis states, ascending.
        psi: amplitudes of ψ over them.
        transitions: the operators T.
    """
    for transition in transitions:
        for source in (
            transition.source_bits,
            transition.source_bits ^ transition.flip_mask,
        ):
            acts = (basis & transition.mode_mask) == source
            z = basis[acts]
            odd = np.bitwise_count(z & transition.sign_mask) & 1
            values = np.where(odd, -transition.sign, transition.sign) * psi[acts]
            yield _placed(basis, z ^ transition.flip_mask, values)


def pauli_products(basis: Basis, psi: Amplitudes, n_qubits: int) -> Iterator[Amplitudes]:
    """Yield P|ψ⟩ of all one- and two-qubit Paulis, projected on the span of `basis`."""
    ones = [(letter, qubit) for qubit in range(n_qubits) for letter in "XYZ"]
    pairs = [
        (first, second)
        for (p, q) in combinations(range(n_qubits), 2)
        for first, second in product([(c, p) for c in "XYZ"], [(c, q) for c in "XYZ"])
    ]
    for factors in [*((one,) for one in ones), *pairs]:
        flip = sum(1 << q for letter, q in factors if letter in "XY")
        sign = sum(1 << q for letter, q in factors if letter in "YZ")
        phase = 1j ** sum(letter == "Y" for letter, _ in factors)
        odd = np.bitwise_count(basis & sign) & 1
        yield _placed(basis, basis ^ flip, phase * np.where(odd, -psi, psi))


def _placed(basis: Basis, targets: Basis, values: Amplitudes) -> Amplitudes:
    """Return the vector with `values` at `targets`, without those outside `basis`."""
    at = np.minimum(np.searchsorted(basis, targets), len(basis) - 1)
    inside = basis[at] == targets
    vector = np.zeros(len(basis), dtype=values.dtype)
    vector[at[inside]] = values[inside]
    return vector
