"""The lowest states of a problem, by deflation or in a subspace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from hybridq.ansatz.pools import POOLS
from hybridq.circuits.circuit import Circuit
from hybridq.classical.exact_energies import ExactEnergies, exact_energies
from hybridq.core import memory
from hybridq.core.checks import checked_count, is_whole
from hybridq.core.clock import work_seconds
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.randomness import RandomLike, as_generator
from hybridq.core.registry import Registry
from hybridq.core.versions import versions
from hybridq.engines.choose import AUTO, EngineLike, resolve_engine
from hybridq.engines.config import EngineConfig
from hybridq.engines.first_answer import usual_evaluations, with_kernels_chosen
from hybridq.objectives import Expectation
from hybridq.optimizers import OptimizerLike, Record
from hybridq.optimizers.checks import check_limits
from hybridq.optimizers.configure import check_single_search, configured_optimizer
from hybridq.presentation import ExcitedStates, ProblemInfo
from hybridq.strategies.candidates import candidates_of, compared, have_left, states_of
from hybridq.strategies.resolve import describe_ansatz, resolve_problem
from hybridq.strategies.search import search_energy
from hybridq.strategies.sectors import Scope, circuit_of, resolve_states_ansatz, scope_of
from hybridq.strategies.starts import first_points
from hybridq.strategies.state_advice import with_advice
from hybridq.strategies.subspace import SectorSearch, subspace_states
from hybridq.strategies.vqd import deflate_states

if TYPE_CHECKING:
    from hybridq.ansatz.base import Ansatz
    from hybridq.engines.base import Observable
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
    kernels: str | None = None,
    rng: RandomLike = None,
    exact: bool | None = None,
    callback: Callable[[Record], Any] | None = None,
    **options: Any,
) -> ExcitedStates:
    """Return the `k` lowest states of a molecule or a Hamiltonian.

    Both methods begin with the ground state that `ansatz` reaches. ``"subspace"`` diagonalizes H
    in the span of that state and its products with the operators of a pool: quick, and exact where
    the span contains the lowest states. ``"vqd"`` searches each state with the same ansatz under a
    penalty on overlap with the lower ones: it needs an ansatz that can express them, and ends
    where it finds a state again.

    The states of a molecule or a Hubbard model have its particle numbers. Those of any other
    Hamiltonian are sought among all states: where it conserves numbers of ones, ``"subspace"``
    makes a search in each sector, unless particles, a reference or a finished circuit are given.
    `ExcitedStates.sector` names the sector where only one was searched.

    Args:
        problem: a `Molecule` or a Hamiltonian.
        k: number of states, the ground state included.
        method: method for the states above: subspace or vqd.
        ansatz: as in `hybridq.solve`; by default for molecules UCCSD, for ``"vqd"`` without its
            symmetry filter, and for other Hamiltonians with ``"vqd"`` the hardware-efficient one.
        pool: operators of the subspace, a name of `POOLS` (molecules).
        tries: starts of each state, for vqd.
        optimizer: a name of `OPTIMIZERS` or a configured optimizer; L-BFGS by default.
        initial: start of the search for the ground state.
        max_evaluations: the largest number of evaluations of each state.
        engine, precision, threads, kernels: see `hybridq.solve`.
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
    search = partial(
        _lowest_states,
        problem,
        k,
        ansatz=ansatz,
        pool=pool,
        tries=tries,
        optimizer=optimizer,
        initial=initial,
        max_evaluations=max_evaluations,
        engine=resolve_engine(engine, precision=precision, threads=threads, kernels=kernels),
        rng=rng,
        exact=exact,
        options=options,
    )
    return with_advice(search(method=method, callback=callback), search)


