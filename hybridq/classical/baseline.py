"""Result of a classical solver."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
        bound: a proven lower bound of all energies, `energy` itself where it is exact; None
            without one.
        complete: False where a time limit made the search or the bound shorter.
        failure: the probability that `bound` fails, of a proof that draws random numbers; 0 else.
    """

    energy: float
    bits: NDArray[np.uint8]
    method: str
    exact: bool
    bound: float | None = None
    complete: bool = True
    failure: float = 0.0

    @classmethod
    def from_bits(
        cls,
        ising: Ising,
        bits: NDArray[np.uint8],
        *,
        method: str,
        exact: bool,
        complete: bool = True,
    ) -> Baseline:
        """Return the baseline of an assignment, with its energy evaluated."""
        frozen = np.array(bits, dtype=np.uint8)
        frozen.flags.writeable = False
        energy = float(np.asarray(ising.energies(frozen)).reshape(()))
        return cls(energy, frozen, method, exact, energy if exact else None, complete)

    def bounded(self, ising: Ising, bound: float, failure: float = 0.0) -> Baseline:
        """Return the same answer with a proven bound, which may prove it optimal.

        Where all energies differ by integers, the bound is raised to the next possible energy.

        Args:
            ising: the problem.
            bound: a proven lower bound of all energies.
            failure: the probability that it is none; only a bound without one proves an optimum.
        """
        if ising.is_integer:
            steps = max(int(np.floor(self.energy - bound)), 0)
            bound = self.energy - steps
        exact = self.exact or (bound >= self.energy and failure == 0.0)
        return replace(self, bound=bound, exact=exact, failure=failure)


@dataclass(frozen=True)
class ProgramBaseline:
    """A classical answer to a problem with constraints, in the problem's own sense.

    Attributes:
        value: the objective of `point`.
        point: a feasible assignment: bits of the problem, or values of the program's variables.
        method: description of the method, such as ``"minimum over 20 feasible states"``.
        exact: True if it is proven that no feasible assignment has a better value.
        bound: a proven bound of every feasible value; None without one.
    """

    value: float
    point: NDArray[np.int64]
    method: str
    exact: bool
    bound: float | None
