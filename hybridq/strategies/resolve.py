"""Resolve the arguments `problem` and `ansatz` to a problem and a circuit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.qaoa import QAOA
from hybridq.ansatz.term_groups import commuting_groups
from hybridq.circuits.circuit import Circuit
from hybridq.core.configured import remedy_for_class
from hybridq.core.errors import CapacityError, DimensionError, ParameterError, Setting
from hybridq.core.limits import MOST_OF_A_STATE
from hybridq.core.registry import canonical_name
from hybridq.operators.hubbard import HubbardModel
from hybridq.operators.interop import from_other_package
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.sector import MOST_QUBITS, Sector
from hybridq.problems.base import BinaryProblem, Problem

# A lattice model has at most so many groups of commuting terms, with few strengths.
LATTICE_GROUPS = 6
LATTICE_STRENGTHS = 4


def resolve_problem(
    problem: object, ansatz: object = None, options: Mapping[str, Any] | None = None
) -> Problem:
    """Return `problem`, or the ground-state problem of a bare Hamiltonian.

    For QAOA a bare Hamiltonian of I and Z asks for the bits of lowest energy. A bare Hubbard model
    gets the particle numbers that its ansatz is given.

    Args:
        problem: a `Problem`, a `PauliSum`, a `HubbardModel`, or an operator or a model of another
            package.
        ansatz: a name, an ansatz, a circuit or None.
        options: of a named ansatz.

    Raises:
        ParameterError: `problem` is neither, the Hamiltonian is not hermitian, or the particles do
            not fit on the sites.
        CapacityError: for another circuit than QAOA, more qubits than any engine takes.
    """
    if isinstance(problem, HubbardModel):
        from hybridq.problems.hubbard_problem import HubbardProblem

        return HubbardProblem(problem, *_given_particles(ansatz, options or {}))
    problem = from_other_package(problem) or problem
    if isinstance(problem, PauliSum):
        if _is_qaoa(ansatz) and problem.is_diagonal:
            from hybridq.problems.ising_problem import IsingProblem

            return IsingProblem(problem)
        check_width(problem.n_qubits)
        from hybridq.problems.hamiltonian_problem import HamiltonianProblem

        return HamiltonianProblem(problem)
    if not isinstance(problem, Problem):
        problem = _of_model(problem)
    if not isinstance(problem, Problem):
        raise ParameterError(
            argument="problem",
            value=problem,
            expected="a problem such as hybridq.MaxCut(graph), a PauliSum or a HubbardModel",
            remedy=remedy_for_class(problem, Problem, "a problem of your data")
            or "for the maximum cut of a graph, write hybridq.solve(hybridq.MaxCut(graph))",
        )
    # Engines themselves refuse QAOA that is too wide for them: some have no limit. The states of a
    # feasible space are counted where they are listed.
    over_bits = isinstance(problem, BinaryProblem) and (ansatz is None or _is_qaoa(ansatz))
    if problem.space is None and not over_bits:
        check_width(problem.n_qubits)
    return problem


def _of_model(model: object) -> object:
    """Return a model of another package as a problem, and any other object as it is."""
    from hybridq.problems import from_model
    from hybridq.problems.programs.interop import is_model

    return from_model(model) if is_model(model) else model


def _is_qaoa(ansatz: object) -> bool:
    """Return whether an ansatz, or its name, is QAOA."""
    named = isinstance(ansatz, str) and canonical_name(ansatz) == QAOA.kind
    return named or isinstance(ansatz, QAOA)


def _given_particles(ansatz: object, options: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the two particle numbers that an ansatz is given, () if it is given none."""
    own = ansatz.particles if isinstance(ansatz, Ansatz) else None
    particles = options.get("particles", own)
    # Anything but a pair is left for the ansatz to reject.
    return tuple(particles) if isinstance(particles, Sequence) and len(particles) == 2 else ()


def check_width(n_qubits: int) -> None:
    """Raise for a width that no engine can hold, before a circuit is made for it.

    Raises:
        CapacityError: more qubits than the engine with the largest limit takes.
    """
    if n_qubits > MOST_QUBITS:
        raise CapacityError(
            f"{n_qubits:,} qubits are too many to simulate exactly: the limit is "
            f"{MOST_OF_A_STATE} qubits, and {MOST_QUBITS} where particle numbers are conserved; "
            "use a smaller problem"
        )


def requested_sector(problem: Problem) -> Sector | None:
    """Return the particle numbers that the problem asks for, None if it names none."""
    if problem.n_orbitals is None or problem.particles is None:
        return None
    return Sector.of_electrons(problem.n_orbitals, *problem.particles)


