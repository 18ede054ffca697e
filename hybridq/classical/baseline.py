"""Result of a classical solver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising


@dataclass(frozen=True)
class Baseline:
    """A classical answer to an Ising problem.

    Attributes:
        energy: E(s) of `bits`, evaluated anew.
        bits: the assignment, uint8 of shape (n_qubits,); entry q is qubit q.
        method: description of the method, such as ``"exhaustive search"``.
        exact: True if it is proven that no assignment has a lower energy.
    """

    energy: float
    bits: NDArray[np.uint8]
    method: str
    exact: bool

    @classmethod
    def from_bits(
        cls, ising: Ising, bits: NDArray[np.uint8], *, method: str, exact: bool
    ) -> Baseline:
        """Return the baseline of an assignment, with its energy evaluated."""
        frozen = np.array(bits, dtype=np.uint8)
        frozen.flags.writeable = False
        energy = float(np.asarray(ising.energies(frozen)).reshape(()))
        return cls(energy=energy, bits=frozen, method=method, exact=exact)
