"""The sectors of a Hamiltonian, and circuits that stay in each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.ansatz.base import Ansatz
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle, Excitation, Gate, Instruction, Transition
from hybridq.core.errors import EngineError, ParameterError
from hybridq.engines.sector.reading import read_circuit
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.sector import MOST_QUBITS, Sector
from hybridq.operators.spin_order import conserves_ones
from hybridq.strategies.resolve import default_ansatz, requested_sector, resolve_fixed_ansatz

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

# Sweeps of hops over all pairs of qubits.
SWEEPS = 2
# Layers of the circuit in which deflation searches all states; a layer a qubit within these.
FEWEST_LAYERS, MOST_LAYERS = 4, 8


@dataclass(frozen=True)
class Scope:
    """The states among which the lowest ones are sought.

    Attributes:
        sector: the only sector that is searched; None for all basis states.
        within_circuit: True if `sector` is that of the circuit and was not asked for.
        own: the sector of the circuit, where there are others.
        others: sectors to search in addition.
    """

    sector: Sector | None = None
    within_circuit: bool = False
    own: Sector | None = None
    others: tuple[Sector, ...] = ()


def scope_of(
    problem: Problem, ansatz: Ansatz | Circuit, method: str, *, chosen_here: bool
) -> Scope:
    """Return the states that a search for the lowest ones covers.

    Particle numbers of the problem or the ansatz are kept. Without such, all sectors are searched
    if the circuit of each may be chosen, else those states that the circuit reaches.

    Args:
        problem: the question.
        ansatz: the circuit.
        method: a name of `METHODS`.
        chosen_here: True if the circuit was not given, and has the initial state of its ansatz.
    """
    asked = requested_sector(problem)
    if asked is None and isinstance(ansatz, Ansatz) and ansatz.particles is not None:
        asked = Sector.of_electrons(problem.n_qubits // 2, *ansatz.particles)
    if asked is not None:
        return Scope(asked)
    kept = _sector_of(circuit_of(ansatz))
    if kept is None or not conserves(problem.hamiltonian, kept.split):
        return Scope()
    if not chosen_here or method != "subspace":
        return Scope(kept, within_circuit=True)
    n, split = kept.n_qubits, kept.split
    numbers = product(range(split + 1), range(n - split + 1))
    every = (Sector(n, split, low, high) for low, high in numbers)
    return Scope(own=kept, others=tuple(each for each in every if each != kept))


def resolve_states_ansatz(
    problem: Problem,
    ansatz: str | Ansatz | Circuit | None,
    method: str,
    options: Mapping[str, Any],
) -> Ansatz | Circuit:
    """Return the circuit of a search for the lowest states.

    See `resolve_fixed_ansatz`. Without a name, deflation gets a circuit that leaves every symmetry
    of the Hamiltonian, unless particle numbers are asked for; coupled cluster keeps the operators
    that the ground state needs not; and a Hamiltonian that conserves the number of ones gets a
    circuit that does.
    """
    named = default_ansatz(problem) if ansatz is None else ansatz
    deflated = method == "vqd"
    if deflated and isinstance(named, str) and named.strip().lower() == "uccsd":
        options = {"symmetry": False, **options}
    free = ansatz is None and problem.particles is None and "particles" not in options
    if free and deflated:
        layers = int(np.clip(problem.n_qubits, FEWEST_LAYERS, MOST_LAYERS))
        return resolve_fixed_ansatz(problem, "hardware-efficient", {"layers": layers, **options})
    if free and not options and 1 < problem.n_qubits <= MOST_QUBITS:
        n, hamiltonian = problem.n_qubits, problem.hamiltonian
        try:
            found = (
                None if named == "hardware-efficient" else resolve_fixed_ansatz(problem, named, {})
            )
        except ParameterError:  # the terms commute
            found = None
        leaves = found is None or _sector_of(circuit_of(found)) is None
        if leaves and conserves(hamiltonian, n):
            return hopping_circuit(hamiltonian, Sector.of_weight(n, n // 2))
        return found or resolve_fixed_ansatz(problem, "hardware-efficient", {})
    return resolve_fixed_ansatz(problem, ansatz, options)


def conserves(hamiltonian: PauliSum, split: int) -> bool:
    """Return whether the numbers of ones below qubit `split` and above are conserved.

    Args:
        hamiltonian: the Hamiltonian.
        split: 0 or the number of qubits for the number of ones in all.
    """
    groups = (range(split), range(split, hamiltonian.n_qubits))
    return all(conserves_ones(hamiltonian, group) for group in groups)


def circuit_of(ansatz: Ansatz | Circuit) -> Circuit:
    """Return the circuit of an ansatz."""
    return ansatz if isinstance(ansatz, Circuit) else ansatz.circuit


def _sector_of(circuit: Circuit) -> Sector | None:
    """Return the sector that a circuit stays in; None if it leaves every sector."""
    try:
        return read_circuit(circuit).sector
    except EngineError:
        return None


def hopping_circuit(hamiltonian: PauliSum, sector: Sector) -> Circuit:
    """Return a circuit of hops between all pairs of qubits of each group of a sector.

    It starts from the basis state of lowest energy in the sector. Its amplitudes are real, unless
    the Hamiltonian has terms with an odd number of Y.
    """
    n, split = sector.n_qubits, sector.split
    lowest = int(sector.basis()[np.argmin(diagonal_in(hamiltonian, sector))])
    pairs = [pair for group in (range(split), range(split, n)) for pair in combinations(group, 2)]
    phases = any(paulis.count("Y") % 2 for paulis, _, _ in hamiltonian.to_sparse())
    steps: list[Instruction] = [Gate("x", (q,)) for q in range(n) if lowest >> q & 1]
    hops = product(range(SWEEPS), pairs, (False, True) if phases else (False,))
    for number, (_, (p, q), imaginary) in enumerate(hops):
        hop = Transition((q,), (p,), fermionic=False)
        steps.append(Excitation(((1.0, hop),), Angle(parameter=number), imaginary))
    return Circuit(n, tuple(steps))


def diagonal_in(hamiltonian: PauliSum, sector: Sector) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return ⟨z|H|z⟩ of each basis state z of a sector, in its order."""
    kept = ~hamiltonian.x_masks.any(axis=1)
    none = np.zeros_like(hamiltonian.x_masks[kept])
    coefficients = hamiltonian.coefficients[kept].real.astype(complex)
    diagonal = PauliSum(sector.n_qubits, none, hamiltonian.z_masks[kept], coefficients)
    bits = sector.basis()[:, None] >> np.arange(sector.n_qubits) & 1
    return diagonal.diagonal_at(bits)
