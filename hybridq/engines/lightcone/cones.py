"""Light cones in the couplings of an energy: trees, sizes and lists."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.operators.ising import Ising
from hybridq.operators.p1.rows import Rows

Ints = NDArray[np.int64]
_PART = 4096  # cones that are listed at once


@dataclass(frozen=True)
class Cone:
    """The light cone of one or two measured spins.

    Attributes:
        target: number of the group of roots.
        spins: of the cone, roots first and then by distance, int64, shape (k,).
        distances: from the nearest root, int64, shape (k,).
        links: places of coupled spins in `spins`, int64, shape (m, 2); couplings of two spins at
            distance p cancel and are left out.
        couplings: J of the links, shape (m,).
        fields: h of the spins, shape (k,).
    """

    target: int
    spins: Ints
    distances: Ints
    links: Ints
    couplings: NDArray[np.float64]
    fields: NDArray[np.float64]


class ConeSearch:
    """Searches of light cones at one depth.

    Args:
        ising: the energy in the phases, of order two at most.
        p: number of layers.
        kernels: the module of the kernels, compiled or plain.
    """

    def __init__(self, ising: Ising, p: int, kernels: Any) -> None:
        self.ising, self.p, self._kernels = ising, p, kernels

    @cached_property
    def rows(self) -> Rows:
        """The couplings."""
        return Rows.of(self.ising)

    @cached_property
    def _couplings(self) -> NDArray[np.float64]:
        """J of each entry of the rows."""
        return self.rows.levels[self.rows.level]

    @cached_property
    def _toward(self) -> Ints:
        """The neighbour on the way to the 2-core of each spin."""
        toward = np.empty(self.ising.n_qubits, dtype=np.int64)
        self._kernels.core_of(self.rows.starts, self.rows.to, toward)
        return toward

    def loops(self, roots: Ints) -> NDArray[np.bool_]:
        """Return whether the cone of each coupled pair, or spin twice, has a loop."""
        found = np.zeros(len(roots), dtype=np.bool_)
        if (self._toward == -1).any():
            self._kernels.find_loops(
                0, len(roots), self.rows.starts, self.rows.to, self._toward, roots, self.p, found
            )
        return found

    def sizes(self, roots: Ints) -> Ints:
        """Return the numbers of spins and links of the cones of roots, shape (k, 2)."""
        found = np.zeros((len(roots), 2), dtype=np.int64)
        self._kernels.cone_sizes(
            0, len(roots), self.rows.starts, self.rows.to, roots, self.p, found
        )
        return found

    def reach(self, roots: Ints) -> Ints:
        """Return an estimate of the sizes of cones, from the degrees of neighbours."""
        degrees = self.rows.degrees
        near = np.add.reduceat(
            np.append(degrees[self.rows.to], 0),
            np.minimum(self.rows.starts[:-1], len(self.rows.to)),
        )
        near = np.where(degrees > 0, near, 0)
        return near[roots].sum(axis=1)

    def listed(self, roots: Ints, targets: Ints, sizes: Ints) -> Iterator[Cone]:
        """Yield the cones of roots.

        Args:
            roots: int64, shape (k, 2).
            targets: the number of each.
            sizes: of each, see `sizes`.

        Raises:
            CapacityError: the lists do not fit in memory.
        """
        memory.require(
            64 * int(sizes.sum()), f"listing {len(roots):,} light cones", "use fewer layers"
        )
        for first in range(0, len(roots), _PART):
            part = slice(first, first + _PART)
            yield from self._part(roots[part], targets[part], sizes[part])

    def _part(self, roots: Ints, targets: Ints, sizes: Ints) -> Iterator[Cone]:
        ends = np.zeros((len(roots) + 1, 2), dtype=np.int64)
        np.cumsum(sizes, axis=0, out=ends[1:])
        n_spins, n_links = ends[-1].tolist()
        spins, distances = (np.empty(n_spins, dtype=np.int64) for _ in range(2))
        links, entries = np.empty((n_links, 2), dtype=np.int64), np.empty(n_links, dtype=np.int64)
        spin_ends, link_ends = (np.ascontiguousarray(each) for each in ends.T)
        self._kernels.list_cones(
            0, len(roots), self.rows.starts, self.rows.to, roots, self.p, spin_ends, link_ends,
            spins, distances, links, entries,
        )  # fmt: skip
        couplings, fields = self._couplings[entries], self.ising.linear[spins]
        for k, target in enumerate(targets.tolist()):
            own, linked = (slice(*each[k : k + 2]) for each in (spin_ends, link_ends))
            yield Cone(
                target, spins[own], distances[own], links[linked], couplings[linked], fields[own]
            )
