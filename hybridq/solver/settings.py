"""Settings of a solve: configured objects for all choices, checked once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core.checks import checked_count, is_whole
from hybridq.core.clock import Deadline
from hybridq.core.configured import named_or_configured
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.limits import MOST_RESTARTS
from hybridq.core.mapper import Mapper
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import checked_shots
from hybridq.engines.choose import EngineLike, resolve_engine
from hybridq.engines.config import EngineConfig
from hybridq.engines.first_answer import usual_evaluations, with_kernels_chosen
from hybridq.engines.noisy import NoisyEngine
from hybridq.measurement.registry import GroupingLike
from hybridq.noise import NoiseModel
from hybridq.objectives import OBJECTIVES, ObjectiveConfig
from hybridq.optimizers import Optimizer, OptimizerLike, Record, Solution
from hybridq.optimizers.adam import Adam
from hybridq.optimizers.capabilities import Capability
from hybridq.optimizers.checks import check_limits, check_repeatable
from hybridq.optimizers.configure import configured_optimizer
from hybridq.presentation import OptimizerInfo
from hybridq.problems.base import Problem
from hybridq.solver.choices import AnsatzChoice, deciding_circuit, measured_observable
from hybridq.solver.measured import DEFAULT_SHOTS, Measurement, MitigationLike, resolve_measurement
from hybridq.storage.journal import Journal
from hybridq.strategies.base import Strategy
from hybridq.strategies.registry import STRATEGIES

if TYPE_CHECKING:
    from hybridq.solver.machine import Machine

Vector: TypeAlias = NDArray[np.float64]
Stage: TypeAlias = Callable[[str], None]
T = TypeVar("T")

DEFAULT_OPTIMIZER = "l-bfgs"
SAMPLED_EVALUATIONS = 1_000  # of a search from shots, roughly
FROM_SHOTS_LEARNING_RATE = 0.03  # small enough to keep what a good start has


@dataclass(frozen=True, eq=False, kw_only=True)
class SolveSettings:
    """Configuration of one solve; `hybridq.solve` explains each choice.

    Five independent streams of random numbers are made from `rng`: for the starts, the search,
    the samples, the classical reference and the objective's shots.
    """

    optimizer: Optimizer
    objective: ObjectiveConfig
    engine: EngineConfig
    strategy: Strategy | None = None
    objective_shots: int | None = None
    restarts: int | None = None
    max_evaluations: int | None = None
    time_limit: float | None = None
    shots: int = DEFAULT_SHOTS
    measurement: Measurement | None = None
    rng: RandomLike = None
    callback: Callable[[Record], Any] | None = None
    stage: Stage | None = None
    journal: Journal | None = None
    machine: Machine | None = None
    mapper: Mapper | None = None
    began: Deadline = field(default_factory=Deadline)
    seed: int | None = field(init=False)
    asked_seed: int | None = field(init=False)
    streams: tuple[np.random.Generator, ...] = field(init=False)
    deadline: Deadline = field(init=False)

    def __post_init__(self) -> None:
        check_limits(None, self.time_limit, None)
        object.__setattr__(self, "deadline", self.began.limited(self.time_limit))
        object.__setattr__(self, "asked_seed", int(self.rng) if is_whole(self.rng) else None)
        if self.rng is None:  # drawn here, so that the result can name it
            object.__setattr__(self, "rng", secrets.randbelow(2**31))
        object.__setattr__(self, "seed", int(self.rng) if is_whole(self.rng) else None)
        object.__setattr__(self, "streams", tuple(as_generator(self.rng).spawn(5)))
        object.__setattr__(self, "shots", checked_shots(self.shots))
        if self.objective_shots is not None:
            checked_shots(self.objective_shots, "objective_shots")
        if self.restarts is not None:
            checked_count("restarts", self.restarts, at_least=0, at_most=MOST_RESTARTS)
        if self.journal is not None:
            check_repeatable(self.optimizer)
        self.optimizer.prepare()  # raises for a missing package or storage before any work

    def announce(self, text: str) -> None:
        """Report the present stage of the work to the caller."""
        if self.stage is not None:
            self.stage(text)

    @property
    def is_plain(self) -> bool:
        """True if the exact expectation value is minimized."""
        return self.objective.kind == "expectation" and self.objective_shots is None

    @property
    def seconds(self) -> float:
        """Time since the solve began, without compilation (see `hybridq.core.clock`)."""
        return self.deadline.seconds


def started(time_limit: float | None) -> Deadline:
    """Start the clock of a solve, under a limit once the libraries are imported.

    That is done once in a process, as kernels are loaded, and takes up to half a second.
    """
    if time_limit is not None:
        import numba  # noqa: F401
        import scipy.optimize
        import scipy.sparse.csgraph  # noqa: F401
    return Deadline()


def resolve_objective(
    objective: str | ObjectiveConfig, shortcuts: dict[str, Any] | None = None
) -> ObjectiveConfig:
    """Return the configured objective of a name, or the one that is given.

    Args:
        objective: a name of `OBJECTIVES`, or a configured objective.
        shortcuts: options by name for a named objective; None leaves an option at its default.

    Raises:
        UnknownNameError: no objective of that name.
        ParameterError: `objective` is neither, or does not have an option.
    """
    given = {name: value for name, value in (shortcuts or {}).items() if value is not None}
    objective = named_or_configured(
        objective,
        ObjectiveConfig,
        argument="objective",
        expected="a name of OBJECTIVES or a configured objective such as hybridq.CVaR()",
        made="an objective",
    )
    if isinstance(objective, str):
        kind = OBJECTIVES[objective]
        for name, value in given.items():
            if name not in kind.option_names():
                raise _wrong_option(kind.kind, name, value)
        return kind(**given)
    for name, value in given.items():
        raise ParameterError(
            f"the objective {objective.kind} is already configured",
            argument=name,
            value=value,
            remedy=("leave out ", Setting(name)),
        )
    return objective


def _wrong_option(kind: str, name: str, value: object) -> ParameterError:
    """Return the error for an option that another objective has."""
    owners = [other for other in OBJECTIVES if name in OBJECTIVES[other].option_names()]
    return ParameterError(
        (Setting(name, value), f" is an option of {' and '.join(owners)}, not of {kind}"),
        argument=name,
        value=value,
        remedy=("leave it out, or choose ", Setting("objective", owners[0])),
    )


def resolve_strategy(strategy: str | Strategy | None) -> Strategy | None:
    """Return the strategy of a name, the one that is given, or None.

    Raises:
        UnknownNameError: no strategy of that name.
        ParameterError: `strategy` is neither.
    """
    if strategy is None:
        return None
    strategy = named_or_configured(
        strategy,
        Strategy,
        argument="strategy",
        expected="a name of STRATEGIES or a configured strategy such as "
        "hybridq.strategies.Multistart()",
        made="a strategy",
    )
    return STRATEGIES[strategy] if isinstance(strategy, str) else strategy


def resolve_settings(
    *,
    optimizer: OptimizerLike | None,
    objective: str | ObjectiveConfig,
    engine: EngineLike,
    strategy: str | Strategy | None,
    alpha: float | None,
    eta: float | None,
    precision: str | None,
    threads: int | None,
    kernels: str | None,
    noise: NoiseModel | Mapping[str, Any] | str | None,
    problem: Problem,
    ansatz: AnsatzChoice,
    objective_shots: int | None,
    restarts: int | None,
    max_evaluations: int | None,
    journal: Journal | None,
    shots: int | None,
    target_error: float | None,
    grouping: GroupingLike | None,
    mitigate: MitigationLike | None,
    **others: Any,
) -> SolveSettings:
    """Return the settings of a solve from its arguments; see `hybridq.solve`.

    Raises:
        UnknownNameError: a name that no registry has.
        ParameterError: an object of the wrong kind, or a value that is not accepted.
    """
    if optimizer is None:
        optimizer = default_optimizer(objective_shots)
    configured = configured_optimizer(optimizer)
    simulator = resolve_engine(
        engine, precision=precision, threads=threads, kernels=kernels, noise=noise
    )
    measurement = resolve_measurement(
        problem,
        shots,
        target_error,
        grouping,
        mitigate,
        noisy=isinstance(simulator, NoisyEngine),
        on_machine=others.get("machine") is not None,
    )
    circuit = deciding_circuit(problem, ansatz)
    if circuit is not None:
        simulator = with_kernels_chosen(
            simulator,
            circuit,
            measured_observable(problem, ansatz),
            expected_evaluations(circuit, configured, objective_shots, restarts, max_evaluations),
            None if journal is None else journal.recorded("engine_options"),
        )
    return SolveSettings(
        optimizer=configured,
        objective=resolve_objective(objective, {"alpha": alpha, "eta": eta}),
        engine=simulator,
        strategy=resolve_strategy(strategy),
        objective_shots=objective_shots,
        restarts=restarts,
        max_evaluations=max_evaluations,
        journal=journal,
        shots=DEFAULT_SHOTS if shots is None else shots,
        measurement=measurement,
        **others,
    )


def expected_evaluations(
    circuit: Circuit,
    optimizer: Optimizer,
    shots: int | None,
    restarts: int | None,
    limit: int | None,
) -> int:
    """Return about how many values and gradients a search takes."""
    if shots is not None:
        found = SAMPLED_EVALUATIONS
    elif Capability.GRADIENT in optimizer.needs:
        found = usual_evaluations(circuit)
    else:
        found = 50 * (2 + circuit.n_params)
    # Limits are checked later; until then they may be anything.
    found *= 1 + (restarts if is_whole(restarts) and restarts > 0 else 0)
    return min(found, limit) if is_whole(limit) else found


def default_optimizer(objective_shots: int | None) -> str | Optimizer:
    """Return the optimizer for a solve that names none.

    With exact values L-BFGS; from shots Adam along gradients estimated from two values each, which
    did best in the study in ``experiments/outer_loop``.
    """
    if objective_shots is None:
        return DEFAULT_OPTIMIZER
    return Adam(learning_rate=FROM_SHOTS_LEARNING_RATE)


def optimizer_info(solution: Solution, settings: SolveSettings) -> OptimizerInfo:
    """Return the record of the search for a result."""
    return OptimizerInfo(
        method=solution.method,
        evaluations=solution.evaluations,
        status=solution.status,
        message=solution.message,
        options=settings.optimizer.changed_options(),
        reason=solution.reason or "",
    )


def unless_interrupted(work: Callable[[], T]) -> T | None:
    """Return the result of `work`, None on Ctrl-C so that earlier results are kept."""
    try:
        return work()
    except KeyboardInterrupt:
        return None
