"""Searches of the study.

Within a depth every optimizer and start meets the same instances, so that all comparisons are
paired; over the depths 1 to 8 all 100 instances are met.

The modes:
    exact: exact values and adjoint gradients, every method with the same budget of executions.
    shots: each value from 1,000 shots, methods without gradients, the same budget.
    shift: each value from 1,000 shots, gradients by parameter shifts, the same budget.
    long: as shots, with the budget that `hybridq solve` has by default.
    start: a start as it is, without a search.
    strategy: `STRATEGIES` with L-BFGS, exact.
    solve: L-BFGS to its end, exact, as `hybridq solve` does.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from experiments.outer_loop.instances import KINDS, SIZES, Instance, block
from hybridq.ansatz.qaoa import INITIAL_POINTS
from hybridq.optimizers import OPTIMIZERS, Optimizer
from hybridq.strategies.registry import STRATEGIES

# How far the first steps go decides where a start is good: those optimizers appear twice.
CONFIGURED: dict[str, tuple[str, dict[str, float]]] = {
    "adam 0.1": ("adam", {"learning_rate": 0.1}),
    "adam 0.03": ("adam", {"learning_rate": 0.03}),
    "spsa 0.1": ("spsa", {"initial_step": 0.1}),
    "spsa 0.02": ("spsa", {"initial_step": 0.02}),
    "qn-spsa 0.1": ("qn-spsa", {"initial_step": 0.1}),
    "qn-spsa 0.02": ("qn-spsa", {"initial_step": 0.02}),
}
# optuna-gp needs PyTorch; `optuna` by name is optuna-tpe unless another sampler is named; bayesian
# is for fewer executions, and has a study of its own; the last three choose their shots themselves.
LEFT_OUT = ("optuna-gp", "optuna", "bayesian", "icans", "gcans", "rosalin")


def _names() -> Iterator[str]:
    for name in OPTIMIZERS:
        if name not in LEFT_OUT:
            twice = [label for label, (method, _) in CONFIGURED.items() if method == name]
            yield from twice or [name]


METHODS = tuple(_names())
SAMPLERS = tuple(name for name in METHODS if name.startswith("optuna"))
# Dear beside a simulation, or without a chance in this budget: on the small instances only.
SMALL_ONLY = (
    "natural-gradient", "qn-spsa 0.1", "qn-spsa 0.02", "basin-hopping", "differential-evolution",
    "dual-annealing", *SAMPLERS,
)  # fmt: skip


def optimizer(method: str) -> Optimizer:
    """The configured optimizer of that label."""
    name, options = CONFIGURED.get(method, (method, {}))
    return OPTIMIZERS[name](**options)


def is_planned(mode: str, method: str) -> bool:
    """Return whether the steps of a method depend on its budget.

    What it would have shown after fewer executions takes a search with that budget.
    """
    name = optimizer(method).name
    return name in ("spsa", "qn-spsa") or (name == "adam" and mode == "shots")


NEED_GRADIENT = tuple(m for m in METHODS if "value_and_gradient" in optimizer(m).needs)
FROM_SHOTS = tuple(m for m in METHODS if m not in NEED_GRADIENT)
BY_SHIFTS = (
    *(m for m in NEED_GRADIENT if m != "natural-gradient"), "adam 0.1", "adam 0.03",
    "basin-hopping",
)  # fmt: skip
LONG = ("nelder-mead", "cobyqa", "powell", "adam 0.1", "adam 0.03", "spsa 0.1", "spsa 0.02")


@dataclass(frozen=True)
class Run:
    """One search."""

    mode: str
    instance: Instance
    p: int
    start: str
    method: str
    budget: int

    @property
    def key(self) -> str:
        return "|".join(
            (self.mode, str(self.instance.index), str(self.p), self.start, self.method,
             str(self.budget))
        )  # fmt: skip


@dataclass(frozen=True)
class Design:
    """The whole study.

    Attributes:
        sizes, depths, kinds: of the instances and circuits.
        starts: names of `INITIAL_POINTS`.
        methods: names of `OPTIMIZERS` or `CONFIGURED`.
        budget: circuit executions of a search; the methods are compared at `checkpoints` up to it.
        strategy_budget: executions of strategies and of long searches.
        small: the size at which all methods meet all starts.
        tiny: the size for parameter shifts.
        lesser_budgets: further budgets for methods that plan by theirs; see `is_planned`.
        planned_starts: those with which they have them.
        main_start: with which the optimizers meet all sizes.
        sampler_starts: those of the samplers, whose own arithmetic takes longest.
    """

    sizes: tuple[int, ...] = SIZES
    depths: tuple[int, ...] = tuple(range(1, 9))
    kinds: tuple[str, ...] = KINDS
    starts: tuple[str, ...] = tuple(INITIAL_POINTS)
    methods: tuple[str, ...] = METHODS
    strategies: tuple[str, ...] = tuple(STRATEGIES)
    budget: int = 400
    lesser_budgets: tuple[int, ...] = (50, 100, 200)
    planned_starts: tuple[str, ...] = ("auto", "ramp", "random")
    strategy_budget: int = 2000
    small: int = 12
    tiny: int = 10
    main_start: str = "auto"
    sampler_starts: tuple[str, ...] = ("auto", "random")

    @cached_property
    def checkpoints(self) -> tuple[int, ...]:
        marks = (5, 10, 20, 35, 50, 70, 100, 140, 200, 280, 400)
        return tuple(mark for mark in marks if mark <= self.budget)

    def runs(self) -> list[Run]:
        """All searches, the dearest first, those of one circuit together."""
        found = [
            *self._unsearched(),
            *self._searches(),
            *self._long(),
            *self._strategies(),
            *self._solves(),
        ]
        return sorted(found, key=lambda r: (-r.instance.n * 100 - r.p, r.instance.index, r.mode))

    def block(self, p: int, *sizes: int) -> list[Instance]:
        """The instances of these sizes, all by default, for depth `p`."""
        return [each for each in block(p, sizes or self.sizes) if each.kind in self.kinds]

    def _unsearched(self) -> Iterator[Run]:
        for p in self.depths:
            for instance in self.block(p):
                for start in self.starts:
                    yield Run("start", instance, p, start, "none", self.budget)

    def _searches(self) -> Iterator[Run]:
        for p in self.depths:
            for instance in self.block(p):
                for mode, start, method in self._choices(instance.n):
                    yield Run(mode, instance, p, start, method, self.budget)
                    if start in self.planned_starts and is_planned(mode, method):
                        for budget in self.lesser_budgets:
                            yield Run(mode, instance, p, start, method, budget)

    def _choices(self, n: int) -> Iterator[tuple[str, str, str]]:
        """Mode, start and method of every search on an instance of `n` nodes."""
        for start in self.starts:
            for method in self.methods:
                everywhere = start == self.main_start and method not in SMALL_ONLY
                sampled = method not in SAMPLERS or start in self.sampler_starts
                if everywhere or (n == self.small and sampled):
                    yield "exact", start, method
                    if method in FROM_SHOTS:
                        yield "shots", start, method
        if n == self.tiny:
            for method in BY_SHIFTS:
                if method in self.methods:
                    yield "shift", self.main_start, method

    def _long(self) -> Iterator[Run]:
        for p in self.depths:
            for instance in self.block(p, self.small):
                for start in self.planned_starts:
                    for method in (m for m in LONG if m in self.methods):
                        yield Run("long", instance, p, start, method, self.strategy_budget)

    def _strategies(self) -> Iterator[Run]:
        for p in self.depths:
            for instance in self.block(p, self.small, self.tiny):
                for strategy in self.strategies:
                    yield Run(
                        "strategy", instance, p, self.main_start, strategy, self.strategy_budget
                    )

    def _solves(self) -> Iterator[Run]:
        for p in self.depths:
            for instance in self.block(p):
                for start in ("auto", "ramp"):
                    yield Run("solve", instance, p, start, "l-bfgs", 4 * self.strategy_budget)


FULL = Design()
QUICK = Design(
    sizes=(10,),
    depths=(1, 2),
    kinds=("3-regular", "random weighted"),
    starts=("ramp", "random", "auto"),
    methods=(
        "l-bfgs",
        "cobyla",
        "adam 0.03",
        "spsa 0.02",
        "qn-spsa 0.02",
        "rotosolve",
        "optuna-random",
    ),
    strategies=("direct", "interp"),
    budget=35,
    lesser_budgets=(20,),
    strategy_budget=60,
    small=10,
)
