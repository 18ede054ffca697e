"""The lowest states of a problem, by deflation or in a subspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.pools import POOLS
from hybridq.classical.exact_energies import exact_energies
from hybridq.core import memory
from hybridq.core.checks import checked_count, is_whole
from hybridq.core.clock import work_seconds
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.core.registry import Registry
from hybridq.engines.choose import AUTO, EngineLike
from hybridq.objectives import Expectation, ExpectationObjective
from hybridq.optimizers import OptimizerLike, Record, Solution
from hybridq.optimizers.checks import check_limits
from hybridq.optimizers.configure import check_single_search, configured_optimizer
from hybridq.presentation import ExcitedStates, ProblemInfo, State
from hybridq.strategies.measured import electron_moments
from hybridq.strategies.report import versions
from hybridq.strategies.resolve import (
    describe_ansatz,
    requested_sector,
    resolve_fixed_ansatz,
    resolve_problem,
)
from hybridq.strategies.search import search_energy
from hybridq.strategies.starts import first_points
from hybridq.strategies.subspace import expand
from hybridq.strategies.vqd import deflate_states

if TYPE_CHECKING:
    from hybridq.ansatz.base import Ansatz
    from hybridq.circuits.circuit import Circuit
    from hybridq.operators.pauli_sum import PauliSum
    from hybridq.problems.base import Problem

DEFAULT_OPTIMIZER = "l-bfgs"

METHODS: Registry[str] = Registry(
    "method for excited states",
    {"vqd": "vqd", "subspace": "subspace"},
    aliases={"qse": "subspace", "deflation": "vqd"},
)


@memory.capacity("excited_states", "ask for fewer states or use fewer qubits")
def excited_states(
    problem: Problem | PauliSum,
    k: int = 3,
    *,
    method: str = "subspace",
    ansatz: str | Ansatz | Circuit | None = None,
    pool: str = "sd",
    tries: int = 3,
    optimizer: OptimizerLike | None = None,
    initial: str | ArrayLike = "auto",
    max_evaluations: int | None = None,
    engine: EngineLike = AUTO,
    precision: str | None = None,
    threads: int | None = None,
    rng: RandomLike = None,
    exact: bool | None = None,
    callback: Callable[[Record], Any] | None = None,
    **options: Any,
) -> ExcitedStates:
    """Return the `k` lowest states of a molecule or a Hamiltonian.

    Both methods begin with the ground state that `ansatz` reaches. ``"subspace"`` diagonalizes H
    in the span of that state and its products with the operators of a pool: quick, and exact where
    the span contains the lowest states. ``"vqd"`` searches each state with the same ansatz under a
    penalty on overlap with the lower ones: it needs an ansatz that can express them. With a circuit
    that conserves particle numbers, all states have those of the reference state.

    Args:
        problem: a `Molecule` or a Hamiltonian.
        k: number of states, the ground state included.
        method: method for the states above: subspace or vqd.
        ansatz: as in `hybridq.solve`; UCCSD without its symmetry filter by default for molecules.
        pool: operators of the subspace, a name of `POOLS` (molecules).
        tries: starts of each state, for vqd.
        optimizer: a name of `OPTIMIZERS` or a configured optimizer; L-BFGS by default.
        initial: start of the search for the ground state.
        max_evaluations: the largest number of evaluations of each state.
        engine, precision, threads: see `Expectation`.
        rng: for starts and optimizers.
        exact: compute the exact energies too; by default where that takes seconds.
        callback: called with a `Record` after each evaluation.
        options: of the named ansatz.

    Raises:
        UnknownNameError: a name that is not known.
        ParameterError: an argument has a value that is not accepted.
        CapacityError: it does not fit in memory.

    Source: VQD: Higgott et al. 2019, arXiv:1805.08138; subspace: McClean et al. 2017,
    arXiv:1603.05681.
    """
    began = work_seconds()
    subject = resolve_problem(problem, ansatz, options)
    name = METHODS.canonical(method)
    optimizer = configured_optimizer(DEFAULT_OPTIMIZER if optimizer is None else optimizer)
    if name == "vqd":
        check_single_search(optimizer, "method 'vqd' makes a search for each state")
    pool = POOLS.canonical(pool)
    for what, count in (("k", k), ("tries", tries)):
        checked_count(what, count)
    check_limits(max_evaluations, None, None)
    named = subject.default_ansatz if ansatz is None else ansatz
    if name == "vqd" and isinstance(named, str) and named.strip().lower() == "uccsd":
        # Excited states may have other symmetries: keep operators that the ground state needs not.
        options = {"symmetry": False, **options}
    chosen = resolve_fixed_ansatz(subject, ansatz, options)
    seed = int(rng) if is_whole(rng) else None
    streams = as_generator(rng).spawn(4)
    objective = Expectation().bind(
        chosen, subject.observable, engine=engine, precision=precision, threads=threads
    )
    starts = first_points(chosen, initial, None, streams[0])
    _require_room(objective, k)
    search: dict[str, Any] = {"max_evaluations": max_evaluations, "callback": callback}
    ground = search_energy(objective, starts.points, optimizer, subject, rng=streams[1], **search)
    facts: dict[str, Any]
    if name == "vqd":
        found = deflate_states(
            subject, objective, ground, k, tries=tries, method=optimizer, rng=streams[2], **search
        )
        solutions: list[Solution | None] = [*found.solutions]
        snapshots, facts = found.snapshots, {"weight": found.weight, "tries": tries}
    else:
        _, snapshots, facts = expand(subject, objective, objective.snapshot(ground.x), k, pool)
        solutions = [None] * k
        facts["evaluations"] = ground.evaluations
    sector = requested_sector(subject) or objective.sector
    known = exact_energies(objective.hamiltonian, k, sector=sector, wanted=exact, rng=streams[3])
    return ExcitedStates(
        problem=ProblemInfo.of(subject),
        method=name,
        ansatz=describe_ansatz(chosen),
        engine=objective.engine,
        states=_states(subject, objective, snapshots, solutions, known.values),
        diagonalization=known.how,
        unit=subject.unit,
        facts=facts,
        seed=seed,
        seconds=work_seconds() - began,
        versions=versions(),
    )


def _require_room(objective: ExpectationObjective, k: int) -> None:
    """Raise for more states than the space has."""
    sector = objective.sector
    dim = 1 << objective.circuit.n_qubits if sector is None else sector.dim
    if k > dim:
        raise ParameterError(argument="k", value=k, expected=f"at most {dim}, the number of states")


def _states(
    problem: Problem,
    objective: ExpectationObjective,
    snapshots: list[NDArray[Any]],
    solutions: list[Solution | None],
    exact: NDArray[np.float64],
) -> tuple[State, ...]:
    """Return the states in ascending energy, with particle numbers, spin and overlaps."""
    h, s = objective.matrix_elements(snapshots)
    energies = np.diag(h).real / np.diag(s).real
    order = np.argsort(energies, kind="stable")
    states = []
    for number, i in enumerate(order):
        found = electron_moments(problem, objective, snapshots[i])
        solution, energy = solutions[i], float(energies[i])
        value = float(exact[number]) if number < len(exact) else None
        states.append(
            State(
                energy=energy,
                exact=value,
                error=None if value is None else energy - value,
                n_alpha=None if found is None else found.n_alpha,
                n_beta=None if found is None else found.n_beta,
                s_squared=None if found is None else found.s_squared,
                s_z=None if found is None else found.s_z,
                overlaps=tuple(float(abs(s[j, i]) ** 2) for j in order[:number]),
                evaluations=0 if solution is None else solution.evaluations,
                status="diagonalized" if solution is None else solution.status,
                parameters=None if solution is None else solution.x,
            )
        )
    return tuple(states)
