"""Recursive QAOA: fix the strongest correlation, and ask again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from hybridq.ansatz.qaoa import QAOA
from hybridq.classical.contraction import Contracted, contraction
from hybridq.classical.local_search import local_search
from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError, Setting
from hybridq.operators.ising import Ising
from hybridq.strategies.base import ControlEnergy, StrategyResult, Task
from hybridq.strategies.correlated import (
    Bits,
    Stopwatch,
    Unsampled,
    best_by_components,
    energy_of,
    trained,
    with_answer,
)

_CONTRACTING = 0.7  # of a time limit; the polish has the rest
_TRY = 0.6  # of the time that is left, for one contraction with its polish
_CONTROL = 2  # times as long as one contraction: its ties make hubs


@dataclass(frozen=True, kw_only=True)
class Recursive(Unsampled):
    """Contract spins by the correlations of one layer (RQAOA), then polish.

    Each angle of `gamma_scales` is tried, as a share of the best one, and the best state is
    annealed from a low temperature. The same contraction in the limit γ → 0, polished alike, is
    the control: it needs no circuit. It is at its best on grids of couplings of both signs.

    Args:
        gamma_scales: shares of the best angle γ that are tried.
        polish: annealing sweeps from each state that the contractions end in; 0 for single flips.

    Source: Bravyi, Kliesch, Koenig, Tang 2020, arXiv:1910.08980.
    """

    name: ClassVar[str] = "recursive"
    summary: ClassVar[str] = "fix the strongest correlation, again and again; p = 1; grids"
    source: ClassVar[str] = "Bravyi, Kliesch, Koenig, Tang 2020, arXiv:1910.08980"
    most_layers: ClassVar[int | None] = 1

    gamma_scales: tuple[float, ...] = (0.2, 1.0)
    polish: int = 2_000

    def __post_init__(self) -> None:
        scales = self.gamma_scales
        scales = (scales,) if isinstance(scales, int | float) else tuple(scales)
        if not scales or not all(
            isinstance(s, int | float) and np.isfinite(s) and s > 0 for s in scales
        ):
            raise ParameterError(
                argument="gamma_scales", value=self.gamma_scales, expected="numbers > 0"
            )
        object.__setattr__(self, "gamma_scales", tuple(float(scale) for scale in scales))
        checked_count("polish", self.polish, at_least=0, at_most=10_000_000)

    def check_ansatz(self, ansatz: QAOA) -> None:
        """Raise for more than one layer, or terms of more than two spins.

        Raises:
            ParameterError: either of them.
        """
        if ansatz.p != self.most_layers:
            raise ParameterError(
                argument="p",
                value=ansatz.p,
                expected="1",
                remedy=(
                    "recursive contracts by one layer; for more use ",
                    Setting("strategy", "precondition"),
                ),
            )
        super().check_ansatz(ansatz)

    def run(self, task: Task) -> StrategyResult:
        """See `Strategy.run`."""
        watch = Stopwatch(task.time_limit)
        found = trained(task)
        ising = found.ansatz.ising
        seeds = task.rng.spawn(len(self.gamma_scales) + 1)
        runs: list[tuple[float, Contracted, Bits, float, bool]] = []
        took = 0.0
        for scale, seed in zip(self.gamma_scales, seeds, strict=False):
            began, left = watch.seconds, watch.left
            if left is not None and runs and left < (1.0 + _CONTROL) * took:
                break  # the control would have no time
            left = left if left is None else _TRY * left
            runs.append((scale, *self._polished(ising, scale, seed, left)))
            took = watch.seconds - began
            if not runs[-1][1].complete:
                break
        seconds = watch.seconds
        scale, contracted, bits, energy, _ = min(runs, key=lambda run: run[3])
        gain = contracted.baseline.energy - energy
        polished = "annealing found nothing better" if gain <= 0.0 else "then annealed"
        method = f"recursive QAOA at {scale:g} of the best angle, {polished}"
        if not contracted.complete:
            method += f" ({contracted.contractions:,} of {ising.n_qubits:,} spins contracted)"
        controls: tuple[ControlEnergy, ...] = ()
        complete = len(runs) == len(self.gamma_scales)
        complete = complete and all(run[1].complete and run[4] for run in runs)
        if contracted.complete:
            watch = Stopwatch(watch.left)
            control, _, at_zero, whole = self._polished(ising, 0.0, seeds[-1], watch.left)
            name = "greedy contraction (gamma -> 0), polished alike"
            if not (control.complete and whole):
                name += ", ended early"
            controls = (ControlEnergy(name, at_zero, watch.seconds),)
        return with_answer(
            found,
            bits=bits,
            method=method,
            seconds=seconds,
            controls=controls,
            complete=complete,
        )

    def _polished(
        self, ising: Ising, scale: float, rng: np.random.Generator, time_limit: float | None
    ) -> tuple[Contracted, Bits, float, bool]:
        """Return a contraction, its polished state and energy, and if that is whole."""
        first, second = rng.spawn(2)
        watch = Stopwatch(time_limit)
        share = None if time_limit is None else _CONTRACTING * time_limit
        contracted = contraction(ising, gamma_scale=scale, rng=first, time_limit=share)
        polished = local_search(
            ising,
            restarts=2,
            sweeps=self.polish,
            start=contracted.baseline.bits,
            rng=second,
            time_limit=watch.left,
        )
        bits = best_by_components(ising, polished.bits)
        return contracted, bits, energy_of(ising, bits), polished.complete
