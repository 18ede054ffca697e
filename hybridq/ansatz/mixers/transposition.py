"""Transposition mixers: two places of a permutation exchange their items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from hybridq.ansatz.mixers.feasible import STANDARD, FeasibleSpaceMixer
from hybridq.circuits.subspace import ALIGNED

if TYPE_CHECKING:
    from hybridq.operators.feasible import FeasibleSpace


@dataclass(frozen=True)
class Transposition(FeasibleSpaceMixer):
    r"""Exchanges of the items at any two places of a permutation.

    .. math:: M = -\sum_{a<b} P\, \tau_{ab}\, P

    Each exchange flips four qubits. The uniform state, in which the circuit starts, is the highest
    eigenstate of −M, with the eigenvalue n(n − 1)/2. All eigenvalues are integers.

    Args:
        initial: see `FeasibleSpaceMixer`; the uniform state by default.
        space: the feasible states; those of the problem by default.

    Source: Hadfield et al. 2019, arXiv:1709.03489.
    """

    kind: ClassVar[str] = "transposition"
    hops: ClassVar[str] = "transposition"
    summary: ClassVar[str] = "Exchange the items at any two places of a permutation."
    source: ClassVar[str] = "Hadfield et al. 2019, arXiv:1709.03489"

    def lacks(self, space: FeasibleSpace | None) -> str | None:
        """Return ``"a permutation"`` where neither problem nor mixer has one."""
        own = space if self.space is None else self.space
        return None if own is not None and own.grid else "a permutation of items over places"

    @property
    def starts_in_eigenstate(self) -> bool:
        """True for the uniform state without further constraints, and the aligned one."""
        plain = self.space is not None and self.space.is_product
        standard = self.initial == STANDARD and plain
        return not self.sequential and (self.initial == ALIGNED or standard)

    def _sum_period(self, n_qubits: int) -> float | None:
        """Return 2π: all eigenvalues are integers."""
        space = self._space(n_qubits)
        return 2.0 * np.pi if space.is_product and not space.free else None


@dataclass(frozen=True)
class AdjacentTransposition(Transposition):
    r"""Exchanges of the items at neighbouring places of a permutation.

    .. math:: M = -\sum_{a} P\, \tau_{a,a+1}\, P

    The uniform state is the highest eigenstate of −M, with the eigenvalue n − 1.

    Args:
        initial: see `FeasibleSpaceMixer`; the uniform state by default.
        space: the feasible states; those of the problem by default.

    Source: Hadfield et al. 2019, arXiv:1709.03489.
    """

    kind: ClassVar[str] = "adjacent-transposition"
    hops: ClassVar[str] = "adjacent-transposition"
    summary: ClassVar[str] = "Exchange the items at neighbouring places of a permutation."

    def _sum_period(self, n_qubits: int) -> float | None:
        """Return None: the eigenvalues have no common measure."""
        return None


@dataclass(frozen=True)
class TranspositionTrotter(Transposition):
    """Exchanges of the items at any two places, one pair of places after the other.

    Pairs (a, b), a < b, in lexicographic order.

    Source: Hadfield et al. 2019, arXiv:1709.03489.
    """

    kind: ClassVar[str] = "transposition-trotter"
    summary: ClassVar[str] = "The transposition mixer pair by pair, in lexicographic order."
    sequential: ClassVar[bool] = True
    is_group: ClassVar[bool] = False


@dataclass(frozen=True)
class AdjacentTranspositionTrotter(AdjacentTransposition):
    """Exchanges of the items at neighbouring places, from the first place to the last.

    Source: Hadfield et al. 2019, arXiv:1709.03489.
    """

    kind: ClassVar[str] = "adjacent-transposition-trotter"
    summary: ClassVar[str] = "The adjacent transposition mixer, from the first place to the last."
    sequential: ClassVar[bool] = True
    is_group: ClassVar[bool] = False