def _lowest_states(
    problem: Problem | PauliSum,
    k: int,
    *,
    method: str,
    ansatz: str | Ansatz | Circuit | None,
    pool: str,
    tries: int,
    optimizer: OptimizerLike | None,
    initial: str | ArrayLike,
    max_evaluations: int | None,
    engine: EngineConfig,
    rng: RandomLike,
    exact: bool | None,
    callback: Callable[[Record], Any] | None,
    options: dict[str, Any],
) -> ExcitedStates:
    """Return the states of one search; see `excited_states`."""
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
    chosen = resolve_states_ansatz(subject, ansatz, name, options)
    chosen_here = (ansatz is None or isinstance(ansatz, str)) and "reference" not in options
    scope = scope_of(subject, chosen, name, chosen_here=chosen_here)
    seed = int(rng) if is_whole(rng) else None
    streams = as_generator(rng).spawn(4)
    circuit = circuit_of(chosen)
    evaluations = usual_evaluations(circuit) * (k * tries if name == "vqd" else 1)
    engine = with_kernels_chosen(engine, circuit, subject.observable, evaluations)
    objective = Expectation().bind(chosen, subject.observable, engine=engine)
    starts = first_points(chosen, initial, None, streams[0])
    _require_room(scope, subject.n_qubits, k)
    search: dict[str, Any] = {"max_evaluations": max_evaluations, "callback": callback}
    ground = search_energy(objective, starts.points, optimizer, subject, rng=streams[1], **search)
    facts: dict[str, Any]
    if name == "vqd":
        deflated = deflate_states(
            subject, objective, ground, k, tries=tries, method=optimizer, rng=streams[2], **search
        )
        found = candidates_of(objective, deflated.snapshots, deflated.solutions)
        facts = {"weight": deflated.weight, "tries": tries}
        if deflated.repeated:
            facts["repeated"] = True
    else:
        found, facts = subspace_states(subject, objective, ground, scope.own, k, pool)
        others = SectorSearch(subject, optimizer, {"engine": engine}, search)
        for other in scope.others:
            if found[-1].status == "interrupted":
                break
            more, counts = others.states(other, k, streams[2])
            found += more
            facts |= {name: facts[name] + count for name, count in counts.items()}
        if scope.others:
            facts["sectors"] = 1 + len(scope.others)
        if len(found) < k and not any(each.status == "interrupted" for each in found):
            raise _too_few(k, facts["dimension"])
    states = states_of(subject, found, k)
    if have_left(states, subject):
        scope, facts["left_sector"] = Scope(), True
    known = _exact(objective.hamiltonian, k, scope, exact, streams[3])
    return ExcitedStates(
        problem=ProblemInfo.of(subject),
        method=name,
        ansatz=describe_ansatz(chosen),
        engine=objective.engine,
        states=compared(states, known.values),
        diagonalization=known.how,
        unit=subject.unit,
        facts={**facts, "asked": k},
        sector=scope.sector,
        seed=seed,
        seconds=work_seconds() - began,
        versions=versions(),
    )


def _require_room(scope: Scope, n_qubits: int, k: int) -> None:
    """Raise for more states than the space has."""
    dim = 1 << n_qubits if scope.sector is None else scope.sector.dim
    if k > dim:
        raise ParameterError(argument="k", value=k, expected=f"at most {dim}, the number of states")


def _too_few(k: int, dimension: int) -> ParameterError:
    """Return the error for a subspace of fewer dimensions than states."""
    return ParameterError(
        argument="k",
        value=k,
        expected=f"at most {dimension}, the dimension of the subspace",
        remedy=(
            "ask for fewer states, or choose a larger ",
            Setting("pool"),
            " or ",
            Setting("method", "vqd"),
        ),
    )


def _exact(
    hamiltonian: Observable, k: int, scope: Scope, wanted: bool | None, rng: np.random.Generator
) -> ExactEnergies:
    """Return the exact energies of the states that were searched."""
    known = exact_energies(hamiltonian, k, sector=scope.sector, wanted=wanted, rng=rng)
    return replace(known, how=replace(known.how, within_circuit=scope.within_circuit))