def default_ansatz(problem: Problem) -> str:
    """Return the name of the ansatz for a problem if none is asked for.

    Coupled cluster for molecules. For other Hamiltonians the Hamiltonian variational ansatz where
    they have the form of a lattice model, many terms of few strengths in few commuting groups;
    else the hardware-efficient one.
    """
    if problem.default_ansatz is not None:
        return problem.default_ansatz
    terms = [abs(c) for _, qubits, c in problem.hamiltonian.to_sparse() if qubits]
    if not terms:
        return "hardware-efficient"
    strengths = len(np.unique(np.round(np.array(terms) / max(terms), 9)))
    alike = strengths <= LATTICE_STRENGTHS and len(terms) >= 3 * strengths
    if alike and len(commuting_groups(problem.hamiltonian)) <= LATTICE_GROUPS:
        return "hva"
    return "hardware-efficient"


def resolve_fixed_ansatz(
    problem: Problem, ansatz: str | Ansatz | Circuit | None, options: Mapping[str, Any]
) -> Ansatz | Circuit:
    """Return the ansatz that was named or given, or the problem's default one.

    Args:
        problem: the question.
        ansatz: a name of `ANSATZE`, an `Ansatz`, a `Circuit`, or None.
        options: of the named ansatz.

    Raises:
        UnknownNameError: no ansatz, or no option of it, has that name.
        DimensionError: a given ansatz has another width than the problem.
        ParameterError: options of a finished ansatz, or values that are not accepted.
    """
    if ansatz is None or isinstance(ansatz, str):
        from hybridq.ansatz.registry import ANSATZE

        return ANSATZE[ansatz or default_ansatz(problem)](problem, **options)
    return checked_ansatz(problem, ansatz, options)


def checked_ansatz(
    problem: Problem, ansatz: object, options: Mapping[str, Any]
) -> Ansatz | Circuit:
    """Return a finished ansatz or circuit after checks against the problem.

    Args:
        problem: the question.
        ansatz: the finished ansatz or circuit.
        options: options of an ansatz by name, which must be absent here.

    Raises:
        DimensionError: another width than the problem.
        ParameterError: neither an ansatz nor a circuit, options are given, or the ansatz is built
            from another Hamiltonian.
    """
    if not isinstance(ansatz, Ansatz | Circuit):
        raise ParameterError(
            argument="ansatz",
            value=ansatz,
            expected="a name of ANSATZE, an ansatz such as QAOA(problem, p=3), or a Circuit",
            remedy=remedy_for_class(ansatz, Ansatz, "an ansatz"),
        )
    for name, value in options.items():
        raise ParameterError(
            (Setting(name), " is an option of an ansatz given by name, and this one is finished"),
            argument=name,
            value=value,
            remedy="set it where the ansatz is constructed",
        )
    if ansatz.n_qubits != problem.n_qubits:
        raise DimensionError(
            f"the ansatz has {ansatz.n_qubits} qubits and the problem {problem.n_qubits}: "
            "the widths must agree",
            argument="ansatz",
        )
    own = getattr(ansatz, "hamiltonian", None)
    own = own.hamiltonian if isinstance(own, HubbardModel) else own
    kept = isinstance(ansatz, QAOA) and ansatz.keeps_feasible(problem)
    if kept and isinstance(problem, BinaryProblem):  # its circuit has no penalties
        wanted = problem.unpenalized().to_pauli_sum()
    else:
        wanted = problem.hamiltonian
    if isinstance(own, PauliSum) and not _proportional(own, wanted):
        raise ParameterError(
            f"the ansatz is built from another Hamiltonian than that of {problem.name}",
            argument="ansatz",
            remedy="build it for this problem, or give its .circuit to use it all the same",
        )
    return ansatz


def _proportional(first: PauliSum, second: PauliSum) -> bool:
    """Return whether two Hamiltonians differ only in unit and constant."""
    if first is second:
        return True
    one, other = _terms(first), _terms(second)
    if one.keys() != other.keys():
        return False
    names = list(one)
    a, b = (np.array([terms[name] for name in names]) for terms in (one, other))
    return not names or bool(np.allclose(a * np.abs(b).max(), b * np.abs(a).max(), rtol=1e-9))


def _terms(hamiltonian: PauliSum) -> dict[tuple[str, tuple[int, ...]], complex]:
    """Return the coefficients by Pauli string, without the constant and zeros."""
    found: dict[tuple[str, tuple[int, ...]], complex] = {}
    for paulis, qubits, coefficient in hamiltonian.to_sparse():
        if qubits:
            found[paulis, qubits] = found.get((paulis, qubits), 0.0) + coefficient
    return {term: coefficient for term, coefficient in found.items() if coefficient}


def describe_ansatz(ansatz: Ansatz | Circuit) -> dict[str, Any]:
    """Return facts about an ansatz or a bare circuit for a result, as plain values."""
    if isinstance(ansatz, Circuit):
        return {"kind": "circuit", "n_params": ansatz.n_params}
    return ansatz.describe()
