"""Evolution of independent sets under flips of single qubits, on hypercubes."""

from __future__ import annotations

import numpy as np

from hybridq.engines.base import Vector
from hybridq.engines.kernels.team import Team
from hybridq.engines.subspace.cube_tables import CubeTables
from hybridq.engines.subspace.evolution import State, Workspace, top_state
from hybridq.engines.subspace.kernels import cubes as kernels
from hybridq.engines.subspace.kernels import twins
from hybridq.engines.subspace.polynomials import chebyshev, spectral_radius


class _Exponential:
    """Exponential of the sum of all flips on one list of blocks.

    Args:
        cubes: the blocks.
        dtype: of the parts of amplitudes.
        team: threads.
    """

    def __init__(self, cubes: kernels.Cubes, dtype: np.dtype[np.floating], team: Team) -> None:
        self.dim = int(cubes.start[-1])
        self.space = Workspace(self.dim, dtype)
        self._cubes, self._team = cubes, team
        self._partial, self._none = np.zeros(int(cubes.tile[-1])), np.zeros(0)

    def multiply(self, x: Vector) -> Vector:
        """Return A x."""
        source, image = self.space.array(0), self.space.array(1)
        source[::2], source[1::2] = x, 0.0
        self._team.run(kernels.cube_sums, source, self._cubes, image)
        return image[::2].astype(np.float64)

    def run(self, state: State, reach: tuple[float, float], bra: State | None = None) -> float:
        """Apply e^{iβA}; return Im⟨bra|A|state⟩ of the states before it.

        Args:
            state: overwritten.
            reach: β and the spectral radius of A.
            bra: another state; None for no element.
        """
        recurrence = chebyshev(*reach, self.space.dtype).astype(self.space.dtype)
        partial = self._none if bra is None else self._partial
        work, out = self.space.array(0), self.space.array(1)
        other = state if bra is None else bra
        self._team.run(
            kernels.cube_exponential, state, work, out, self._cubes, recurrence, other, partial
        )
        return float(partial.sum())


class CubesEvolution:
    """Exponential of the sum of all flips; see `HopsEvolution`.

    States that exchanges of twins leave as they are, to the last bit, are evolved by levels.

    Args:
        tables: the hypercubes.
        dtype: of the parts of amplitudes.
        team: threads.
    """

    def __init__(self, tables: CubeTables, dtype: np.dtype[np.floating], team: Team) -> None:
        self._team = team
        self._whole = _Exponential(tables.cubes, dtype, team)
        self._few, self._twins = self._whole, None
        if tables.by_levels is not None:
            cubes, self._twins = tables.by_levels
            self._few = _Exponential(cubes, dtype, team)
        self._alike = np.zeros(len(tables.cubes.bits), dtype=np.uint8)
        # The highest eigenstate is positive, so that exchanges of twins do not change it.
        self._radius = spectral_radius(self._few.multiply, self._few.dim)

    def _by_levels(self, *states: State) -> list[State] | None:
        """Return states by levels of twins, None where exchanges of twins change one."""
        if self._twins is None:
            return None
        found = []
        for number, state in enumerate(states):
            few = self._few.space.array(2 + number)
            self._team.run(twins.gather, state, self._twins, few, self._alike)
            if not self._alike.all():
                return None
            found.append(few)
        return found

    def forward(self, ket: State, beta: float) -> None:
        """Apply the mixer to the ket, in place."""
        few = self._by_levels(ket)
        if few is None:
            self._whole.run(ket, (beta, self._radius))
            return
        self._few.run(few[0], (beta, self._radius))
        self._team.run(twins.scatter, ket, self._twins, few[0])

    def backward(self, ket: State, bra: State, beta: float) -> float:
        """Undo the mixer on both states; return the derivative by β."""
        few = self._by_levels(ket, bra)
        evolution, (here, there) = (self._few, few) if few else (self._whole, (ket, bra))
        element = evolution.run(here, (-beta, self._radius), there)
        evolution.run(there, (-beta, self._radius))
        if few:
            for state, part in zip((ket, bra), few, strict=True):
                self._team.run(twins.scatter, state, self._twins, part)
        return -2.0 * element

    def top(self) -> Vector:
        """Return the highest eigenstate of the sum of flips."""
        vector = top_state(self._few.multiply, self._few.dim)
        if self._twins is None:
            return vector
        few, whole = np.zeros(2 * self._few.dim), np.zeros(2 * self._whole.dim)
        few[::2] = vector
        self._team.run(twins.scatter, whole, self._twins, few)
        return np.ascontiguousarray(whole[::2])
