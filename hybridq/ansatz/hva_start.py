"""Initial states of the Hamiltonian variational ansatz."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from hybridq.ansatz.checks import checked_bits
from hybridq.ansatz.slater import slater_determinant
from hybridq.ansatz.term_groups import Bundle, Group
from hybridq.circuits.instructions import Angle, Excitation, Gate, Instruction, Transition
from hybridq.core.checks import is_whole
from hybridq.core.errors import ParameterError, Setting

# Relative to the largest: levels this near are degenerate.
SAME_LEVEL = 1e-9
# Of a potential over the sites, relative to the hopping.
SLOPE = 1e-3
# Pairs of qubits: (⟨XX⟩, ⟨YY⟩, ⟨ZZ⟩) -> gates on the first, then a hop by an angle or a CNOT.
# Hopping conserves the number of ones, so that the sector engine can run it.
_BELL: dict[tuple[int, int, int], tuple[str, float | None]] = {
    (-1, -1, -1): ("x", -np.pi / 4),
    (1, 1, -1): ("x", np.pi / 4),
    (1, -1, 1): ("h", None),
    (-1, 1, 1): ("hz", None),
}
_ONE_QUBIT = {("X", -1): "h", ("X", 1): "xh", ("Z", -1): "", ("Z", 1): "x"}
_ONE_QUBIT |= {("Y", -1): "hs", ("Y", 1): "xhs"}


@dataclass(frozen=True, eq=False)
class StartState:
    """An initial state and the groups of terms, in the order that suits it.

    Args:
        name: description of the state, for a result.
        preparation: instructions that prepare it from |0…0⟩.
        groups: the groups; those of which it is the ground state are last.
        n_solved: number of groups of which it is the ground state.
    """

    name: str
    preparation: tuple[Instruction, ...]
    groups: tuple[Group, ...]
    n_solved: int


def start_state(
    groups: tuple[Group, ...],
    n_qubits: int,
    reference: str | Sequence[int],
    particles: tuple[int, int] | None,
) -> StartState:
    """Return the initial state called `reference`; see `HVA`.

    Raises:
        ParameterError: an unknown state, or the particles do not fit or are not conserved.
    """
    if not isinstance(reference, str) or not reference.strip("01"):
        bits = checked_bits(reference, n_qubits)
        gates = tuple(Gate("x", (q,)) for q, bit in enumerate(bits) if bit)
        return StartState("basis state", gates, _diagonal_first(groups), 0)
    if reference == "plus":
        return _plus(groups, n_qubits)
    if reference != "auto":
        raise ParameterError(
            argument="reference",
            value=reference,
            expected="auto, plus, or a 0 or 1 for each qubit",
        )
    if particles is not None:
        return _slater(groups, n_qubits, particles)
    solved = [group for group in groups if _ground_state(group) is not None]
    if not solved:
        return _plus(groups, n_qubits)
    # A diagonal group has a basis state, which many others leave unchanged: the last choice.
    best = max(solved, key=lambda g: (not all(b.is_diagonal for b in g), _covered(g)))
    others = tuple(group for group in groups if group is not best)
    preparation = _fillings_first(_ground_state(best) or [])
    words = dict.fromkeys(word for bundle in best for word in bundle.letters)
    name = f"ground state of the {' + '.join(words)} terms"
    return StartState(name, preparation, (*_diagonal_first(others), best), 1)


def _covered(group: Group) -> int:
    return sum(len(bundle.qubits) for bundle in group)


def _diagonal_first(groups: tuple[Group, ...]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda group: not all(b.is_diagonal for b in group)))


def _fillings_first(instructions: list[Instruction]) -> tuple[Instruction, ...]:
    """Return the preparation with its X gates first, as the sector engine needs it.

    Each X gate is the first instruction on its qubit already, and α rotations do not act on β
    modes.
    """
    fills = [step.symbol == "x" for step in instructions]
    order = sorted(range(len(fills)), key=lambda k: not fills[k])
    return tuple(instructions[k] for k in order)


def _plus(groups: tuple[Group, ...], n_qubits: int) -> StartState:
    gates = tuple(Gate("h", (q,)) for q in range(n_qubits))
    return StartState("plus", gates, _diagonal_first(groups), 0)


def _ground_state(group: Group) -> list[Instruction] | None:
    """Return gates for a group's ground state, None if it is not a product of bundles."""
    qubits = list(chain.from_iterable(bundle.qubits for bundle in group))
    if len(set(qubits)) < len(qubits):
        return None
    gates: list[Instruction] = []
    for bundle in group:
        found = _bundle_ground_state(bundle)
        if found is None:
            return None
        gates += found
    return gates


