"""ADAPT-VQE: an ansatz that grows by the operator that lowers the energy fastest."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.adaptive import AdaptiveAnsatz
from hybridq.ansatz.electrons import Electrons
from hybridq.ansatz.pools import POOLS, Pool
from hybridq.classical.exact_energies import exact_energies
from hybridq.core import memory
from hybridq.core.checks import checked_count, checked_positive
from hybridq.core.clock import work_seconds
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.choose import AUTO, EngineLike, resolve_engine
from hybridq.engines.config import EngineConfig
from hybridq.objectives import Expectation, ExpectationObjective
from hybridq.optimizers import Journal, Optimizer, OptimizerLike, Record, Solution
from hybridq.optimizers.checks import check_limits
from hybridq.optimizers.configure import check_single_search, configured_optimizer
from hybridq.optimizers.solution import Reason, Status
from hybridq.presentation import Iteration
from hybridq.presentation.numbers import CHEMICAL_ACCURACY
from hybridq.problems.base import Problem
from hybridq.storage.journal import opened
from hybridq.storage.journal_facts import seed_facts
from hybridq.strategies.report import problem_digest
from hybridq.strategies.resolve import requested_sector, resolve_problem
from hybridq.strategies.saddle import STEP, lowest_step
from hybridq.strategies.search import search_energy

if TYPE_CHECKING:
    from hybridq.problems.molecule import Molecule

Vector = NDArray[np.float64]

# Slopes that differ by less than this part are equal up to rounding; the first of the pool wins,
# so that the choice does not depend on the order of summation.
TIE = 1e-6
# A gradient of the pool this small, in hartree per radian, is rounding: operators gain nothing.
STATIONARY = 1e-6


class _End(NamedTuple):
    """End of a run: status, reason and message, as in `Solution`."""

    status: Status
    reason: Reason | None
    message: str


@dataclass(frozen=True)
class StopRules:
    """Stopping rules of a growing circuit; `adapt_vqe` explains each field."""

    gradient_tolerance: float = 1e-3
    energy_tolerance: float | None = None
    accuracy: float | None = None
    max_operators: int = 200

    def __post_init__(self) -> None:
        checked_positive("gradient_tolerance", self.gradient_tolerance)
        if self.energy_tolerance is not None:
            checked_positive("energy_tolerance", self.energy_tolerance)
        if self.accuracy is not None:
            checked_positive("accuracy", self.accuracy)
        checked_count("max_operators", self.max_operators)


@dataclass(frozen=True, eq=False)
class Adaptation:
    """Result of an ADAPT run.

    Attributes:
        objective: the energy of the grown ansatz.
        ansatz: the grown ansatz.
        solution: its best parameters and energy; the evaluations and their energies are those of
            the whole run, `status` and `message` give the reason why it ended (``converged``: by
            the gradient or the energy; ``target``: by the error).
        iterations: the operators that were appended, in order.
    """

    objective: ExpectationObjective
    ansatz: AdaptiveAnsatz
    solution: Solution
    iterations: tuple[Iteration, ...]

    @property
    def energy(self) -> float:
        """The lowest energy."""
        return self.solution.value

    def __repr__(self) -> str:
        return f"Adaptation(energy={self.energy:.8f}, operators={len(self.iterations)})"


@memory.capacity("adapt_vqe", "use fewer qubits or another pool")
def adapt_vqe(
    problem: Molecule,
    pool: str = "gsd",
    *,
    gradient_tolerance: float = 1e-3,
    energy_tolerance: float | None = None,
    accuracy: float | None = None,
    max_operators: int = 200,
    optimizer: OptimizerLike = "l-bfgs",
    max_evaluations: int | None = None,
    time_limit: float | None = None,
    engine: EngineLike = AUTO,
    precision: str | None = None,
    threads: int | None = None,
    rng: RandomLike = None,
    callback: Callable[[Record], Any] | None = None,
    progress: Callable[[Iteration], Any] | None = None,
    journal: str | os.PathLike[str] | Journal | None = None,
    resume: bool = False,
) -> Adaptation:
    r"""Grow an ansatz for a molecule's ground state, one operator of a pool at a time.

    In each iteration the slopes :math:`dE/d\theta` at θ = 0 of all operators of the pool, appended
    to the ansatz so far, are found in one sweep; the operator of the largest slope is appended,
    and all parameters are optimized again from their last values. At a saddle point, where all
    slopes vanish and second derivatives are negative, the operator is the one along which a step
    of 0.1 radian lowers the energy most, and starts from there. Ctrl-C ends the run and returns
    the ansatz grown so far.

    Args:
        problem: a `Molecule`.
        pool: pool of operators; a name of `POOLS`.
        gradient_tolerance: stop at this norm of the pool's gradient, in hartree per radian; the
            Euclidean norm of all slopes.
        energy_tolerance: stop when an operator lowers the energy by less, in hartree.
        accuracy: stop when the energy error is below this, in hartree; the exact energy is
            computed first.
        max_operators: stop at this number of operators.
        optimizer: a name of `OPTIMIZERS`, or an optimizer with its options.
        max_evaluations: of the energy, in all.
        time_limit: seconds for the whole run.
        engine, precision, threads: see `Expectation`.
        rng: for optimizers that draw.
        callback: called with a `Record` after each evaluation; counted within the iteration.
        progress: called with each finished `Iteration`.
        journal: a file in which every evaluation is written, so that the run can be killed and
            resumed; or an open `Journal`.
        resume: continue the run in that file: it ends in the same numbers as if it had not been
            killed. Slopes are computed again, but no search in the file is repeated. Rules and
            limits may differ; without `rng` the seed is that of the file.

    Raises:
        UnknownNameError: no pool, optimizer or engine has that name.
        ParameterError: an argument has a value that is not accepted, or the problem has no
            electrons.
        CapacityError: it does not fit in memory.
        OutputError: the journal cannot be written, or exists already and is not resumed.
        FormatError: the journal is of another run; the message names the difference.

    Source: Grimsley, Economou, Barnes, Mayhall 2019, arXiv:1812.11173.
    """
    rules = StopRules(gradient_tolerance, energy_tolerance, accuracy, max_operators)
    pool = POOLS.canonical(pool)
    method = configured_optimizer(optimizer)
    check_single_search(method, "adapt makes a search for each operator")
    check_limits(max_evaluations, time_limit, None)
    simulator = resolve_engine(engine, precision=precision, threads=threads)
    subject = resolve_problem(problem)
    if subject.particles is None:
        raise ParameterError(
            f"adapt grows circuits for molecules, and this is a {subject.kind}",
            argument="problem",
            remedy=("choose another ansatz, such as ", Setting("ansatz", "hva")),
        )
    with opened(journal, resume) as log:
        if log is not None:
            rng = log.seed(rng)
            log.begin_alone(
                {
                    "problem": {"digest": problem_digest(subject), "name": subject.name},
                    "ansatz": {"kind": "adapt", "pool": pool},
                    "precision": simulator.options().get("precision", "double"),
                    "seed": seed_facts(rng),
                }
            )
        return _Run(
            subject,
            pool,
            rules,
            method,
            simulator,
            max_evaluations,
            time_limit,
            as_generator(rng),
            callback,
            progress,
            log,
        ).grow()


class _Run:
    """One run: the circuit grown so far, and the budget that is left."""

    def __init__(
        self,
        problem: Problem,
        pool: str,
        rules: StopRules,
        method: Optimizer,
        engine: EngineConfig,
        max_evaluations: int | None,
        time_limit: float | None,
        rng: np.random.Generator,
        callback: Callable[[Record], Any] | None,
        progress: Callable[[Iteration], Any] | None,
        journal: Journal | None,
    ) -> None:
        self._began = work_seconds()
        self._problem, self._rules, self._method = problem, rules, method
        self._observable = problem.observable
        self._engine = engine
        self._max_evaluations, self._time_limit = max_evaluations, time_limit
        self._callback, self._progress, self._journal = callback, progress, journal
        electrons = Electrons.of(problem)
        self._pool: Pool = POOLS[pool](electrons)
        self._operators = [operator.excitation() for operator in self._pool]
        self._iterations: list[Iteration] = []
        self._energies: list[float] = []
        self._ansatz = AdaptiveAnsatz(electrons)
        self._rng = rng
        self._exact: float | None = None

    def grow(self) -> Adaptation:
        """Append operators until a rule, a limit or Ctrl-C ends the run."""
        if self._rules.accuracy is not None:
            sector = requested_sector(self._problem)
            found = exact_energies(self._observable, sector=sector, wanted=True, rng=0)
            self._exact = float(found.values[0])
        objective = self._objective(self._ansatz)
        x = np.empty(0)
        energy = objective(x)
        try:
            while True:
                ended = self._ended(energy)
                if ended is not None:
                    break
                slopes = np.abs(objective.operator_gradients(x, self._operators))
                norm = float(np.linalg.norm(slopes))
                largest = slopes.max(initial=0.0)
                near = np.flatnonzero(slopes >= largest * (1.0 - TIE))
                chosen, angle = (int(near[0]) if len(near) else 0), 0.0
                stationary = norm <= self._rules.gradient_tolerance
                if stationary:
                    step = self._step(x, energy, norm) if len(slopes) else None
                    if step is None:
                        ended = self._at_rest(norm)
                        break
                    chosen, angle = step
                operator = self._pool[chosen]
                ansatz = self._ansatz.append(operator)
                grown = self._objective(ansatz)
                solution = self._optimize(grown, np.append(x, angle))
                self._energies += solution.values.tolist()
                if stationary and not solution.value < energy:
                    ended = self._at_rest(norm)
                    break
                self._ansatz, objective, x, energy = ansatz, grown, solution.x, solution.value
                iteration = Iteration(
                    operator=operator.name,
                    gradient=float(slopes[chosen]),
                    gradient_norm=norm,
                    energy=energy,
                    parameters=x,
                    evaluations=len(self._energies),
                )
                self._iterations.append(iteration)
                if solution.status not in ("converged", "failed"):
                    ended = _End(solution.status, solution.reason, solution.message)
                    break
                if self._progress is not None:
                    self._progress(iteration)
        except KeyboardInterrupt:
            message = "interrupted between two optimizations"
            ended = _End("interrupted", Reason.INTERRUPTED, message)
        return self._adaptation(objective, x, energy, ended)

    def _at_rest(self, norm: float) -> _End:
        """Return the end of a run at a small gradient of the pool."""
        message = f"the pool's gradient norm is {norm:.3g}"
        if norm > STATIONARY:
            return _End("converged", Reason.SMALL_GRADIENT, message)
        message += ", so no operator in the pool lowers the energy further"
        return _End("converged", Reason.NO_DESCENT, message)

    def _step(self, x: Vector, energy: float, norm: float) -> tuple[int, float] | None:
        """Return the operator and the angle that lead off a saddle point.

        None at a minimum. The energies that decide this are not counted; they are computed where
        no operator was appended yet, or the exact energy is far below or unknown.
        """
        if self._iterations and not self._may_be_saddle(energy, norm):
            return None
        grown = (self._objective(self._ansatz.append(operator)) for operator in self._pool)
        pairs = ((each(np.append(x, STEP)), each(np.append(x, -STEP))) for each in grown)
        return lowest_step(energy, pairs)

    def _may_be_saddle(self, energy: float, norm: float) -> bool:
        """Return whether a small gradient of the pool may belong to a saddle point."""
        if self._exact is None:
            sector = requested_sector(self._problem)
            quick = exact_energies(self._observable, sector=sector, rng=0).values
            if not len(quick):
                return norm <= STATIONARY
            return bool(energy - quick[0] > CHEMICAL_ACCURACY)
        return energy - self._exact > CHEMICAL_ACCURACY

    def _objective(self, ansatz: AdaptiveAnsatz) -> ExpectationObjective:
        """Return the energy of an ansatz, which may be empty."""
        if ansatz.operators or not self._operators:
            return Expectation().bind(ansatz, self._observable, engine=self._engine)
        # An operator at angle 0 lets the engine be chosen for the circuit to come.
        first = ansatz.circuit.append(self._operators[0])
        return Expectation().bind(first, self._observable, engine=self._engine)

    def _optimize(self, objective: ExpectationObjective, start: Vector) -> Solution:
        """Return the minimum from `start`, within the budget that is left."""
        (rng,) = self._rng.spawn(1)
        left = None
        if self._max_evaluations is not None:
            left = max(1, self._max_evaluations - len(self._energies))
        seconds = None
        if self._time_limit is not None:
            seconds = max(1e-9, self._time_limit - (work_seconds() - self._began))
        return search_energy(
            objective,
            start[None, :],
            self._method,
            self._problem,
            max_evaluations=left,
            time_limit=seconds,
            callback=self._callback,
            rng=rng,
            journal=self._journal,
        )

    def _ended(self, energy: float) -> _End | None:
        """Return the end of the run after the iterations so far, None to continue."""
        rules, count = self._rules, len(self._iterations)
        if self._exact is not None and rules.accuracy is not None:
            error = energy - self._exact
            if error <= rules.accuracy:
                message = f"within {error:.3g} hartree of the exact energy"
                return _End("target", Reason.TARGET, message)
        if rules.energy_tolerance is not None and count > 1:
            gain = self._iterations[-2].energy - energy
            if gain < rules.energy_tolerance:
                message = f"the last operator gained {gain:.3g} hartree"
                return _End("converged", Reason.SMALL_GAIN, message)
        if count >= rules.max_operators:
            message = f"{count} operators are the most allowed: raise max_operators to continue"
            return _End("max_evaluations", Reason.MAX_OPERATORS, message)
        if self._max_evaluations is not None and len(self._energies) >= self._max_evaluations:
            message = "the evaluations are used up: raise max_evaluations to continue"
            return _End("max_evaluations", Reason.MAX_EVALUATIONS, message)
        spent = work_seconds() - self._began
        if self._time_limit is not None and self._iterations and spent >= self._time_limit:
            message = "the time limit is reached: raise time_limit to continue"
            return _End("time_limit", Reason.TIME_LIMIT, message)
        return None

    def _adaptation(
        self, objective: ExpectationObjective, x: Vector, energy: float, ended: _End
    ) -> Adaptation:
        """Return the result of the run."""
        values = np.array(self._energies or [energy])
        count = len(self._iterations)
        solution = Solution(
            x=x,
            value=energy,
            evaluations=len(self._energies),
            gradients=len(self._energies),
            status=ended.status,
            reason=ended.reason,
            message=f"{count} operator{'' if count == 1 else 's'}; {ended.message}",
            method=self._method.name,
            values=values,
            best_evaluation=int(np.argmin(values)),
            start=0,
            seconds=work_seconds() - self._began,
        )
        return Adaptation(objective, self._ansatz, solution, tuple(self._iterations))
