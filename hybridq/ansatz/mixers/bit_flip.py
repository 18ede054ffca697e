"""Bit-flip mixers: single qubits flip as long as the state stays feasible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from hybridq.ansatz.mixers.feasible import FeasibleSpaceMixer
from hybridq.circuits.subspace import ALIGNED, BITS

if TYPE_CHECKING:
    from hybridq.operators.feasible import FeasibleSpace


@dataclass(frozen=True)
class BitFlip(FeasibleSpaceMixer):
    r"""Flips of single qubits between feasible states.

    .. math:: M = -\sum_v P X_v P

    with P the projector on the feasible states; on independent sets
    :math:`P X_v P = X_v \prod_{w \in N(v)} (1 + Z_w)/2`. The exponential of the sum is exact.

    Args:
        initial: see `FeasibleSpaceMixer`; by default |0…0⟩, the empty set, or |1…1⟩ where that is
            infeasible, as for covers; or else the first feasible state.
        space: the feasible states; those of the problem by default.

    Source: Hadfield et al. 2019, arXiv:1709.03489.
    """

    kind: ClassVar[str] = "bit-flip"
    hops: ClassVar[str] = "bit-flip"
    summary: ClassVar[str] = "Flip single qubits between feasible states, from none or all."
    source: ClassVar[str] = "Hadfield et al. 2019, arXiv:1709.03489"
    standard: ClassVar[str] = BITS

    def lacks(self, space: FeasibleSpace | None) -> str | None:
        """Return what is missing where no single flip can keep states feasible."""
        own = space if self.space is None else self.space
        if own is None:
            return "constraints"
        return None if own.free or own.chains else "constraints that single flips can keep"

    @property
    def starts_in_eigenstate(self) -> bool:
        """True for the aligned state alone."""
        return not self.sequential and self.initial == ALIGNED


@dataclass(frozen=True)
class BitFlipTrotter(BitFlip):
    r"""Flips of single qubits between feasible states, one qubit after the other.

    :math:`\prod_v e^{i\beta P X_v P}`, v = 0 first, then ascending; each factor is exact.

    Source: Hadfield et al. 2019, arXiv:1709.03489.
    """

    kind: ClassVar[str] = "bit-flip-trotter"
    summary: ClassVar[str] = "The bit-flip mixer qubit by qubit, ascending."
    sequential: ClassVar[bool] = True
    is_group: ClassVar[bool] = False
