"""Groups of commuting terms of a Hamiltonian, and their time evolution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hybridq.circuits.instructions import (
    Angle,
    DiagonalPhase,
    Excitation,
    Instruction,
    PauliRotation,
    Transition,
    XMixer,
)
from hybridq.core.errors import ParameterError
from hybridq.operators.pauli_sum import PauliSum


@dataclass(frozen=True)
class Bundle:
    """Commuting terms on the same qubits.

    Args:
        qubits: ascending.
        letters: one word of X, Y, Z for each term, one letter for each qubit.
        coefficients: one for each term.
    """

    qubits: tuple[int, ...]
    letters: tuple[str, ...]
    coefficients: tuple[float, ...]

    @cached_property
    def masks(self) -> tuple[tuple[int, int], ...]:
        """X mask and Z mask of each term."""
        return tuple(
            (
                sum(1 << q for q, letter in zip(self.qubits, word, strict=True) if letter in "XY"),
                sum(1 << q for q, letter in zip(self.qubits, word, strict=True) if letter in "YZ"),
            )
            for word in self.letters
        )

    def commutes_with(self, other: Bundle) -> bool:
        """Return whether all terms commute with all terms of the other bundle."""
        return all(
            ((x & z_other).bit_count() + (z & x_other).bit_count()) % 2 == 0
            for x, z in self.masks
            for x_other, z_other in other.masks
        )

    @cached_property
    def terms(self) -> dict[str, float]:
        """Coefficients by letters."""
        return dict(zip(self.letters, self.coefficients, strict=True))

    @cached_property
    def hopping(self) -> tuple[float, Transition] | None:
        r"""(h, T) with h (T + T†) the bundle's terms X…X and Y…Y, where they are hopping.

        :math:`\tfrac12 (X_p Z\dots Z X_q + Y_p Z\dots Z Y_q) = a_p^\dagger a_q + a_q^\dagger a_p`,
        fermionic where the Z are on all modes between, hard-core bosons where there are none.
        """
        if len(self.qubits) < 2:
            return None
        p, *between, q = self.qubits
        middle = "Z" * len(between)
        c = self.terms.get(f"X{middle}X")
        if c is None or c != self.terms.get(f"Y{middle}Y"):
            return None
        if between and between != list(range(p + 1, q)):
            return None
        return 2.0 * c, Transition((p,), (q,), fermionic=bool(between) or q == p + 1)

    @property
    def non_hopping(self) -> dict[str, float]:
        """Coefficients by letters of the terms that are not in `hopping`."""
        if self.hopping is None:
            return self.terms
        middle = "Z" * (len(self.qubits) - 2)
        held = (f"X{middle}X", f"Y{middle}Y")
        return {word: c for word, c in self.terms.items() if word not in held}

    @property
    def is_diagonal(self) -> bool:
        """True if all terms are products of Z."""
        return all(not x for x, _ in self.masks)


Group = tuple[Bundle, ...]


def commuting_groups(hamiltonian: PauliSum) -> tuple[Group, ...]:
    """Return the terms in few groups that commute, without the identity.

    Terms on the same qubits stay together where they commute, so that a bond's XX + YY + ZZ is one
    bundle. Bundles are sorted by width, letters and qubits, and each joins the first group all of
    which it commutes with: the bonds of a chain become even and odd ones.

    Raises:
        ParameterError: the Hamiltonian is not hermitian, or has no term but the identity.
    """
    if not hamiltonian.is_hermitian(1e-12):
        raise ParameterError(
            "the Hamiltonian is not hermitian: its coefficients must be real",
            argument="hamiltonian",
        )
    by_support: dict[tuple[int, ...], list[tuple[str, float]]] = {}
    for letters, qubits, c in hamiltonian.simplify().to_sparse():
        if qubits:
            by_support.setdefault(tuple(qubits), []).append((letters, c.real))
    bundles = []
    for qubits, terms in by_support.items():
        single = [Bundle(qubits, (letters,), (c,)) for letters, c in sorted(terms)]
        if all(a.commutes_with(b) for a in single for b in single):
            words, coefficients = zip(*sorted(terms), strict=True)
            single = [Bundle(qubits, words, coefficients)]
        bundles += single
    if not bundles:
        raise ParameterError(
            "the Hamiltonian has no term but the identity, which evolves nothing",
            argument="hamiltonian",
        )
    groups: list[list[Bundle]] = []
    for bundle in sorted(bundles, key=lambda b: (len(b.qubits), b.letters, b.qubits)):
        for group in groups:
            if all(bundle.commutes_with(member) for member in group):
                group.append(bundle)
                break
        else:
            groups.append([bundle])
    return tuple(tuple(group) for group in groups)


def evolution(group: Group, n_qubits: int, parameter: int) -> list[Instruction]:
    r"""Return :math:`e^{-i\theta \sum cP}` of a group's terms in few instructions.

    Products of Z become one phase, equal X fields one mixer, hopping excitations, and each other
    term a rotation.
    """
    diagonal: list[tuple[str, tuple[int, ...], complex]] = []
    fields: list[tuple[int, float]] = []
    found: list[Instruction] = []
    for bundle in group:
        if bundle.hopping is not None:
            found.append(Excitation((bundle.hopping,), Angle(parameter=parameter), imaginary=True))
        for word, c in bundle.non_hopping.items():
            if not word.strip("Z"):
                diagonal.append((word, bundle.qubits, c))
            elif word == "X":
                fields.append((bundle.qubits[0], c))
            else:
                angle = Angle(parameter=parameter, coefficient=2.0 * c)
                found.append(PauliRotation(word, bundle.qubits, angle))
    if diagonal:
        phase = PauliSum.from_sparse(diagonal, n_qubits)
        found.append(DiagonalPhase(phase, Angle(parameter=parameter)))
    for value in dict.fromkeys(c for _, c in fields):
        qubits = tuple(q for q, c in fields if c == value)
        found.append(XMixer(qubits, Angle(parameter=parameter, coefficient=-value)))
    return found


def local_strength(hamiltonian: PauliSum) -> float:
    r"""Return the root mean square strength of a single qubit's terms.

    It is the root mean square over qubits q of :math:`\sqrt{\sum_{k \ni q} c_k^2}`.
    """
    squares = np.zeros(hamiltonian.n_qubits)
    for _, qubits, c in hamiltonian.to_sparse():
        squares[list(qubits)] += abs(c) ** 2
    return float(np.sqrt(squares.mean())) or 1.0
