"""Layers within one rank, by the compiled kernels of the diagonal engine."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.diagonal.cost import CostPlan, build_cost
from hybridq.engines.diagonal.kernels.adjoint import BEFORE, ENERGY, PHASE, AdjointPassPlan
from hybridq.engines.diagonal.kernels.passes import PassPlan
from hybridq.engines.diagonal.kernels.sampling import strip_probabilities
from hybridq.engines.diagonal.runners import SAMPLING_STRIP_BITS, ManyPasses
from hybridq.engines.distributed.kernels.passes import one_adjoint_pass, one_pass
from hybridq.engines.distributed.kernels.rows import STRIP, join_rows, split_rows
from hybridq.engines.distributed.local import State, Vector, mixer_steps
from hybridq.engines.distributed.rows import Rows
from hybridq.engines.kernels.team import Team


class CompiledLocal(ManyPasses):
    """Layers in two passes over memory: the rows of the grid, then its columns."""

    def __init__(self, plan: CostPlan, dtype: Any, team: Team) -> None:
        super().__init__(plan.bits, plan.symmetric, build_cost(plan), dtype, team)
        self._sums = np.empty(4)

    def _pass(self, ket: State, plan: PassPlan) -> float:
        """Do one pass; return the energy where the plan measures it."""
        return float(
            self._team.run(one_pass, ket, self._grid, self._cost, plan, self._tables, self._space)
        )

    def _adjoint_pass(self, ket: State, bra: State, plan: AdjointPassPlan) -> Vector:
        """Do one backward pass; return its overlaps by their kind."""
        self._team.run(
            one_adjoint_pass, ket, bra, self._grid, self._cost, plan, self._tables, self._space,
            self._sums,
        )  # fmt: skip
        return self._sums

    def layer(self, ket: State, gamma: float, beta: float, start: float = 0.0) -> None:
        """Run one layer; with `start` on |+…+⟩ times that number."""
        for step in mixer_steps(gamma, beta, self._grid.symmetric):
            scale = step.scale(self._levels) * (start or 1.0)
            self._pass(
                ket,
                PassPlan(
                    True, start > 0.0, 0.0, True, step.gamma, scale, False, step.tangent, False
                ),
            )
            self._pass(
                ket, PassPlan(False, False, step.tangent, False, 0.0, 1.0, False, 0.0, False)
            )
            start = 0.0

    @property
    def _levels(self) -> int:
        """Number of rotations of a mixer."""
        return self._bits + self._grid.symmetric

    def undo(self, ket: State, bra: State, gamma: float, beta: float) -> tuple[float, float]:
        """Undo a layer on both states; return its derivatives by γ and β."""
        rows = self._grid.low + self._grid.middle
        by_gamma = by_beta = 0.0
        for step in reversed(mixer_steps(gamma, beta, self._grid.symmetric)):
            # The passes take no cosines; the phase of the second brings them in for both.
            columns = AdjointPassPlan(False, False, step.tangent, 1.0, 0.0, 1.0, False, False, 0.0)
            overlap = float(self._adjoint_pass(ket, bra, columns)[BEFORE])
            weight = step.scale(2 * (self._levels - rows))
            plan = AdjointPassPlan(
                True, False, step.tangent, weight, -step.gamma, step.scale(self._levels), False,
                False, 0.0,
            )  # fmt: skip
            found = self._adjoint_pass(ket, bra, plan)
            by_beta = 2.0 * (overlap + float(found[BEFORE]))
            by_gamma = 2.0 * float(found[PHASE])
        return by_gamma, by_beta

    def measured(self, ket: State) -> float:
        """Return Σ |b|² E."""
        return self._pass(ket, PassPlan(True, False, 0.0, False, 0.0, 1.0, False, 0.0, True))

    def apply_cost(self, ket: State, bra: State) -> float:
        """Leave E b in `bra`; return Σ |b|² E."""
        plan = AdjointPassPlan(True, True, 0.0, 1.0, 0.0, 1.0, False, False, 0.0)
        return float(self._adjoint_pass(ket, bra, plan)[ENERGY])

    def weight(self, ket: State) -> float:
        """Return Σ |b|²."""
        bits = min(SAMPLING_STRIP_BITS, self.block_bits)
        weights = np.empty(1 << (self._bits - bits))
        self._team.run(
            strip_probabilities, ket[0], ket[1], bits, self.block_bits, self.pad, weights
        )
        return float(weights.sum())

    def counted(self, ket: State, lowest: float, bins: int) -> Vector:
        """Return the weight of the costs lowest, lowest + 1, …, shape (bins,)."""
        return self._counted(ket, False, lowest, bins)

    def join(self, piece: NDArray[Any], ket: State, at: NDArray[np.int64], rows: Rows) -> None:
        """Finish a layer on columns that were received, and store them in `ket`."""
        kind = self._dtype.type
        self._team.run(
            join_rows, piece, ket, at, kind(rows.cosine), kind(rows.sine), rows.quarters,
            rows.symmetric,
        )  # fmt: skip

    def split(self, ket: State, bra: State, at: NDArray[np.int64], width: int, rows: Rows) -> float:
        """Undo `join` on columns of both states; return Re⟨bra|G|ket⟩, G the derivative by β."""
        kind = self._dtype.type
        strips = np.empty((self._team.threads, 2, 2, at.shape[1], STRIP), self._dtype)
        partial = np.empty(at.shape[0] * max(width // STRIP, 1))
        self._team.run(
            split_rows, ket, bra, strips, at, width, kind(rows.cosine), kind(rows.sine),
            rows.quarters, rows.symmetric, partial,
        )  # fmt: skip
        return float(partial.sum())