def _bundle_ground_state(bundle: Bundle) -> list[Instruction] | None:
    if len(bundle.qubits) == 1:
        ((letter, c),) = bundle.terms.items()
        names = _ONE_QUBIT[letter, -1 if c < 0 else 1]
        return [Gate(name, bundle.qubits) for name in names]
    if len(bundle.qubits) != 2 or not set(bundle.letters) <= {"XX", "YY", "ZZ"}:
        return None
    p, q = bundle.qubits
    weights = [bundle.terms.get(word, 0.0) for word in ("XX", "YY", "ZZ")]
    signs = min(_BELL, key=lambda s: float(np.dot(s, weights)))
    names, theta = _BELL[signs]
    gates: list[Instruction] = [Gate(name, (p,)) for name in names]
    if theta is None:
        return [*gates, Gate("cx", (p, q))]
    hop = Transition((q,), (p,), fermionic=False)
    return [*gates, Excitation(((1.0, hop),), Angle(theta))]


def _slater(groups: tuple[Group, ...], n_qubits: int, particles: tuple[int, int]) -> StartState:
    """Return the ground state of the quadratic terms with fixed numbers of electrons."""
    m, odd = divmod(n_qubits, 2)
    whole = all(is_whole(n) for n in particles)
    if odd or len(particles) != 2 or not whole or not all(0 <= n <= m for n in particles):
        raise ParameterError(
            argument="particles",
            value=particles,
            expected=f"(n_alpha, n_beta), each 0 to {m}, on {n_qubits} qubits",
            remedy="use one qubit for each spin orbital",
        )
    quadratic = np.zeros((n_qubits, n_qubits))
    split = np.zeros((n_qubits, n_qubits))
    for number, bundle in ((k, bundle) for k, group in enumerate(groups, 1) for bundle in group):
        if bundle.hopping is not None:
            h, transition = bundle.hopping
            p, q = transition.created[0], transition.annihilated[0]
            quadratic[p, q] = quadratic[q, p] = h
            split[p, q] = split[q, p] = h / number
            fermions = transition.fermionic and (p < m) == (q < m)
            if not fermions or any(word.strip("Z") for word in bundle.non_hopping):
                raise _not_fermions(bundle)
        elif not bundle.is_diagonal:
            raise _not_fermions(bundle)
        elif len(bundle.qubits) == 1:  # Z = 1 − 2n
            quadratic[bundle.qubits[0], bundle.qubits[0]] = -2.0 * bundle.coefficients[0]
    instructions: list[Instruction] = []
    for spin, count in enumerate(particles):
        block = slice(spin * m, (spin + 1) * m)
        orbitals = _lowest_orbitals(quadratic[block, block], split[block, block], count)
        instructions += slater_determinant(orbitals, spin * m)
    ordered = _diagonal_first(groups)
    hopping = sum(not all(bundle.is_diagonal for bundle in group) for group in groups)
    return StartState("Slater determinant", _fillings_first(instructions), ordered, hopping)


def _lowest_orbitals(
    quadratic: NDArray[np.float64], split: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Return the `count` lowest orbitals as rows.

    Where the last of them and the next have the same energy, any mixture is lowest, and most have
    a symmetry that the evolutions keep and the ground state has not. The orbitals of that energy
    are then those of a perturbation, which both spins share: a singlet for equal numbers, with
    weaker hopping in the later groups, as an annealing path from their bonds would have it.
    """
    levels, orbitals = np.linalg.eigh(quadratic)
    near = SAME_LEVEL * max(1e-300, float(np.abs(levels).max(initial=0.0)))
    if 0 < count < len(levels) and levels[count] - levels[count - 1] <= near:
        shell = np.abs(levels - levels[count - 1]) <= near
        # A slope over the sites decides where the perturbation does not.
        slope = SLOPE * np.abs(split).max() * np.diag(np.linspace(0.0, 1.0, len(levels)))
        mixed = orbitals[:, shell].T @ (split + slope) @ orbitals[:, shell]
        orbitals[:, shell] = orbitals[:, shell] @ np.linalg.eigh(mixed)[1]
    return orbitals.T[:count]


def _not_fermions(bundle: Bundle) -> ParameterError:
    """Return the error for terms that no Slater determinant goes with."""
    return ParameterError(
        f"particles are given, but the terms on qubits {bundle.qubits} are neither hopping of one "
        "spin nor diagonal",
        remedy=(
            "leave particles out, or map by Jordan and Wigner with all alpha modes first (",
            Setting("spin_order", "interleaved"),
            " reorders modes whose spins alternate)",
        ),
    )
