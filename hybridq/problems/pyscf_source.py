"""Integrals from PySCF mean-field calculations.

Source: Sun et al. 2020, J. Chem. Phys. 153, 024109.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.blas import one_blas_thread
from hybridq.core.errors import ParameterError, ProblemError
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.problems import _pyscf, integrals
from hybridq.problems.active_space import ALL_ACTIVE, ActiveSpace, Partition
from hybridq.problems.basis_sets import load_basis
from hybridq.problems.formats.xyz import Atom, n_electrons, unit_in_angstrom
from hybridq.problems.frozen_core import core_orbitals
from hybridq.problems.scf import Solution, solved

_TOLERANCE = 1e-12  # hartree
NO_CORE = "No orbital is frozen: these atoms have no inner shell."


def mean_field(
    atoms: Sequence[Atom],
    *,
    basis: str,
    charge: int,
    spin: int | None,
    unit: str,
    active: ActiveSpace = ALL_ACTIVE,
) -> Solution:
    """Return a stable restricted (open-shell) Hartree–Fock calculation of PySCF.

    Args:
        atoms: symbols and positions.
        basis: a basis set of PySCF's library, by its name (see `check_basis`).
        charge: in units of e.
        spin: n_alpha − n_beta; None means 0 or 1, as the number of electrons allows.
        unit: of the positions, ``"angstrom"`` or ``"bohr"``.
        active: of the later call of `from_mean_field`.

    Raises:
        MissingExtraError: PySCF is not installed.
        CapacityError: the integrals will not fit in memory.
        ParameterError: an unknown basis, or a spin that the electrons cannot have.
        ProblemError: the calculation does not converge.
    """
    scale = unit_in_angstrom(unit)
    electrons = n_electrons(atoms, charge)
    spin = electrons % 2 if spin is None else spin
    if (electrons + spin) % 2 or abs(spin) > electrons:
        raise ParameterError(
            f"spin={spin} (n_alpha − n_beta) is inconsistent with {electrons} electrons",
            argument="spin",
            value=spin,
            remedy=f"give {'an odd' if electrons % 2 else 'an even'} number up to {electrons}",
        )
    functions = load_basis(basis, [symbol for symbol, _ in atoms])
    gto = _pyscf.load("pyscf.gto")
    try:
        with warnings.catch_warnings(), _pyscf.guarded():
            warnings.simplefilter("ignore")
            mol = gto.M(
                atom=[(symbol, [scale * x for x in place]) for symbol, place in atoms],
                unit="angstrom",
                basis=functions,
                charge=charge,
                spin=spin,
                verbose=0,
                dump_input=False,
                parse_arg=False,
                max_memory=_megabytes(),
            )
    except (KeyError, RuntimeError, ValueError, AttributeError) as error:
        raise ParameterError(
            f"PySCF cannot build this molecule ({str(error).strip()[:120]}): "
            "check its atoms, charge and spin"
        ) from None
    n_alpha, n_beta = mol.nelec
    _partition(mol, n_alpha, n_beta, mol.nao, active)  # before hours of work
    return converged(mol)


def _megabytes() -> int:
    """Return the memory for PySCF in MB, at most its own default."""
    free = memory.available_bytes()
    return 4000 if free is None else max(200, min(4000, free // 2**21))


@contextmanager
def one_thread() -> Iterator[None]:
    """Limit PySCF to one thread within the block.

    Energies then agree to the last bit, by which experiments identify instances. Sums over
    threads have no fixed order.
    """
    lib = _pyscf.load("pyscf.lib")
    with lib.with_omp_threads(1), one_blas_thread():
        yield


def converged(source: Any) -> Solution:
    """Return a calculation run to a stable minimum, or that of a `Mole`.

    A calculation that was run before is taken as it is.

    Raises:
        ParameterError: `source` is not a PySCF object.
        ProblemError: it does not converge.
    """
    scf = _pyscf.load("pyscf.scf")
    mf = source
    if isinstance(source, _pyscf.load("pyscf.gto").MoleBase):
        mf = scf.RHF(source) if source.spin == 0 else scf.ROHF(source)
    if not isinstance(mf, scf.hf.SCF):
        raise ParameterError(
            argument="source",
            value=source,
            expected="a PySCF mean-field object",
            remedy="give scf.RHF(mol) or similar",
        )
    found = Solution(mf)
    if mf.mo_coeff is None:
        mf.conv_tol = min(mf.conv_tol, _TOLERANCE)
        # The first guess loads a basis set, and warns of PySCF's own calls.
        with _pyscf.guarded(), one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            found = solved(mf)
    if not found.mf.converged:
        raise ProblemError(
            "the mean-field calculation did not converge: try another geometry or spin, "
            "or give a converged PySCF object"
        )
    return found


class FromMeanField(NamedTuple):
    """Integrals from a calculation.

    Attributes:
        electronic: the integrals.
        n_alpha: spin-up electrons.
        n_beta: spin-down electrons.
        notes: remarks for people.
        frozen_orbitals: the number of orbitals that are frozen.
        stable: True if the orbitals are a minimum of the mean field's energy, False for a saddle
            point, None if that was not checked.
    """

    electronic: ElectronicHamiltonian
    n_alpha: int
    n_beta: int
    notes: tuple[str, ...]
    frozen_orbitals: int
    stable: bool | None


def from_mean_field(source: Any, active: ActiveSpace) -> FromMeanField:
    """Return integrals in the orbitals of a calculation, and the electrons by spin.

    Args:
        source: an RHF, ROHF, UHF or Kohn–Sham object of one molecule, a `Mole`, or the
            `Solution` of one.
        active: the orbitals that stay active.

    Raises:
        ParameterError: another object, or an impossible active space.
        CapacityError: the integrals do not fit in memory.
    """
    solution = source if isinstance(source, Solution) else converged(source)
    mf = solution.mf
    coefficients, n_alpha, n_beta = _orbitals(mf)
    m = coefficients.shape[2]
    part = _partition(mf.mol, n_alpha, n_beta, m, active)
    with one_thread():
        full = _integrals(mf, coefficients[:, :, part.kept])
    held = integrals.active_space(full, part.n_frozen, part.n_active)
    no_core = () if part.n_frozen or not active.frozen_core else (NO_CORE,)
    return FromMeanField(
        held,
        n_alpha - part.n_frozen,
        n_beta - part.n_frozen,
        (*solution.notes, *no_core),
        part.n_frozen,
        solution.stable,
    )


def _partition(mol: Any, n_alpha: int, n_beta: int, m: int, active: ActiveSpace) -> Partition:
    """Return the frozen and the active orbitals among m.

    Raises:
        ParameterError: an impossible active space.
        CapacityError: the integrals do not fit in memory.
    """
    part = active.partition(n_alpha, n_beta, m, core_orbitals(mol) if active.frozen_core else 0)
    kept = len(part.kept)
    memory.require(
        2 * 24 * kept**4, f"the integrals of {kept} orbitals", "choose a smaller active space"
    )
    return part


def _orbitals(mf: Any) -> tuple[NDArray[np.float64], int, int]:
    """Return coefficients of α and β and the electrons of each spin.

    The coefficients have shape (2, basis, m), occupied orbitals first.
    """
    coefficients, occupation = np.asarray(mf.mo_coeff), np.asarray(mf.mo_occ)
    energies = np.asarray(mf.mo_energy)
    n_alpha, n_beta = (int(n) for n in mf.mol.nelec)
    restricted = coefficients.ndim == 2
    per_spin = coefficients.shape[-1] == occupation.shape[-1] and coefficients.ndim in (2, 3)
    # Models without a molecule's basis set have nao = 0.
    n_basis = mf.mol.nao or coefficients.shape[-2]
    if np.iscomplexobj(coefficients) or not per_spin or coefficients.shape[-2] != n_basis:
        raise ParameterError(
            "the orbitals are complex, periodic or of mixed spin: "
            "give a real RHF, ROHF or UHF calculation of one molecule"
        )
    if restricted:
        # A calculation with symmetry may keep its orbitals in another order.
        order = np.lexsort((energies, -occupation))
        return np.stack([coefficients[:, order]] * 2), n_alpha, n_beta
    sorted_ = [
        c[:, np.lexsort((e, -n))]
        for c, e, n in zip(coefficients, energies, occupation, strict=True)
    ]
    return np.stack(sorted_), n_alpha, n_beta


def _integrals(mf: Any, coefficients: NDArray[np.float64]) -> ElectronicHamiltonian:
    """Return the integrals in the orbitals of α and β, shape (2, basis, m)."""
    ao2mo = _pyscf.load("pyscf.ao2mo")
    source = mf.mol if mf._eri is None else mf._eri
    core = np.asarray(mf.get_hcore())
    alpha, beta = coefficients
    m = alpha.shape[1]
    h = [c.T @ core @ c for c in (alpha, beta)]
    h = [(matrix + matrix.T) / 2 for matrix in h]

    def transformed(left: NDArray[np.float64], right: NDArray[np.float64]) -> Any:
        """Return (pq|rs) with p, q in `left` and r, s in `right`."""
        block = ao2mo.general(source, (left, left, right, right), compact=False)
        return np.asarray(block).reshape(m, m, m, m)

    aa = transformed(alpha, alpha)
    if np.array_equal(alpha, beta):
        ab = bb = aa
    else:
        ab, bb = transformed(alpha, beta), transformed(beta, beta)
    return ElectronicHamiltonian(float(mf.energy_nuc()), np.stack(h), np.stack([aa, ab, bb]))
