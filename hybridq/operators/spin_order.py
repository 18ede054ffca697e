"""Orders of the modes of electrons: alternating spins, or one after the other."""

from __future__ import annotations

import numpy as np

from hybridq.operators.pauli_sum import PauliSum

# Of the norm: smaller coefficients of a commutator are rounding.
ROUNDING = 1e-10


def conserves_ones(hamiltonian: PauliSum, qubits: range) -> bool:
    """Return whether a Hamiltonian commutes with the number of ones on some qubits."""
    number = PauliSum.from_sparse([("Z", (q,), 1.0) for q in qubits], hamiltonian.n_qubits)
    drift = hamiltonian.commutator(number)
    return not len(drift.simplify(ROUNDING * max(hamiltonian.norm, 1e-300)))


def alternates(hamiltonian: PauliSum) -> bool:
    """Return whether a Hamiltonian may be one of electrons whose spins alternate.

    The ones on even and on odd qubits are conserved, those on the first half are not.
    """
    n = hamiltonian.n_qubits
    if n < 4 or n % 2:
        return False
    halves = (range(0, n, 2), range(1, n, 2))
    return not conserves_ones(hamiltonian, range(n // 2)) and all(
        conserves_ones(hamiltonian, half) for half in halves
    )


def spin_blocks(hamiltonian: PauliSum) -> PauliSum:
    r"""Return a Jordan-Wigner Hamiltonian with its modes in another order.

    Modes 0, 2, 4, … become the first half, modes 1, 3, 5, … the second. Each exchange of
    neighbouring modes is a swap of qubits followed by a CZ, which takes the sign of fermions:
    :math:`X_p \to Z_p X_{p+1}` and :math:`X_{p+1} \to X_p Z_{p+1}`.

    Args:
        hamiltonian: on 2m modes mapped to qubits by Jordan and Wigner.
    """
    n = hamiltonian.n_qubits
    order = [*range(0, n, 2), *range(1, n, 2)]
    place = np.argsort(order).tolist()  # the new place of each mode
    found = hamiltonian
    for last in range(n - 1, 0, -1):
        for p in range(last):
            if place[p] > place[p + 1]:
                place[p], place[p + 1] = place[p + 1], place[p]
                found = _exchanged(found, p)
    return found.simplify()


def _exchanged(hamiltonian: PauliSum, p: int) -> PauliSum:
    """Return the Hamiltonian with modes p and p + 1 exchanged."""
    terms = []
    for paulis, qubits, coefficient in hamiltonian.to_sparse():
        letters = dict(zip(qubits, paulis, strict=True))
        first, second = letters.pop(p, "I"), letters.pop(p + 1, "I")
        one, other, sign = _EXCHANGED[first + second]
        letters |= {q: letter for q, letter in ((p, one), (p + 1, other)) if letter != "I"}
        own = sorted(letters)
        terms.append(("".join(letters[q] for q in own), tuple(own), sign * coefficient))
    return PauliSum.from_sparse(terms, hamiltonian.n_qubits)


def _table() -> dict[str, tuple[str, str, float]]:
    """Return the image of each pair of letters under CZ · SWAP, with its sign."""
    matrices = {
        "I": np.eye(2), "X": np.array([[0, 1], [1, 0]]),
        "Y": np.array([[0, -1j], [1j, 0]]), "Z": np.diag([1, -1]),
    }  # fmt: skip
    pairs = {a + b: np.kron(matrices[a], matrices[b]) for a in "IXYZ" for b in "IXYZ"}
    exchange = np.diag([1, 1, 1, -1]) @ np.eye(4)[[0, 2, 1, 3]]
    table = {}
    for name, matrix in pairs.items():
        image = exchange @ matrix @ exchange.T
        overlaps = {other: np.trace(pairs[other] @ image).real / 4 for other in pairs}
        found = max(overlaps, key=lambda other: abs(overlaps[other]))
        table[name] = (found[0], found[1], float(np.sign(overlaps[found])))
    return table


_EXCHANGED = _table()
