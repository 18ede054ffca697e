"""Dense matrices by Kronecker products: the slow oracle of the operator tests."""

from __future__ import annotations

from functools import reduce

import numpy as np
from hypothesis import strategies as st

PAULIS = {
    "I": np.eye(2, dtype=complex),
    "X": np.array([[0, 1], [1, 0]], dtype=complex),
    "Y": np.array([[0, -1j], [1j, 0]]),
    "Z": np.diag([1.0 + 0j, -1.0]),
}


def label_matrix(label):
    """Qubit 0 is the least significant bit, hence the last Kronecker factor."""
    return reduce(np.kron, [PAULIS[letter] for letter in reversed(label)])


def matrix(labels, n_qubits):
    total = np.zeros((1 << n_qubits, 1 << n_qubits), dtype=complex)
    for label, coefficient in labels:
        total += coefficient * label_matrix(label)
    return total


def all_bits(n_qubits):
    """Row b holds the bits of basis index b, qubit 0 first."""
    return ((np.arange(1 << n_qubits)[:, None] >> np.arange(n_qubits)) & 1).astype(np.uint8)


# Dyadic coefficients: sums and products of a few are exact, so tests may ask for equality.
dyadic = st.integers(-16, 16).map(lambda k: k / 4)
gaussian = st.builds(complex, dyadic, dyadic)


@st.composite
def label_lists(draw, n_qubits, letters="IXYZ", coefficients=gaussian, max_size=6):
    label = st.text(letters, min_size=n_qubits, max_size=n_qubits)
    return draw(st.lists(st.tuples(label, coefficients), min_size=1, max_size=max_size))
