"""What a solve minimizes: an objective by name, exact or from shots, and what is said of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hybridq.ansatz.angles import coupling_strength
from hybridq.core.errors import CapacityError, ParameterError
from hybridq.engines.base import checked_shots
from hybridq.objectives import (
    OBJECTIVES,
    ExactObjective,
    FromShots,
    Objective,
    ParameterShift,
    SampledObjective,
)
from hybridq.operators.ising import Ising
from hybridq.optimizers import OPTIMIZERS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybridq.engines.base import Observable
    from hybridq.optimizers import Solution
    from hybridq.solver.common import Wishes

DEFAULT_ALPHA = 0.2


def checked_goal(kind: str, options: dict[str, Any], objective_shots: int | None) -> str:
    """The objective's registered name.

    Raises:
        UnknownNameError: no objective of that name.
        ParameterError: an option that it does not have, or shots that make no sense.
    """
    name = OBJECTIVES.canonical(kind)
    for option, value in options.items():
        if value is not None and option not in OBJECTIVES[name].option_names():
            owner = next(
                other for other in OBJECTIVES if option in OBJECTIVES[other].option_names()
            )
            raise ParameterError(
                f"{option}={value!r} is for the objective {owner!r}, and this is {name!r}: "
                f"leave it out, or choose objective={owner!r}"
            )
    if objective_shots is not None:
        try:
            checked_shots(objective_shots)
        except (ParameterError, CapacityError) as error:
            raise type(error)(f"objective_{error}") from None
    return name


class Goal:
    """Makes the objective of one solve for each circuit that it tries.

    Args:
        hamiltonian: what is measured.
        wishes: which objective, from how many shots, on which engine. Methods that need gradients
            get them by parameter shifts.
    """

    def __init__(self, hamiltonian: Observable, wishes: Wishes) -> None:
        self._hamiltonian, self._wishes = hamiltonian, wishes
        self._sampled: list[SampledObjective] = []

    @property
    def is_plain(self) -> bool:
        """Whether it is the exact expectation value."""
        return self._wishes.objective == "expectation" and self._wishes.objective_shots is None

    def __call__(self, ansatz: Any) -> Objective:
        """The objective of an ansatz or a circuit.

        Raises:
            ParameterError: the objective needs a diagonal Hamiltonian.
            CapacityError: gradients would take too many circuits.
        """
        wishes = self._wishes
        options: dict[str, Any] = {}
        if wishes.objective == "cvar":
            options["alpha"] = DEFAULT_ALPHA if wishes.alpha is None else wishes.alpha
        if wishes.objective == "gibbs":
            options["eta"] = self._default_eta() if wishes.eta is None else wishes.eta
        exact = OBJECTIVES[wishes.objective](**options).bind(
            ansatz, self._hamiltonian, **wishes.simulation
        )
        if wishes.objective_shots is None:
            return exact
        # Shifts of all parameters cost hundreds of circuits: for those that cannot do without.
        needs_gradient = "value_and_gradient" in OPTIMIZERS[wishes.method].needs
        kind = ParameterShift if needs_gradient else FromShots
        sampled = kind.bound(exact.binding, wishes.objective_shots, wishes.streams[4], exact.exact)
        self._sampled.append(sampled)
        return sampled

    def _default_eta(self) -> float:
        """One over the energy of a single spin; 1 where the Hamiltonian will be refused anyway."""
        if not getattr(self._hamiltonian, "is_diagonal", False):
            return 1.0
        return 1.0 / coupling_strength(Ising.from_pauli_sum(self._hamiltonian))  # type: ignore[arg-type]

    def expectation(self, objective: Objective, solution: Solution) -> float:
        """⟨H⟩ at the solution, exact, whatever was minimized."""
        return solution.value if self.is_plain else exact(objective).expectation(solution.x)

    def describe(
        self,
        objective: Objective,
        solution: Solution,
        sign: float,
        start: NDArray[np.float64] | None = None,
    ) -> dict[str, Any]:
        """Name, options, the value reached, and what the shots cost; plain values.

        The value has the problem's natural sign where it is an energy. From shots it is the
        lowest that was seen, and so lower than the truth; with a start there are the exact
        values there and at the end too, and the standard error of an estimate at the end.

        Args:
            objective: that was minimized.
            solution: what came of it.
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
        """`sign` where values are energies; pure numbers keep theirs."""
        return sign if OBJECTIVES[self._wishes.objective].is_energy else 1.0


def exact(objective: Objective) -> ExactObjective:
    """Return the objective without shots."""
    return objective.exact
