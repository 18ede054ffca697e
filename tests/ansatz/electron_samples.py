"""Molecules for the tests of the ansätze: files of the project and random integrals."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from hybridq.operators.electronic import ElectronicHamiltonian
from hybridq.problems import Molecule

FOLDER = Path(__file__).parents[2] / "problems" / "molecules"


def molecule(name):
    return Molecule.from_fcidump(FOLDER / f"{name}.fcidump")


def random_electrons(m, n_alpha, n_beta, seed):
    """Electrons whose α and β have integrals of their own, with the symmetries of real orbitals."""
    rng = np.random.default_rng(seed)

    def pairs():
        factors = rng.normal(size=(4, m, m))
        return factors + factors.transpose(0, 2, 1)

    alpha, beta = pairs(), pairs()
    two_body = np.array(
        [
            np.einsum("kpq,krs->pqrs", left, right)
            for left, right in [(alpha, alpha), (alpha, beta), (beta, beta)]
        ]
    )
    one_body = rng.normal(size=(2, m, m))
    electronic = ElectronicHamiltonian(0.7, one_body + one_body.transpose(0, 2, 1), 0.3 * two_body)
    return Molecule(electronic, n_alpha, n_beta)
