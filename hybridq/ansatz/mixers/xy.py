"""XY mixers: a 1 moves within each group of qubits."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.mixers.base import Conserved
from hybridq.ansatz.mixers.feasible import STANDARD, BlocksMixer
from hybridq.circuits.one_hot import neighbour_hops
from hybridq.circuits.spectra import common_measure
from hybridq.circuits.subspace import ALIGNED

if TYPE_CHECKING:
    from hybridq.operators.feasible import FeasibleSpace, Group

_SOURCE = "Hadfield et al. 2019, arXiv:1709.03489"


@dataclass(frozen=True)
class _XY(BlocksMixer):
    r"""Mixers :math:`M = -\sum (X_a X_b + Y_a Y_b)/2` over pairs within groups.

    Subclasses choose the pairs. Qubits in no group have the X mixer, as far as it keeps states
    feasible.
    """

    source: ClassVar[str] = _SOURCE
    conserves: ClassVar[Conserved] = Conserved.FEASIBILITY
    needed: ClassVar[str] = "one-hot blocks or groups of qubits with a fixed number of ones"

    def lacks(self, space: FeasibleSpace | None) -> str | None:
        """Return what is needed where neither problem nor mixer has any groups."""
        own = space if self.space is None else self.space
        return None if self.blocks or (own is not None and self._fits(own)) else self.needed

    def _fits(self, space: FeasibleSpace) -> bool:
        """Return whether the space has something to move within."""
        return bool(space.groups)

    @abstractmethod
    def _frequencies(self, group: Group) -> NDArray[np.float64] | None:
        """Return the eigenvalues of −M on the states of a group, None if unknown."""

    def _sum_period(self, n_qubits: int) -> float | None:
        """Return 2π over the largest common measure of the gaps of M, None without one."""
        space = self._space(n_qubits)
        if not space.is_product or space.chains:
            return None
        gaps = [2.0] if space.free else []
        for group in {(len(group.qubits), group.count): group for group in space.groups}.values():
            values = self._frequencies(group)
            if values is None:
                return None
            gaps += [gap for gap in np.abs(values - values[0]).tolist() if gap > 1e-9]
        if not gaps:  # groups of one state, which never change
            return 2.0 * np.pi
        measure = common_measure(gaps)
        return None if measure is None else 2.0 * np.pi / measure


@dataclass(frozen=True)
class XYRing(_XY):
    r"""Hopping between neighbours of each group, which is a ring.

    .. math:: M = -\tfrac12 \sum_{\text{groups}} \sum_j (X_j X_{j+1} + Y_j Y_{j+1})

    The terms of a ring do not commute. :math:`e^{-i\beta M}` is exact: on one-hot blocks M is
    diagonalized by k(k − 1)/2 rotations for a block of k qubits, and its eigenvalues
    −2 cos(2πj/k) are phases of single qubits. The Dicke state, in which the circuit starts, is an
    eigenstate for one 1 alone; ``initial="aligned"`` is one for all.

    Args:
        blocks: groups of qubits of which exactly one is 1; the constraints of the problem by
            default.
        initial: see `FeasibleSpaceMixer`; the Dicke state of each group by default.
        space: the feasible states; those of the problem by default.

    Raises:
        ParameterError: the blocks overlap or are empty.

    Source: Hadfield et al. 2019, arXiv:1709.03489; Wang, Rubin, Dominy, Rieffel 2020,
    arXiv:1904.09314.
    """

    kind: ClassVar[str] = "xy-ring"
    hops: ClassVar[str] = "xy-ring"
    summary: ClassVar[str] = "Move the 1 of each one-hot block to its neighbours on a ring."

    @property
    def starts_in_eigenstate(self) -> bool:
        """True for one-hot blocks, and for the aligned state."""
        even = self.space is None or all(group.count == 1 for group in self.space.groups)
        return not self.sequential and (self.initial == ALIGNED or (even and self._is_plain))

    @property
    def _is_plain(self) -> bool:
        return self.initial == STANDARD and (self.space is None or self.space.is_product)

    def _frequencies(self, group: Group) -> NDArray[np.float64] | None:
        if group.count != 1:
            return None
        hops = neighbour_hops(len(group.qubits), closed=True)
        return np.asarray(np.linalg.eigvalsh(hops), dtype=np.float64)


@dataclass(frozen=True)
class XYChain(XYRing):
    r"""Hopping between neighbours of each group, which is an open chain.

    .. math:: M = -\tfrac12 \sum_{\text{groups}} \sum_{j<k-1} (X_j X_{j+1} + Y_j Y_{j+1})

    In a domain-wall register the wall moves by one place. The uniform state, in which the circuit
    starts, is not an eigenstate; ``initial="aligned"`` is.

    Args:
        blocks: groups of qubits of which exactly one is 1; the constraints of the problem by
            default.
        initial: see `FeasibleSpaceMixer`; the uniform state of each group by default.
        space: the feasible states; those of the problem by default.

    Raises:
        ParameterError: the blocks overlap or are empty.

    Source: Hadfield et al. 2019, arXiv:1709.03489; Chancellor 2019, arXiv:1903.05068
    (domain walls).
    """

    kind: ClassVar[str] = "xy-chain"
    hops: ClassVar[str] = "xy-chain"
    summary: ClassVar[str] = "Move the 1 of each group, or a domain wall, along an open chain."
    needed: ClassVar[str] = "one-hot blocks, groups or domain-wall registers"

    @property
    def starts_in_eigenstate(self) -> bool:
        """True for the aligned state alone."""
        return not self.sequential and self.initial == ALIGNED

    def _fits(self, space: FeasibleSpace) -> bool:
        return bool(space.groups or space.chains)

    def _frequencies(self, group: Group) -> NDArray[np.float64] | None:
        if group.count != 1:
            return None
        hops = neighbour_hops(len(group.qubits), closed=False)
        return np.asarray(np.linalg.eigvalsh(hops), dtype=np.float64)


@dataclass(frozen=True)
class XYComplete(_XY):
    r"""Hopping between all pairs of qubits of each group.

    .. math:: M = -\tfrac12 \sum_{\text{groups}} \sum_{a<b} (X_a X_b + Y_a Y_b)

    On the states of weight k of n qubits −M has the eigenvalues (k − j)(n − k − j) − j, and the
    Dicke state is its highest eigenstate. :math:`e^{-i\beta M}` is exact, on one-hot blocks with
    2(n − 1) rotations and one phase.

    Args:
        blocks: groups of qubits of which exactly one is 1; the constraints of the problem by
            default.
        initial: see `FeasibleSpaceMixer`; the Dicke state of each group by default.
        space: the feasible states; those of the problem by default.

    Raises:
        ParameterError: the blocks overlap or are empty.

    Source: Hadfield et al. 2019, arXiv:1709.03489; Wang, Rubin, Dominy, Rieffel 2020,
    arXiv:1904.09314.
    """

    kind: ClassVar[str] = "xy-complete"
    hops: ClassVar[str] = "xy-complete"
    summary: ClassVar[str] = "Move the 1 of each one-hot block to any qubit of the block."

    @property
    def starts_in_eigenstate(self) -> bool:
        """True where the uniform state is one: without further constraints."""
        plain = self.space is None or (self.space.is_product and not self.space.chains)
        standard = self.initial == STANDARD and plain
        return not self.sequential and (self.initial == ALIGNED or standard)

    def _frequencies(self, group: Group) -> NDArray[np.float64] | None:
        n, k = len(group.qubits), group.count
        j = np.arange(min(k, n - k) + 1)
        return ((k - j) * (n - k - j) - j).astype(np.float64)


@dataclass(frozen=True)
class XYCompleteTrotter(XYComplete):
    """Hopping between all pairs of each group, one pair after the other.

    Pairs (a, b), a < b, in lexicographic order of their places in the group.

    Source: Hadfield et al. 2019, arXiv:1709.03489.
    """

    kind: ClassVar[str] = "xy-complete-trotter"
    summary: ClassVar[str] = "The complete XY mixer pair by pair, in lexicographic order."
    sequential: ClassVar[bool] = True
    is_group: ClassVar[bool] = False


@dataclass(frozen=True)
class XYRingTrotter(XYRing):
    """Hopping on the ring of each group: even pairs, odd pairs, then (0, n − 1).

    Even pairs are (0, 1), (2, 3) … of the places in the group, odd pairs (1, 2), (3, 4) ….

    Source: Hadfield et al. 2019, arXiv:1709.03489.
    """

    kind: ClassVar[str] = "xy-ring-trotter"
    summary: ClassVar[str] = "The XY mixer on a ring: even pairs, odd pairs, the closing pair."
    sequential: ClassVar[bool] = True
    is_group: ClassVar[bool] = False


@dataclass(frozen=True)
class XYChainTrotter(XYChain):
    """Hopping on the open chain of each group: even pairs, then odd pairs.

    The wall of a domain-wall register passes the places of the register in ascending order.

    Source: Hadfield et al. 2019, arXiv:1709.03489.
    """

    kind: ClassVar[str] = "xy-chain-trotter"
    summary: ClassVar[str] = "The XY mixer on an open chain: even pairs, then odd pairs."
    sequential: ClassVar[bool] = True
    is_group: ClassVar[bool] = False
