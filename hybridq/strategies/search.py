"""The search for the lowest energy, with tolerances in the energy's own unit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.base import Ansatz
from hybridq.core.clock import work_seconds
from hybridq.objectives import SampledObjective
from hybridq.optimizers import Optimizer, Record, Solution, minimize
from hybridq.optimizers.configure import configured_optimizer
from hybridq.optimizers.scipy_gradient import LBFGS
from hybridq.optimizers.solution import Reason

if TYPE_CHECKING:
    from hybridq.objectives import Objective
    from hybridq.problems.base import Problem

Vector = NDArray[np.float64]

# A search with gradients ends when a step gains less than this part of the energy's unit: the
# remaining error is then some ten times larger, far below 1e-7.
GAIN = 1e-10
SINGLE_GAIN = 1e-7
FROM_SHOTS_EVALUATIONS = 200  # for each parameter and 5 more, in a search from shots


def search_energy(
    objective: Objective,
    starts: Vector,
    method: str | Optimizer,
    problem: Problem,
    **limits: Any,
) -> Solution:
    """Run `minimize` on an energy; L-BFGS with a tolerance that suits the problem.

    Args:
        objective: the energy.
        starts: one start in each row, shape (k, n_params).
        method: an optimizer's name, or an optimizer, whose own tolerance has precedence.
        problem: the question.
        limits: further arguments of `minimize`.
    """
    bounds = None
    optimizer = configured_optimizer(method)
    if starts.shape[-1] == 0:
        return _without_parameters(objective, optimizer, limits.get("callback"))
    if optimizer.needs_bounds:
        ansatz = objective.ansatz
        if isinstance(ansatz, Ansatz):
            bounds = ansatz.bounds
        else:
            bounds = np.tile([-np.pi, np.pi], (objective.n_params, 1))
        starts = np.clip(starts, bounds[:, 0], bounds[:, 1])
    if isinstance(optimizer, LBFGS) and optimizer.tolerance is None:
        gain = SINGLE_GAIN if objective.engine.precision == "single" else GAIN
        unit, size = energy_scale(problem)
        optimizer = replace(optimizer, tolerance=gain * unit / max(size, 1.0))
    if limits.get("max_evaluations") is None:
        limits["max_evaluations"] = default_evaluations(objective)
        if isinstance(objective, SampledObjective):
            most = FROM_SHOTS_EVALUATIONS * (objective.n_params + 5)
            limits["max_evaluations"] = min(most, limits["max_evaluations"])
    return minimize(objective, starts, method=optimizer, bounds=bounds, **limits)


def _without_parameters(
    objective: Objective, optimizer: Optimizer, callback: Callable[[Record], Any] | None
) -> Solution:
    """Return the only value of a circuit without parameters."""
    began, x = work_seconds(), np.empty(0)
    value = objective(x)
    seconds = work_seconds() - began
    if callback is not None:
        callback(Record(1, x, value, value, x, seconds, 0))
    return Solution(
        x=x,
        value=value,
        evaluations=1,
        gradients=0,
        status="converged",
        reason=Reason.NO_PARAMETERS,
        message="the circuit has no parameters, so there is nothing to vary",
        method=optimizer.name,
        values=np.array([value]),
        best_evaluation=0,
        start=0,
        seconds=seconds,
    )


def default_evaluations(objective: Objective) -> int:
    """Return the default number of evaluations, so that a search ends in minutes."""
    sector = objective.sector
    states = 2.0 ** min(objective.circuit.n_qubits, 1000) if sector is None else float(sector.dim)
    return int(np.clip(5e8 / states, 300, 50_000))


def energy_scale(problem: Problem) -> tuple[float, float]:
    """Return the unit of energy, and a bound to the size of energies.

    L-BFGS weighs a step's gain against the energy, or against 1 where the energy is smaller.
    """
    hartree_fock = problem.hartree_fock_energy
    if hartree_fock is not None:
        return 1.0, abs(float(hartree_fock))
    hamiltonian = problem.hamiltonian
    sizes = np.abs(hamiltonian.coefficients)
    return float(sizes.max(initial=0.0)) or 1.0, float(hamiltonian.one_norm)
