"""What is asked and by which circuit: plain arguments become a problem and an ansatz."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.ansatz.base import Ansatz
from hybridq.ansatz.term_groups import commuting_groups
from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import CapacityError, DimensionError, ParameterError
from hybridq.operators.hubbard import HubbardModel
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.sector import MOST_QUBITS, Sector
from hybridq.problems.base import Problem

if TYPE_CHECKING:
    from hybridq.engines.base import Observable

# What counts as a lattice model: at most so many groups of commuting terms, with few strengths.
LATTICE_GROUPS = 6
LATTICE_STRENGTHS = 4


def as_problem(problem: Any) -> Problem:
    """`problem` itself, or the ground-state problem of a bare Hamiltonian or Hubbard model.

    Raises:
        ParameterError: it is neither, or the Hamiltonian is not hermitian.
    """
    if isinstance(problem, PauliSum):
        check_width(problem.n_qubits)
        from hybridq.problems.hamiltonian_problem import HamiltonianProblem

        return HamiltonianProblem(problem)
    if isinstance(problem, HubbardModel):
        from hybridq.problems.hubbard_problem import HubbardProblem

        return HubbardProblem(problem)
    if not isinstance(problem, Problem):
        raise ParameterError(
            f"expected a problem, got a {type(problem).__name__}: a Molecule, a PauliSum or "
            "a HubbardModel goes as it is; for a graph, write hybridq.solve(hybridq.MaxCut(graph))"
        )
    check_width(problem.n_qubits)
    return problem


def check_width(n_qubits: int) -> None:
    """Refuse what no engine can hold, before a circuit is made for it.

    Raises:
        CapacityError: more qubits than the engine with the largest limit takes.
    """
    if n_qubits > MOST_QUBITS:
        raise CapacityError(
            f"{n_qubits:,} qubits are too many to simulate exactly: the limit is {MOST_QUBITS} "
            "qubits, where particle numbers are conserved; use a smaller problem"
        )


def with_particles(problem: Any, ansatz: object, options: Mapping[str, Any]) -> Problem:
    """`as_problem`; a bare Hubbard model is asked for the particles given to its ansatz.

    Args:
        problem: as for `as_problem`.
        ansatz: a name, an ansatz or None; its `particles`, where it has them, count.
        options: of a named ansatz; ``particles`` counts.

    Raises:
        ParameterError: as for `as_problem`, or the particles do not fit on the sites.
    """
    subject = as_problem(problem)
    if not isinstance(problem, HubbardModel):
        return subject
    particles = options.get("particles", getattr(ansatz, "particles", None))
    if not isinstance(particles, Sequence) or len(particles) != 2:
        return subject  # none, or what the ansatz refuses
    from hybridq.problems.hubbard_problem import HubbardProblem

    return HubbardProblem(problem, *particles)


def observable_of(problem: Problem) -> Observable:
    """Return the Hamiltonian in the form that engines measure fastest."""
    return problem.observable


def asked_sector(problem: Problem) -> Sector | None:
    """The particle numbers that the problem asks for, None where it names none."""
    if problem.n_orbitals is None or problem.particles is None:
        return None
    return Sector.of_electrons(problem.n_orbitals, *problem.particles)


def default_ansatz(problem: Problem) -> str:
    """The ansatz for a problem of which nothing else is said.

    Coupled cluster for molecules. For other Hamiltonians the Hamiltonian variational ansatz where
    they look like a lattice model, many terms of few strengths in few commuting groups; else the
    hardware-efficient one.
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


def as_ansatz(
    problem: Problem, ansatz: str | Ansatz | Circuit | None, options: Mapping[str, Any]
) -> Ansatz | Circuit:
    """The ansatz that was named or given, or the problem's default one.

    Args:
        problem: what it is for.
        ansatz: a name of `ANSATZE`, an `Ansatz`, a `Circuit`, or None.
        options: of the named ansatz.

    Raises:
        UnknownNameError: no ansatz, or no option of it, has that name.
        DimensionError: a given ansatz has another width than the problem.
        ParameterError: options beside a finished ansatz, or values that make no sense.
    """
    if ansatz is None or isinstance(ansatz, str):
        from hybridq.ansatz.registry import ANSATZE

        return ANSATZE[ansatz or default_ansatz(problem)](problem, **options)
    if not isinstance(ansatz, Ansatz | Circuit):
        raise ParameterError(
            f"ansatz={ansatz!r:.60}: give a name, an Ansatz or a Circuit, "
            f"not a {type(ansatz).__name__}"
        )
    if options:
        raise ParameterError(
            f"{', '.join(options)}: a finished ansatz takes no options; give its name instead"
        )
    if ansatz.n_qubits != problem.n_qubits:
        raise DimensionError(
            f"the ansatz has {ansatz.n_qubits} qubits and the Hamiltonian {problem.n_qubits}: "
            "the widths must agree"
        )
    return ansatz


def fingerprint(problem: Problem) -> str:
    """A digest of what the problem asks, the same for the same integrals or coefficients."""
    digest = hashlib.sha256()
    electronic = problem.electronic
    if electronic is not None:
        digest.update(repr((problem.particles, electronic.constant)).encode())
        digest.update(np.ascontiguousarray(electronic.one_body).tobytes())
        digest.update(np.ascontiguousarray(electronic.two_body).tobytes())
    else:
        digest.update(problem.hamiltonian.to_json().encode())
    return digest.hexdigest()[:16]
