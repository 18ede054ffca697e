"""Electrons in spatial orbitals: a determinant and its excitations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TYPE_CHECKING, TypeAlias

from hybridq.ansatz.checks import checked_bits
from hybridq.circuits.instructions import Gate, Transition
from hybridq.core.checks import is_whole
from hybridq.core.errors import ParameterError, Setting
from hybridq.problems.base import Problem

if TYPE_CHECKING:
    from hybridq.operators.electronic import ElectronicHamiltonian

ElectronsLike: TypeAlias = "Problem | Electrons | tuple[int, int, int]"
"""A problem with electrons, or (n_orbitals, n_alpha, n_beta) without integrals."""


def require_orbitals(problem: Problem) -> None:
    """Raise if a problem has no integrals over orbitals, which coupled cluster needs.

    Raises:
        ParameterError: the problem has no integrals.
    """
    if problem.electronic is None:
        raise ParameterError(
            f"coupled cluster needs the orbitals of a molecule, {problem.name} is a {problem.kind}",
            argument="ansatz",
            remedy=(
                "use ",
                Setting("ansatz", "hva"),
                " or ",
                Setting("ansatz", "hardware-efficient"),
            ),
        )


@dataclass(frozen=True, eq=False)
class Electrons:
    """A reference determinant on 2m modes, spin-blocked: all α, then all β.

    Args:
        n_orbitals: m, the number of spatial orbitals.
        occupied: the occupied modes, ascending; β modes are m and up.
        electronic: the integrals, None where they are not known.
    """

    n_orbitals: int
    occupied: tuple[int, ...]
    electronic: ElectronicHamiltonian | None = None

    @classmethod
    def of(cls, source: ElectronsLike, reference: str | Sequence[int] | None = None) -> Electrons:
        """Return the electrons of a molecule or of (n_orbitals, n_alpha, n_beta).

        Args:
            source: the problem or the numbers.
            reference: the determinant's bits, qubit 0 first; by default the lowest orbitals.

        Raises:
            ParameterError: the electrons do not fit the orbitals, or the reference has other
                numbers of electrons.
        """
        if isinstance(source, Electrons):
            return source
        if isinstance(source, tuple):
            if len(source) != 3 or not all(is_whole(n) for n in source):
                raise ParameterError(
                    argument="molecule",
                    value=source,
                    expected="a molecule or (n_orbitals, n_alpha, n_beta)",
                )
            m, n_alpha, n_beta = (int(n) for n in source)
            electronic = None
        elif not isinstance(source, Problem) or source.particles is None:
            raise ParameterError(
                argument="molecule",
                value=source,
                expected="a problem with electrons",
                remedy="give a Molecule or (n_orbitals, n_alpha, n_beta)",
            )
        else:
            m, (n_alpha, n_beta) = source.n_qubits // 2, source.particles
            electronic = source.electronic
        if m < 1 or not (0 <= n_alpha <= m and 0 <= n_beta <= m):
            raise ParameterError(
                f"{n_alpha} alpha and {n_beta} beta electrons do not fit into {m} orbitals: "
                f"each spin has room for {m}"
            )
        if reference is None:
            return cls(m, (*range(n_alpha), *range(m, m + n_beta)), electronic)
        bits = checked_bits(reference, 2 * m)
        if sum(bits[:m]) != n_alpha or sum(bits[m:]) != n_beta:
            raise ParameterError(
                f"reference={reference!r} has {sum(bits[:m])} alpha and {sum(bits[m:])} beta "
                f"electrons, the molecule has {n_alpha} and {n_beta}: "
                "alpha orbitals are the first half"
            )
        return cls(m, tuple(mode for mode, bit in enumerate(bits) if bit), electronic)

    @property
    def n_qubits(self) -> int:
        """2m."""
        return 2 * self.n_orbitals

    @property
    def bits(self) -> tuple[int, ...]:
        """The determinant, entry q for qubit q."""
        return tuple(int(mode in self.occupied) for mode in range(self.n_qubits))

    @property
    def is_closed_shell(self) -> bool:
        """True if exchanging α and β changes neither determinant nor integrals."""
        m = self.n_orbitals
        restricted = self.electronic is None or self.electronic.is_restricted
        return restricted and self.bits[:m] == self.bits[m:]

    @property
    def preparation(self) -> tuple[Gate, ...]:
        """X gates that prepare the determinant."""
        return tuple(Gate("x", (mode,)) for mode in self.occupied)

    def _split(self, spin: int) -> tuple[list[int], list[int]]:
        """Return occupied and virtual modes of a spin (0: α, 1: β), ascending."""
        modes = range(spin * self.n_orbitals, (spin + 1) * self.n_orbitals)
        filled = [mode for mode in modes if mode in self.occupied]
        return filled, [mode for mode in modes if mode not in self.occupied]

    def singles(self) -> list[Transition]:
        r"""Return all spin-conserving :math:`a^\dagger_a a_i`, α first."""
        return [
            Transition((a,), (i,))
            for spin in (0, 1)
            for filled, empty in [self._split(spin)]
            for i, a in product(filled, empty)
        ]

    def doubles(self) -> list[Transition]:
        r"""Return all spin-conserving :math:`a^\dagger_a a^\dagger_b a_j a_i`: αα, ββ, αβ.

        Of one spin, i < j and a < b; of two, i and a are α.
        """
        found = []
        for spin in (0, 1):
            filled, empty = self._split(spin)
            found += [
                Transition((a, b), (j, i))
                for (i, j), (a, b) in product(combinations(filled, 2), combinations(empty, 2))
            ]
        (filled, empty), (filled_beta, empty_beta) = self._split(0), self._split(1)
        found += [
            Transition((a, b), (j, i))
            for i, j, a, b in product(filled, filled_beta, empty, empty_beta)
        ]
        return found


def excitation_name(created: Sequence[int], annihilated: Sequence[int], n_orbitals: int) -> str:
    """Return a name such as ``0a 0b -> 2a 3b``: orbital and spin of each mode."""

    def modes(numbers: Sequence[int]) -> str:
        return " ".join(f"{mode % n_orbitals}{'ab'[mode // n_orbitals]}" for mode in numbers)

    return f"{modes(annihilated)} -> {modes(created)}"
