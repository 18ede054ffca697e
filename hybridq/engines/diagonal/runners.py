"""Runners of QAOA layers: a state in one block, or in passes over memory."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from hybridq.core.arrays import aligned
from hybridq.engines.diagonal import workspace
from hybridq.engines.diagonal.kernels.adjoint import pass_gradient
from hybridq.engines.diagonal.kernels.block import (
    block_energy,
    block_evolve,
    block_gradient,
)
from hybridq.engines.diagonal.kernels.histogram import block_histogram, pass_histogram
from hybridq.engines.diagonal.kernels.passes import pass_evolve
from hybridq.engines.diagonal.kernels.phases import STORED, Cost
from hybridq.engines.diagonal.kernels.sampling import draw_in_strips, strip_probabilities
from hybridq.engines.kernels.team import Team

HISTOGRAM_GROUPS = 16
SAMPLING_STRIP_BITS = 12

State = NDArray[np.floating[Any]]
Vector = NDArray[np.float64]


class Runner(Protocol):
    """A way to run the layers at angles γ_1 … γ_p, β_1 … β_p.

    A state is an array of shape (2, entries), real and imaginary parts, of blocks of 2**block_bits
    amplitudes that lie 2**block_bits + pad entries apart.

    Attributes:
        where: the distribution of the work, in words.
        threads: the number of threads of a single evaluation.
        block_bits: bits of an index within a block.
        pad: unused entries after each block.
        drops_quarters: True if `evolve` leaves out the factors i of whole quarter rotations.
    """

    where: str
    threads: int
    block_bits: int
    pad: int
    drops_quarters: bool

    def energy(self, ket: State, angles: Vector) -> float:
        """Return the expectation value; leave the state in `ket`."""

    def gradient(
        self, ket: State, bra: State, angles: Vector, out: Vector, weights: Vector | None = None
    ) -> float:
        """Return the expectation value; leave its derivatives in `out`.

        Both states are overwritten. With `weights` the observable is another diagonal one, given
        by its 2**bits values.
        """

    def evolve(self, ket: State, angles: Vector) -> bool:
        """Leave the final state in `ket`; return True if all its bits are flipped."""

    def histogram(self, ket: State, angles: Vector, lowest: float, bins: int) -> Vector:
        """Return the probability of the costs lowest, lowest + 1, …, shape (bins,)."""

    def draw(self, ket: State, shots: int, generator: np.random.Generator) -> NDArray[np.int64]:
        """Return the indices of `shots` measured amplitudes of `ket`, in any order."""


def new_state(runner: Runner, bits: int, dtype: Any) -> State:
    """Return an uninitialized state of 2**bits amplitudes in the layout of `runner`."""
    blocks = 1 << (bits - runner.block_bits)
    return aligned((2, blocks * ((1 << runner.block_bits) + runner.pad)), dtype)


def amplitudes(runner: Runner, ket: State) -> State:
    """Return the state without the gaps between blocks, shape (2, 2**bits)."""
    size = 1 << runner.block_bits
    return ket.reshape(2, -1, size + runner.pad)[:, :, :size].reshape(2, -1)


def _measured(cost: Cost, weights: Vector | None) -> Cost:
    """Return the cost itself, or a stored one with these values."""
    return cost if weights is None else cost._replace(kind=STORED, levels=weights)


class _Compiled:
    """Sampling, for the compiled runners."""

    block_bits: int
    pad: int
    drops_quarters = True
    _bits: int
    _team: Team

    def draw(self, ket: State, shots: int, generator: np.random.Generator) -> NDArray[np.int64]:
        """Return the indices of `shots` measured amplitudes of `ket`."""
        re, im = ket
        bits = min(SAMPLING_STRIP_BITS, self.block_bits)
        layout = bits, self.block_bits, self.pad
        probabilities = np.empty(1 << (self._bits - bits))
        indices = np.empty(shots, dtype=np.int64)
        self._team.run(strip_probabilities, re, im, *layout, probabilities)
        counts = generator.multinomial(shots, probabilities / probabilities.sum())
        starts = np.concatenate([[0], np.cumsum(counts)])
        positions = np.sort(np.repeat(np.arange(len(counts)), counts) + generator.random(shots))
        self._team.run(draw_in_strips, re, im, *layout, probabilities, starts, positions, indices)
        return indices


class OneBlock(_Compiled):
    """Runner for states that fit in one core's cache, on one thread."""

    where = "one block"
    threads = 1
    pad = 0

    def __init__(self, bits: int, symmetric: bool, cost: Cost, dtype: Any, team: Team) -> None:
        self.block_bits = bits
        self._bits, self._symmetric, self._cost, self._team = bits, symmetric, cost, team
        self._space = workspace.block_space(bits, len(cost.levels), dtype)
        self._arguments = tuple(cost), tuple(self._space)

    def energy(self, ket: State, angles: Vector) -> float:
        """Return the expectation value; leave the state in `ket`."""
        return block_energy(ket, self._bits, self._symmetric, angles, *self._arguments)

    def gradient(
        self, ket: State, bra: State, angles: Vector, out: Vector, weights: Vector | None = None
    ) -> float:
        """Return the expectation value; leave its derivatives in `out`."""
        cost, space = self._arguments
        measured = tuple(_measured(self._cost, weights))
        return block_gradient(
            ket, bra, self._bits, self._symmetric, angles, cost, measured, space, out
        )

    def evolve(self, ket: State, angles: Vector) -> bool:
        """Leave the final state in `ket`; return True if all its bits are flipped."""
        return block_evolve(ket, self._bits, self._symmetric, angles, *self._arguments)

    def histogram(self, ket: State, angles: Vector, lowest: float, bins: int) -> Vector:
        """Return the probability of the costs lowest, lowest + 1, …, shape (bins,)."""
        flipped = self.evolve(ket, angles)
        out = np.zeros((1, bins))
        block_histogram(ket[0], ket[1], self._bits, self._cost, self._space, flipped, lowest, out)
        return out[0]


