"""Shots that a molecule's energy takes to 1.6 mHa, and the time to group the terms of N2.

    python experiments/benchmarks/measurement.py

"By weight" are groups of terms that agree on each qubit, with shots in proportion to the sum of
their coefficients: what hybridq did before it planned measurements. The state is the ground state.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
from scipy.sparse.linalg import eigsh

import hybridq as hq
from hybridq.measurement import GROUPINGS
from hybridq.measurement.base import Amplitudes
from hybridq.operators.sector import Sector
from hybridq.operators.sector_electronic import electronic_matrix

MOLECULES = Path(__file__).parents[2] / "problems" / "molecules"
TARGET = 1.6e-3


def molecule(name: str) -> hq.Molecule:
    return hq.Molecule.from_fcidump(MOLECULES / f"{name}_sto3g.fcidump")


def shots_by_weight(problem: hq.Molecule, state: np.ndarray) -> float:
    """Return the shots of qubit-wise groups that are weighted by their 1-norms."""
    _, groups = GROUPINGS["qubit-wise"]().groups(problem.hamiltonian)
    variances = np.array([group.part.moments(Amplitudes.of(state))[1] for group in groups])
    weights = np.array([group.weight for group in groups])
    return float((variances / weights).sum() * weights.sum() / TARGET**2)


def main() -> None:
    print("| molecule | shots by weight | planned | grouping | ratio | CPU s of the plan |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name in ("h6", "lih", "h2o"):
        problem = molecule(name)
        sector = Sector.of_electrons(problem.n_orbitals, *problem.particles)
        matrix = electronic_matrix(problem.electronic, sector)
        _, states = eigsh(matrix, k=1, which="SA", tol=1e-12, v0=np.ones(sector.dim))
        state = sector.embed(states[:, 0].astype(complex))
        before = shots_by_weight(problem, state)
        start = time.process_time()
        found = hq.measurement.plan(problem, state, target_error=TARGET)
        spent = time.process_time() - start
        ratio = before / found.total_shots
        print(
            f"| {name.upper()} | {before:,.0f} | {found.total_shots:,} | {found.grouping} "
            f"| {ratio:.1f} | {spent:.2f} |"
        )
    hamiltonian = molecule("n2").hamiltonian
    start = time.process_time()
    _, groups = GROUPINGS["fully-commuting"]().groups(hamiltonian)
    spent = time.process_time() - start
    print(f"N2, {len(hamiltonian):,} terms, fully commuting: {len(groups)} groups, {spent:.2f} s")


if __name__ == "__main__":
    main()
