"""Runs of a compiled program in a sector, with their working arrays."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.base import Vector
from hybridq.engines.kernels.team import Team
from hybridq.engines.sector.kernels.algebra import gather_gradient, inner, interleave
from hybridq.engines.sector.kernels.program import NEGATE, Program
from hybridq.engines.sector.kernels.run import run_backward, run_forward
from hybridq.engines.sector.rows import arranged
from hybridq.engines.sector.steps import GROUPS

TEAM_STATES = 1 << 16
"""States with fewer amplitudes are run by one thread, since waking others takes longer."""


class Walker:
    """Runner of one program, forward and, for derivatives, backward.

    States are flat arrays of real numbers, `len(per)` of them per amplitude.

    Args:
        program: the steps.
        size: number of amplitudes.
        per: one entry where states are real, two where they are complex.
        dtype: float64 or float32.
        threads: the number of threads that may share the work.
    """

    def __init__(
        self, program: Program, size: int, per: tuple[int, ...], dtype: Any, threads: int
    ) -> None:
        self._program, self._is_transposed = arranged(program, size)
        self._per = per
        self._team = Team(threads if size >= TEAM_STATES else 1)
        self._pair = np.empty(2 * size * len(per), dtype=dtype)
        self._partial = np.zeros((len(program.kind), GROUPS))
        # Real excitations alone are the common case and compile fastest; all others share code.
        phases = len(per) == 2 or (program.kind == NEGATE).any()
        self._extras: tuple[int | None, Any] = (None, None)
        if phases or len(program.blocks):
            largest, threads = program.largest, self._team.threads
            space = np.empty((threads, 2, largest, largest)), np.empty((threads, largest, 4))
            self._extras = 1 if phases else None, space

    def forward(self, ket: NDArray[Any], point: Vector) -> None:
        """Apply the program at parameters `point` to the ket, in place."""
        state = ket
        if self._is_transposed:
            state = self._pair[: len(ket)]
            self._columns(state)[:] = self._rows(ket)
        self._team.run(run_forward, state, self._program, point, self._per, *self._extras)
        if self._is_transposed:
            self._rows(ket)[:] = self._columns(state)

    def _rows(self, state: NDArray[Any]) -> NDArray[Any]:
        """Return a state as a matrix with a row for each string of the upper qubits."""
        return state.reshape(self._program.width, -1, len(self._per))

    def _columns(self, state: NDArray[Any]) -> NDArray[Any]:
        """Return a state of a transposed program as the same matrix."""
        return state.reshape(-1, self._program.width, len(self._per)).swapaxes(0, 1)

    def derivatives(
        self, ket: NDArray[Any], bra: NDArray[Any], point: Vector, gradient: Vector
    ) -> None:
        """Write the derivatives of ⟨ψ|H|ψ⟩ to `gradient`, ψ the program's final state.

        Args:
            ket: ψ.
            bra: Hψ.
        """
        if self._is_transposed:
            both = self._pair.reshape(-1, self._program.width, 2, len(self._per))
            for place, state in enumerate((ket, bra)):
                both[:, :, place].swapaxes(0, 1)[:] = self._rows(state)
        else:
            interleave(ket, bra, self._pair, len(self._per))
        self._team.run(
            run_backward, self._pair, self._program, point, self._partial, self._per,
            *self._extras,
        )  # fmt: skip
        gather_gradient(self._program, self._partial, gradient)

    def inner(self, a: NDArray[Any], b: NDArray[Any]) -> float:
        """Return Σ a b of two flat arrays, in double precision."""
        return float(inner(a, b))
