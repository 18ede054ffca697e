"""Accuracy of an energy: Hartree–Fock and exact energies, particles, spin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.classical.exact_energies import Diagonalization, ExactEnergies, ExactStatus
from hybridq.presentation import Energy, Particles, Reference
from hybridq.presentation.energy_parts import HARTREE_FOCK, OTHER_DETERMINANT, SAME_ENERGY
from hybridq.presentation.numbers import CHEMICAL_ACCURACY, HARTREE
from hybridq.problems.electronic_problem import ElectronicProblem

if TYPE_CHECKING:
    from hybridq.operators.moments import Moments
    from hybridq.operators.sector import Sector
    from hybridq.problems.base import Problem

__all__ = ["CHEMICAL_ACCURACY", "SAME_ENERGY", "energy_info", "exact_reference"]

INTERRUPTED = ExactStatus.INTERRUPTED
LEAKAGE = 1e-3  # electrons: a search ends within this of its minimum


def energy_info(
    problem: Problem,
    energy: float,
    exact: ExactEnergies | None,
    moments: Moments | None,
    *,
    exact_s_squared: float | None = None,
    kept: tuple[Sector, float] | None = None,
) -> Energy:
    """Return the block `energy` of a result.

    Args:
        problem: the question.
        energy: the energy that the circuit reached.
        exact: the exact energy, or the reason why there is none; None where it was interrupted.
        moments: particle number and spin of the final state, where they are defined.
        exact_s_squared: ⟨S²⟩ of the exact state, where it is defined.
        kept: the sector that the circuit conserves and its lowest energy, where the ground state
            lies in another one.
    """
    hartree_fock = problem.hartree_fock_energy
    how = Diagonalization(INTERRUPTED) if exact is None else exact.how
    lowest = float(exact.values[0]) if exact is not None and len(exact.values) else None
    error = None if lowest is None else energy - lowest
    molecule = problem.unit == HARTREE
    canonical = not isinstance(problem, ElectronicProblem) or problem.is_hartree_fock
    left = lowest is not None and _has_left(problem, moments)
    accurate = None if not molecule or error is None else abs(error) <= CHEMICAL_ACCURACY
    return Energy(
        value=energy,
        unit=problem.unit,
        hartree_fock=hartree_fock,
        exact=lowest,
        diagonalization=how,
        exact_s_squared=exact_s_squared,
        left_sector=left,
        kept=None if kept is None else kept[0],
        reachable=None if kept is None else kept[1],
        error=error,
        error_mha=1e3 * error if molecule and error is not None else None,
        chemical_accuracy=accurate,
        correlation_recovered=None
        if left or not canonical
        else _recovered(energy, hartree_fock, lowest),
        particles=None
        if moments is None
        else Particles(moments.n_alpha, moments.n_beta, moments.n_alpha + moments.n_beta),
        s_squared=None if moments is None else moments.s_squared,
        s_z=None if moments is None else moments.s_z,
        reference=HARTREE_FOCK if canonical else OTHER_DETERMINANT,
    )


def exact_reference(exact: ExactEnergies | None) -> Reference | None:
    """Return the exact energy as the reference of a result; None without one."""
    if exact is None or not len(exact.values):
        return None
    return Reference(value=float(exact.values[0]), method=exact.how.method, exact=True)


def _has_left(problem: Problem, moments: Moments | None) -> bool:
    """True if the state has other particle numbers than those asked for."""
    if moments is None or problem.particles is None:
        return False
    found = (moments.n_alpha, moments.n_beta)
    return any(abs(a - b) > LEAKAGE for a, b in zip(problem.particles, found, strict=True))


def _recovered(energy: float, hartree_fock: float | None, exact: float | None) -> float | None:
    """Return the share of the correlation energy; None if that is rounding."""
    if hartree_fock is None or exact is None or hartree_fock - exact < 1e-10:
        return None
    return (hartree_fock - energy) / (hartree_fock - exact)
