"""The objective that a solve minimizes, bound to each circuit that it tries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hybridq.engines.protocols import SupportsSampling, lacking
from hybridq.objectives import FromShots, ParameterShift, SampledObjective
from hybridq.optimizers.capabilities import Capability

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybridq.engines.base import Observable
    from hybridq.objectives import Objective
    from hybridq.optimizers import Solution
    from hybridq.solver.settings import SolveSettings


class ObjectiveFactory:
    """Binds the objective of one solve to circuits, and reports what it cost.

    Args:
        hamiltonian: what is measured.
        settings: the objective, its shots and the engine. From shots, methods that need gradients
            get them by parameter shifts.
        draws: whether the solution is measured, so that the engine has to give samples.
    """

    def __init__(
        self, hamiltonian: Observable, settings: SolveSettings, *, draws: bool = False
    ) -> None:
        self._hamiltonian, self._settings, self._draws = hamiltonian, settings, draws
        self._sampled: list[SampledObjective] = []

    def __call__(self, ansatz: Any) -> Objective:
        """Return the objective of an ansatz or a circuit.

        Raises:
            ParameterError: the objective needs a diagonal Hamiltonian.
            CapacityError: gradients would take too many circuits.
            EngineError: samples are needed and the engine gives none.
        """
        settings = self._settings
        config, engine, shots = settings.objective, settings.engine, settings.objective_shots
        if shots is None:
            exact = config.bind(ansatz, self._hamiltonian, engine=engine)
            running = exact.simulator
            if self._draws and not isinstance(running, SupportsSampling):
                raise lacking(running.name, SupportsSampling, holds_state=running.holds_state)
            return exact
        # Shifts of all parameters cost hundreds of circuits: for those that cannot do without.
        needs_gradient = Capability.GRADIENT in settings.optimizer.needs
        kind = ParameterShift if needs_gradient else FromShots
        sampled = kind(config, shots=shots, rng=settings.streams[4]).bind(
            ansatz, self._hamiltonian, engine=engine
        )
        self._sampled.append(sampled)
        return sampled

    def expectation(self, objective: Objective, solution: Solution) -> float:
        """Return ⟨H⟩ at the solution: exact where the engine can, else estimated."""
        if self._settings.is_plain:
            return solution.value
        return objective.exact.expectation(solution.x)

    def describe(
        self,
        objective: Objective,
        solution: Solution,
        sign: float,
        start: NDArray[np.float64] | None = None,
    ) -> dict[str, Any]:
        """Return name, options, value and the cost of the shots, as plain values.

        The value has the problem's natural sign where it is an energy. From shots it is the
        lowest that was seen, and so lower than the truth; with a start there are the exact
        values there and at the end too, and the standard error of an estimate at the end.

        Args:
            objective: that was minimized.
            solution: the result of the search.
            sign: of the problem.
            start: where the search began, shape (n_params,), if that was one point.
        """
        natural = self.natural(sign)
        facts = {**objective.describe(), "value": natural * solution.value}
        if self._sampled:
            facts["shots_used"] = sum(each.shots_used for each in self._sampled)
            facts["circuits"] = sum(each.circuits for each in self._sampled)
        if isinstance(objective, SampledObjective) and start is not None:
            facts["exact"] = natural * objective.exact(solution.x)
            facts["exact_start"] = natural * objective.exact(start)
            facts["standard_error"] = objective.estimate(solution.x).standard_error
        return facts

    def natural(self, sign: float) -> float:
        """Return `sign` where values are energies; pure numbers keep theirs."""
        return sign if self._settings.objective.is_energy else 1.0
