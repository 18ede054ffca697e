"""Inner shells of atoms: the orbitals that a frozen core holds."""

from __future__ import annotations

from typing import Any

from hybridq.problems import _pyscf

# The first nuclear charge with each number of inner orbitals: the noble gas before it, with the
# filled d and f shells below the valence shell from the p block on.
_INNER = (
    (1, 0),  # H, He
    (3, 1),  # Li to Ne: He
    (11, 5),  # Na to Ar: Ne
    (19, 9),  # K to Zn: Ar
    (31, 14),  # Ga to Kr: Ar 3d
    (37, 18),  # Rb to Cd: Kr
    (49, 23),  # In to Xe: Kr 4d
    (55, 27),  # Cs to Yb: Xe
    (71, 34),  # Lu to Hg: Xe 4f
    (81, 39),  # Tl to Rn: Xe 4f 5d
    (87, 43),  # Fr to No: Rn
    (103, 50),  # Lr to Cn: Rn 5f
    (113, 55),  # Nh to Og: Rn 5f 6d
)


def inner_orbitals(nuclear_charge: int) -> int:
    """Return the number of doubly occupied inner orbitals of an atom."""
    return [count for first, count in _INNER if first <= nuclear_charge][-1]


def core_orbitals(mol: Any) -> int:
    """Return the number of inner orbitals of the atoms of a PySCF `Mole`.

    PySCF's own count (`chemcore`) leaves the shells of Li, Be, Na, Mg and other atoms active.
    Electrons of effective core potentials are in no orbital and are left out, ghost atoms too.
    """
    charge_of = _pyscf.load("pyscf.data.elements").charge
    count = 0
    for atom in range(mol.natm):
        held = int(mol.atom_charge(atom))
        if held:
            replaced = charge_of(mol.atom_symbol(atom)) - held
            count += max(0, inner_orbitals(held + replaced) - replaced // 2)
    return count