class ManyPasses(_Compiled):
    """Runner for larger states: all threads share every pass over memory."""

    def __init__(self, bits: int, symmetric: bool, cost: Cost, dtype: Any, team: Team) -> None:
        self._bits, self._cost, self._dtype, self._team = bits, cost, dtype, team
        self._grid = workspace.choose_grid(bits, symmetric, np.dtype(dtype).itemsize)
        self._tables = workspace.tables(self._grid, len(cost.levels), dtype)
        self._space = workspace.pass_space(self._grid, dtype, team.threads)
        self.block_bits, self.pad = self._grid.low + self._grid.middle, self._grid.pad
        self.threads = team.threads
        self.where = f"{team.threads} thread{'s' if team.threads > 1 else ''}"

    def _forward(
        self, ket: State, angles: Vector, finish: bool, start: float = 1.0, measure: bool = True
    ) -> tuple[float, bool]:
        """Return the results of `pass_evolve`."""
        return self._team.run(
            pass_evolve, ket[0], ket[1], self._grid, angles, self._cost, self._tables,
            self._space, start, finish, measure,
        )  # fmt: skip

    def energy(self, ket: State, angles: Vector) -> float:
        """Return the expectation value; leave the state in `ket`."""
        return self._forward(ket, angles, True)[0]

    def gradient(
        self, ket: State, bra: State, angles: Vector, out: Vector, weights: Vector | None = None
    ) -> float:
        """Return the expectation value; leave its derivatives in `out`."""
        _, flipped = self._forward(ket, angles, False)
        return self._backward(ket, bra, angles, out, _measured(self._cost, weights), flipped)

    def _backward(
        self, ket: State, bra: State, angles: Vector, out: Vector, measured: Cost, flipped: bool,
        has_bra: bool = False,
    ) -> float:  # fmt: skip
        """Return the result of `pass_gradient`."""
        value: float = self._team.run(
            pass_gradient, ket, bra, self._grid, angles, self._cost, measured, self._tables,
            self._space, flipped, has_bra, np.empty(4), out,
        )  # fmt: skip
        return value

    def evolve(self, ket: State, angles: Vector) -> bool:
        """Leave the final state in `ket`; return True if all its bits are flipped."""
        return self._forward(ket, angles, True)[1]

    def histogram(self, ket: State, angles: Vector, lowest: float, bins: int) -> Vector:
        """Return the probability of the costs lowest, lowest + 1, …, shape (bins,)."""
        return self._counted(ket, self.evolve(ket, angles), lowest, bins)

    def _counted(self, ket: State, flipped: bool, lowest: float, bins: int) -> Vector:
        """Return the probability of lowest, lowest + 1, … in `ket`, shape (bins,)."""
        out = np.zeros((HISTOGRAM_GROUPS, bins))
        self._team.run(
            pass_histogram, ket[0], ket[1], self._grid, self._cost, self._tables, self._space,
            flipped, lowest, out,
        )  # fmt: skip
        return out.sum(axis=0)
