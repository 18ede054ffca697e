"""How good an energy is: Hartree–Fock and exact energies beside it, particle number and spin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.classical.exact_energies import ExactEnergies
from hybridq.presentation import Energy, Particles, Reference

if TYPE_CHECKING:
    from hybridq.operators.moments import Moments
    from hybridq.problems.base import Problem

INTERRUPTED = "interrupted"  # the note where Ctrl-C left out the exact energy
CHEMICAL_ACCURACY = 1.6e-3  # hartree: 1 kcal/mol
SPIN_GAP = 0.1  # of ⟨S²⟩: below it two states count as of one multiplicity
SAME_ENERGY = 1e-8  # relative: states this near are degenerate, and their spins mix at will
LEAKAGE = 1e-3  # electrons: less is how far a search ends from its minimum


def energy_info(
    problem: Problem,
    energy: float,
    exact: ExactEnergies | None,
    moments: Moments | None,
    *,
    exact_s_squared: float | None = None,
    kept: tuple[str, float] | None = None,
) -> Energy:
    """The block `energy` of a result.

    Args:
        problem: what was asked.
        energy: what the circuit reached.
        exact: the exact energy, or why there is none; None where it was interrupted.
        moments: particle number and spin of the final state, where they mean something.
        exact_s_squared: ⟨S²⟩ of the exact state, where it means something.
        kept: the numbers that the circuit keeps and the lowest energy of the states that have
            them, where the ground state has others.
    """
    hartree_fock = getattr(problem, "hartree_fock_energy", None)
    lowest = float(exact.values[0]) if exact is not None and len(exact.values) else None
    error = None if lowest is None else energy - lowest
    molecule = problem.kind == "molecule"
    note = INTERRUPTED if exact is None else exact.note
    s_squared = None if moments is None else moments.s_squared
    left = lowest is not None and _has_left(problem, moments)
    if left:
        note += "; the circuit does not keep these numbers, and its state has others"
    elif of_other_spin(error, lowest, s_squared, exact_s_squared):
        note += (
            f"; its state has ⟨S²⟩ = {abs(exact_s_squared or 0.0):.2f}, and the one found "
            f"{abs(s_squared or 0.0):.2f}"
        )
    if kept is not None:
        numbers, reachable = kept
        note += (
            f"; the circuit keeps {numbers}, whose lowest energy is {reachable:.8f}; "
            "the ground state lies in another sector"
        )
    return Energy(
        unit="hartree" if molecule else None,
        hartree_fock=hartree_fock,
        exact=lowest,
        exact_note=note,
        exact_s_squared=exact_s_squared,
        reachable=None if kept is None else kept[1],
        error=error,
        error_mha=1e3 * error if molecule and error is not None else None,
        chemical_accuracy=abs(error) <= CHEMICAL_ACCURACY
        if molecule and error is not None
        else None,
        correlation_recovered=None if left else _recovered(energy, hartree_fock, lowest),
        particles=None
        if moments is None
        else Particles(moments.n_alpha, moments.n_beta, moments.n_alpha + moments.n_beta),
        s_squared=s_squared,
        s_z=None if moments is None else moments.s_z,
    )


def exact_reference(exact: ExactEnergies | None) -> Reference | None:
    """The exact energy as the reference of a result."""
    if exact is None or not len(exact.values):
        return None
    return Reference(value=float(exact.values[0]), method=exact.note, exact=True)


def _has_left(problem: Problem, moments: Moments | None) -> bool:
    """Whether the state has other particle numbers than those asked for."""
    if moments is None:
        return False
    asked = (problem.n_alpha, problem.n_beta)  # type: ignore[attr-defined]
    found = (moments.n_alpha, moments.n_beta)
    return any(abs(a - b) > LEAKAGE for a, b in zip(asked, found, strict=True))


def of_other_spin(
    error: float | None,
    exact: float | None,
    s_squared: float | None,
    exact_s_squared: float | None,
) -> bool:
    """Whether the exact state is of another spin, and not merely degenerate with one of this.

    Args:
        error: the energy found less the exact one.
        exact: the exact energy.
        s_squared: ⟨S²⟩ of the state found.
        exact_s_squared: ⟨S²⟩ of the exact state.
    """
    if error is None or exact is None or s_squared is None or exact_s_squared is None:
        return False
    apart = abs(error) > SAME_ENERGY * max(1.0, abs(exact))
    return apart and abs(s_squared - exact_s_squared) > SPIN_GAP


def _recovered(energy: float, hartree_fock: float | None, exact: float | None) -> float | None:
    """The share of the correlation energy, None where there is none beyond rounding."""
    if hartree_fock is None or exact is None or hartree_fock - exact < 1e-10:
        return None
    return (hartree_fock - energy) / (hartree_fock - exact)
