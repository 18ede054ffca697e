"""Operators: Pauli sums, Ising energies, fermions, model Hamiltonians."""

from hybridq.operators import spin_models
from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.operators.fermion import FermionSum, number_operator, spin_squared, spin_z
from hybridq.operators.hubbard import HubbardModel, fermi_hubbard
from hybridq.operators.ising import Ising
from hybridq.operators.mappings import MAPPINGS, Encoding, encoding
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.tapering import (
    Tapering,
    sector_of,
    taper,
    two_qubit_reduction,
    z2_symmetries,
)

__all__ = [
    "MAPPINGS",
    "ElectronicHamiltonian",
    "Encoding",
    "FermionSum",
    "HubbardModel",
    "Ising",
    "PauliSum",
    "Tapering",
    "encoding",
    "fermi_hubbard",
    "number_operator",
    "sector_of",
    "spin_models",
    "spin_squared",
    "spin_z",
    "taper",
    "two_qubit_reduction",
    "z2_symmetries",
]
