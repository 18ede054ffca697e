"""Cases of the VQE benchmark: circuits and Hamiltonians for hybridq and its peers.

A case holds a hybridq circuit; its list of instructions is the common description that the peers'
circuits are translated from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

import hybridq as hq
from hybridq.circuits.instructions import Angle, Excitation, Gate, Transition
from hybridq.operators import PauliSum
from hybridq.operators.electronic import ElectronicHamiltonian

MOLECULES = Path(__file__).parents[2] / "problems" / "molecules"


@dataclass(frozen=True, eq=False)
class Case:
    """One circuit, what is measured, and where.

    Attributes:
        circuit: prepares the state.
        hamiltonian: what is measured, as a Pauli sum.
        x: the parameters to evaluate at.
        integrals: the same Hamiltonian as integrals, where it is a molecule's.
        electrons: number of α and β electrons, where it is a molecule's.
    """

    circuit: hq.Circuit
    hamiltonian: PauliSum
    x: np.ndarray
    integrals: ElectronicHamiltonian | None = None
    electrons: tuple[int, int] = (0, 0)

    def objective(self) -> hq.Expectation:
        """hybridq's own way to run it."""
        measured = self.hamiltonian if self.integrals is None else self.integrals
        return hq.Expectation(self.circuit, measured)


def excitations(m: int, n_alpha: int, n_beta: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    """All spin-conserving singles and doubles as (created, annihilated) modes, singles first."""
    full = [list(range(n_alpha)), list(range(m, m + n_beta))]
    empty = [list(range(n_alpha, m)), list(range(m + n_beta, 2 * m))]
    for occupied, virtual in zip(full, empty, strict=True):
        for i in occupied:
            for a in virtual:
                yield (a,), (i,)
    for occupied, virtual in zip(full, empty, strict=True):
        for i, j in combinations(occupied, 2):
            for a, b in combinations(virtual, 2):
                yield (a, b), (j, i)
    for i in full[0]:
        for j in full[1]:
            for a in empty[0]:
                for b in empty[1]:
                    yield (a, b), (j, i)


def ucc_circuit(m: int, n_alpha: int, n_beta: int, *, shared: bool) -> hq.Circuit:
    """Factorized UCCSD; `shared` gives an excitation and its spin-flipped partner one parameter."""
    circuit = hq.Circuit(2 * m)
    circuit = circuit.extend(Gate("x", (q,)) for q in range(n_alpha))
    circuit = circuit.extend(Gate("x", (m + q,)) for q in range(n_beta))
    parameters: dict[object, int] = {}
    rotations = []
    for created, annihilated in excitations(m, n_alpha, n_beta):
        key: object = (created, annihilated)
        if shared:
            # Pairs (created, annihilated) of one electron each, blind to a flip of all spins.
            moves = list(zip(created, annihilated[::-1], strict=True))
            flipped = [((a + m) % (2 * m), (i + m) % (2 * m)) for a, i in moves]
            key = frozenset((tuple(sorted(moves)), tuple(sorted(flipped))))
        parameter = parameters.setdefault(key, len(parameters))
        term = Transition(created, annihilated)
        rotations.append(Excitation(((1.0, term),), Angle(parameter=parameter)))
    return circuit.extend(rotations)


def ucc(source: hq.Molecule, *, shared: bool, scale: float = 0.05) -> Case:
    """UCCSD of a molecule, at normal random amplitudes of width `scale`."""
    electrons = (source.n_alpha, source.n_beta)
    circuit = ucc_circuit(source.n_orbitals, *electrons, shared=shared)
    x = np.random.default_rng(7).normal(scale=scale, size=circuit.n_params)
    return Case(circuit, source.hamiltonian, x, source.electronic, electrons)


def molecule(name: str, *, shared: bool) -> Case:
    """UCCSD of a molecule in problems/molecules."""
    return ucc(hq.Molecule.from_fcidump(MOLECULES / f"{name}_sto3g.fcidump"), shared=shared)


def tfim(n: int, layers: int) -> Case:
    """A hardware-efficient ansatz (RY, RZ, a chain of CX; RY last) on an open Ising chain."""
    circuit, parameter = hq.Circuit(n), 0
    for _ in range(layers):
        for name in ("ry", "rz"):
            for q in range(n):
                circuit = getattr(circuit, name)(q, Angle(parameter=parameter))
                parameter += 1
        for q in range(n - 1):
            circuit = circuit.cx(q, q + 1)
    for q in range(n):
        circuit = circuit.ry(q, Angle(parameter=parameter))
        parameter += 1
    terms: list[tuple[str, tuple[int, ...], complex]] = [
        ("ZZ", (q, q + 1), -1.0) for q in range(n - 1)
    ]
    terms += [("X", (q,), -1.0) for q in range(n)]
    x = np.random.default_rng(7).uniform(-np.pi, np.pi, parameter)
    return Case(circuit, PauliSum.from_sparse(terms, n), x)
