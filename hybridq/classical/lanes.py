"""Annealing of sixteen copies of an Ising problem at once, in lanes of vectors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hybridq.classical import _couplings
from hybridq.core.clock import Deadline

if TYPE_CHECKING:
    from hybridq.operators.ising import Ising

LANES = 16
Vector = NDArray[np.float64]

# First and last temperature in units of the root-mean-square field on a spin, tuned on Gset
# graphs and on random graphs with normal and log-normal weights.
HOT, _COLD = 1.2, 0.08
WARM = 0.35  # first temperature from a given state, which hotter sweeps would undo
_CHUNK = 2e6  # spins and couplings of the sweeps between two looks at the clock: about 20 ms
_RENEWED = 256  # sweeps, after which fields are computed anew: their sums round
_TRIAL_SWEEPS = 32
# Logarithms of equidistant numbers, for the flips that raise the energy, in an order in which
# neighbours have nothing to do with each other.
_LOGARITHMS = np.random.default_rng(1).permutation(-np.log((np.arange(4096) + 0.5) / 4096))
_LOGARITHMS = np.concatenate([_LOGARITHMS, _LOGARITHMS[:LANES]]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Copies:
    """Local minima of sixteen copies.

    Attributes:
        energies: without the constant, shape (16,).
        spins: +1 and -1, shape (16, n).
        whole: whether all sweeps were made.
    """

    energies: Vector
    spins: Vector
    whole: bool


class Lanes:
    """A problem prepared for annealing, with its scales.

    Attributes:
        rows: starts, targets and weights of the coupling graph in compressed rows, and fields h.
        field: root-mean-square field on a spin; 0 without terms.
        least: the smallest gain above rounding errors.

    Args:
        ising: the problem, with terms of at most two spins.
    """

    def __init__(self, ising: Ising) -> None:
        linear = np.array(ising.linear, dtype=np.float64)
        starts, targets, weights = _couplings.neighbours(ising)
        self.rows = starts, targets, weights, linear
        squares = float(np.sum(linear**2) + np.sum(weights**2))
        self.field = float(np.sqrt(squares / max(len(linear), 1)))
        largest = max(np.abs(linear).max(initial=0.0), np.abs(weights).max(initial=0.0))
        self.least = 1e-10 * float(largest)

    @cached_property
    def _scaled(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32], Vector]:
        """Rows in single precision; a power of two as the unit keeps integers exact."""
        starts, targets, weights, linear = self.rows
        unit = self._unit
        return starts, targets.astype(np.int32), (unit * weights).astype(np.float32), unit * linear

    @property
    def _unit(self) -> float:
        """Power of two that brings fields close to 1."""
        return float(2.0 ** -np.round(np.log2(self.field)))

    def _halves(self, temperatures: Vector) -> NDArray[np.float32]:
        """Return halves of temperatures on the scale of `_scaled`."""
        return (0.5 * self._unit * self.field * temperatures).astype(np.float32)

    def temperatures(self, sweeps: int, hot: float = HOT) -> Vector:
        """Return falling temperatures in units of `field`, one per sweep."""
        return np.geomspace(hot, _COLD, sweeps if self.field else 0)

    def anneal(
        self,
        temperatures: Vector,
        rng: np.random.Generator,
        *,
        start: Vector | None = None,
        deadline: Deadline | None = None,
        stop: Event | None = None,
    ) -> Copies:
        """Anneal sixteen copies and descend from each of them by single flips.

        Args:
            temperatures: one per sweep, in units of `field`.
            rng: source of randomness.
            start: spins of all copies, shape (n,), in place of random ones.
            deadline: temperatures fall with the clock, where their sweeps would take longer.
            stop: once it is set, no sweep begins.
        """
        down, whole = self._begun(rng, start), True
        if len(temperatures):
            whole = self._sweep(temperatures, rng, down, deadline or Deadline(), stop)
        return Copies(*self._descended(down), whole)

    def _begun(self, rng: np.random.Generator, start: Vector | None) -> NDArray[np.uint16]:
        """Return the bits of all copies of each spin, random without a start."""
        if start is None:
            return rng.integers(0, 2**LANES, size=len(self.rows[3]), dtype=np.uint16)
        return np.where(start < 0.0, np.uint16(2**LANES - 1), np.uint16(0))

    def _descended(self, down: NDArray[np.uint16]) -> tuple[Vector, Vector]:
        """Return energies and spins of the states that single flips lead to."""
        from hybridq.classical import _lanes_kernel as kernel

        spins = np.empty((LANES, len(down)))
        return kernel.descend_lanes(*self.rows, down, self.least, spins), spins

    def _sweep(
        self,
        temperatures: Vector,
        rng: np.random.Generator,
        down: NDArray[np.uint16],
        deadline: Deadline,
        stop: Event | None,
    ) -> bool:
        """Sweep over all copies; return whether no sweep was skipped."""
        from hybridq.classical import _lanes_kernel as kernel

        starts, targets, weights, linear = self._scaled
        half = self._halves(temperatures)
        state = rng.integers(1, 2**62, size=1, dtype=np.uint64)
        fields = np.empty((len(linear), LANES), dtype=np.float32)
        sweeps, done, renewed, whole = len(half), 0, -_RENEWED, True
        step = int(np.clip(_CHUNK / (len(linear) + len(targets)), 1, _RENEWED))
        budget = deadline.left
        while done < sweeps:
            if done - renewed >= _RENEWED:
                kernel.lane_fields_in_place(starts, targets, weights, linear, down, fields)
                renewed = done
            chunk = half[done : done + step]
            kernel.anneal_lanes_in_place(
                starts, targets, weights, down, fields, chunk, state, _LOGARITHMS
            )
            done += step
            if stop is not None and stop.is_set():
                return False
            if deadline.is_set:
                # Hot sweeps flip more and take longer: half of the pace is enough at first.
                due = int(sweeps * (1.0 - np.sqrt(deadline.left / max(budget, 1e-9))))
                whole = whole and due <= done
                done = max(done, due)
        return whole

    def pace(self, temperatures: Vector, start: Vector | None = None) -> tuple[float, float]:
        """Return the seconds of a sweep, and of the final descents, from a trial.

        Args:
            temperatures: one per sweep.
            start: spins of all copies, in place of random ones, of which more flip.
        """
        count = int(np.clip(_CHUNK / (len(self.rows[3]) + len(self.rows[1])), 2, len(temperatures)))
        chosen = temperatures[:: max(len(temperatures) // count, 1)]
        rng, watch = np.random.default_rng(1), Deadline()
        down = self._begun(rng, start)
        self._sweep(chosen, rng, down, watch, None)
        swept = watch.seconds
        self._descended(down)
        return swept / len(chosen), watch.seconds - swept

    def updates(self) -> float:
        """Return how many rows of fields a sweep updates for each spin, from a short run.

        The run has its own seed, so that the number is the same on every machine.
        """
        from hybridq.classical import _lanes_kernel as kernel

        if not self.field:
            return 0.0
        starts, targets, weights, linear = self._scaled
        rng = np.random.default_rng(1)
        down = rng.integers(0, 2**LANES, size=len(linear), dtype=np.uint16)
        fields = np.empty((len(linear), LANES), dtype=np.float32)
        kernel.lane_fields_in_place(starts, targets, weights, linear, down, fields)
        half = self._halves(self.temperatures(_TRIAL_SWEEPS))
        state = np.ones(1, dtype=np.uint64)
        updates = kernel.anneal_lanes_in_place(
            starts, targets, weights, down, fields, half, state, _LOGARITHMS
        )
        return float(updates / (len(linear) * _TRIAL_SWEEPS))
