"""Self-consistent fields that end in a stable minimum.

PySCF's iteration stops after a number of cycles, and can converge to a saddle point of the energy.
Here it continues by Newton steps from its last orbitals, and where the second derivatives have a
negative eigenvalue, the orbitals are rotated along it and converged again (Seeger and Pople 1977,
doi:10.1063/1.434318).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core.randomness import as_generator

Vector = NDArray[np.float64]

# An eigenvalue of the orbital Hessian below this, in hartree, is an instability, as in PySCF.
_NEGATIVE = -1e-5
_DENSE = 400  # rotations up to which the whole Hessian is diagonalized
_MOST_ROUNDS = 10
_GAIN = 1e-8  # hartree: solutions that differ by less are one
# Further first guesses of PySCF, tried where the usual one was led astray.
_GUESSES = ("atom", "1e", "huckel")


@dataclass(frozen=True)
class Solution:
    """A mean-field calculation and its state.

    Attributes:
        mf: PySCF's object.
        stable: True for a minimum of the energy, False for a saddle point, None if unknown.
        notes: remarks on all but the plain case, for people.
    """

    mf: Any
    stable: bool | None = None
    notes: tuple[str, ...] = ()


def solved(mf: Any) -> Solution:
    """Return a calculation run to a stable minimum, the lowest that was found.

    A plain case, where PySCF's iteration converges to a minimum, keeps its orbitals to the last
    bit. Otherwise Newton steps follow, and further first guesses compete.

    Args:
        mf: an object of PySCF without orbitals; the caller guards it.
    """
    mf.kernel()
    first = _direction(mf) if mf.converged else None
    if mf.converged and (first is None or first.stable):
        return Solution(mf, None if first is None else True)
    cycles = mf.max_cycle
    start = mf.converged, float(mf.e_tot)
    found = [_followed(mf, mf.mo_coeff, mf.mo_occ)]
    for guess in _GUESSES:
        try:
            # Diagonalizes the Fock matrix of the guessed density.
            density = mf.get_init_guess(mf.mol, guess)
            energies, orbitals = mf.eig(mf.get_fock(dm=density), mf.get_ovlp())
        except (AttributeError, KeyError, NotImplementedError, RuntimeError, ValueError):
            continue  # these atoms or this model have no such guess
        found.append(_followed(mf, orbitals, mf.get_occ(energies, orbitals)))
    reached = [each for each in found if each.mf.converged]
    if not reached:
        return found[0]
    lowest = min(float(each.mf.e_tot) for each in reached)
    best = next(each for each in reached if each.mf.e_tot <= lowest + _GAIN)
    return Solution(best.mf, best.stable, (_note(*start, cycles, best),))


def _note(converged: bool, energy: float, cycles: int, best: Solution) -> str:
    """Return what happened and what was reached, in a sentence or two."""
    if converged:
        began = f"The mean field first converged to an unstable solution, {energy:.8f} Ha"
    else:
        began = f"The mean field did not converge in {cycles} cycles"
    reached = f"{best.mf.e_tot:.8f} Ha"
    match best.stable:
        case True:
            return f"{began}; continued by Newton steps to a stable minimum, {reached}."
        case False:
            return f"{began}; continued to {reached}, which is unstable: a lower one exists."
    return f"{began}; continued by Newton steps to {reached}, whose stability is unknown."


def _followed(mf: Any, orbitals: Any, occupation: Any) -> Solution:
    """Return the minimum that Newton steps and instabilities lead to."""
    newton = mf.newton()
    newton.verbose = 0
    best, stable = newton, None
    for _ in range(_MOST_ROUNDS):
        newton.kernel(orbitals, occupation)
        if not newton.converged:
            orbitals, occupation = newton.mo_coeff, newton.mo_occ
            continue
        downhill = _direction(newton)
        best, stable = newton.copy(), None if downhill is None else downhill.stable
        if downhill is None or downhill.stable:
            break
        orbitals, occupation = downhill.rotated, newton.mo_occ
    return Solution(best, stable)


@dataclass(frozen=True)
class _Direction:
    """The lowest curvature of the energy of orbitals.

    Attributes:
        stable: True if it is not negative.
        rotated: the orbitals after a turn along it.
    """

    stable: bool
    rotated: Any


def _direction(mf: Any) -> _Direction | None:
    """Return the lowest curvature at converged orbitals; None where PySCF has none."""
    try:
        newton = mf if hasattr(mf, "gen_g_hop") else mf.newton()
        _, product, diagonal = newton.gen_g_hop(mf.mo_coeff, mf.mo_occ)
    except (AttributeError, NotImplementedError):
        return None
    n = int(np.size(diagonal))
    if n == 0:  # all orbitals are equally occupied
        return _Direction(True, mf.mo_coeff)
    value, vector = _lowest(product, n)
    if 2.0 * value >= _NEGATIVE:
        return _Direction(True, mf.mo_coeff)
    vector = vector * np.sign(vector[np.argmax(np.abs(vector))])
    rotation = newton.update_rotate_matrix(vector, mf.mo_occ)
    return _Direction(False, newton.rotate_mo(mf.mo_coeff, rotation))


def _lowest(product: Any, n: int) -> tuple[float, Vector]:
    """Return the lowest eigenvalue and eigenvector of a real symmetric product."""
    if n <= _DENSE:
        matrix = np.array([np.real(product(unit)) for unit in np.eye(n)])
        values, vectors = np.linalg.eigh((matrix + matrix.T) / 2.0)
        return float(values[0]), vectors[:, 0]
    from scipy.sparse.linalg import LinearOperator, eigsh

    operator = LinearOperator((n, n), matvec=lambda x: np.real(product(x)), dtype=np.float64)
    # A start in all symmetries.
    start = as_generator(0).standard_normal(n)
    lowest, held = eigsh(operator, k=1, which="SA", v0=start, tol=1e-3)
    return float(lowest[0]), held[:, 0]
