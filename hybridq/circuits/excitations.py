"""Excitations: exact exponentials of fermionic and qubit transitions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from hybridq.circuits.base import Angle, GeneratorSpectrum, Instruction, check_qubits
from hybridq.circuits.marks import Mark, boxes
from hybridq.circuits.rotations import PauliRotation
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.circuits.placement import Placement

Masks: TypeAlias = tuple[int, int]
"""Qubits with an X or Y, qubits with a Z or Y."""


@dataclass(frozen=True)
class Transition:
    r"""A product T of ladder operators.

    .. math:: T = \prod_k n_{c_k}\; a^\dagger_{p_1} a^\dagger_{p_2} \dots a_{q_1} a_{q_2} \dots

    Particles move from the modes q to the modes p where the modes c are occupied. The products are
    taken in the order written. Mode j is qubit j, occupied where the bit is 1.

    Args:
        created: the modes p, filled by T.
        annihilated: the modes q, emptied by T.
        controls: the modes c, which have to be occupied.
        fermionic: with Jordan–Wigner signs, :math:`a_j = Z_0 \dots Z_{j-1} (X_j + iY_j)/2`; else
            :math:`a_j = (X_j + iY_j)/2` (qubit excitations, hard-core bosons).

    Raises:
        ParameterError: no modes to create or annihilate, or a mode is repeated.
    """

    created: tuple[int, ...]
    annihilated: tuple[int, ...]
    controls: tuple[int, ...] = ()
    fermionic: bool = True

    def __post_init__(self) -> None:
        if not self.created and not self.annihilated:
            raise ParameterError(
                argument="created", value=(), expected="at least one mode, or annihilated ones"
            )
        check_qubits("excitation", self.qubits)

    @property
    def qubits(self) -> tuple[int, ...]:
        """The modes created, annihilated and controlling."""
        return (*self.created, *self.annihilated, *self.controls)

    @cached_property
    def mode_mask(self) -> int:
        """Mask of the modes, whose bits decide whether T acts."""
        return sum(1 << mode for mode in self.qubits)

    @cached_property
    def source_bits(self) -> int:
        """Bits under `mode_mask` where T acts: annihilated and controlling modes."""
        return sum(1 << mode for mode in (*self.annihilated, *self.controls))

    @cached_property
    def flip_mask(self) -> int:
        """Mask of the bits that T flips."""
        return sum(1 << mode for mode in (*self.created, *self.annihilated))

    @cached_property
    def _signs(self) -> tuple[int, int]:
        """The constant sign, and the mask of the bits whose parity is a further sign."""
        if not self.fermionic:
            return 1, 0
        occupied, crossed, sign = self.source_bits, 0, 1
        for mode in (*self.annihilated[::-1], *self.created[::-1]):
            below = (1 << mode) - 1
            sign *= (-1) ** (occupied & below).bit_count()
            crossed ^= below
            occupied ^= 1 << mode
        return sign, crossed & ~self.mode_mask

    @property
    def sign(self) -> int:
        """Constant sign of T.

        T|z⟩ = sign · (−1)^{|z & sign_mask|} |z ^ flip_mask⟩ where T acts.
        """
        return self._signs[0]

    @property
    def sign_mask(self) -> int:
        """Mask of the bits outside `mode_mask` whose parity is a sign; see `sign`."""
        return self._signs[1]


@dataclass(frozen=True)
class Excitation(Instruction):
    r""":math:`e^{\theta G}` with :math:`G = \sum_j c_j (T_j - T_j^\dagger)`, exactly.

    With `imaginary`, :math:`G = -i \sum_j c_j (T_j + T_j^\dagger)`: evolution under hopping. One
    term is a rotation by θ (not θ/2) between pairs of basis states.

    Args:
        terms: (coefficient, `Transition`) pairs; they need not commute.
        angle: θ.
        imaginary: True for the second generator.

    Raises:
        ParameterError: no terms, or a coefficient is not finite.
    """

    terms: tuple[tuple[float, Transition], ...]
    angle: Angle
    imaginary: bool = False

    def __post_init__(self) -> None:
        if not self.terms:
            raise ParameterError(argument="terms", value=(), expected="at least one term")
        for coefficient, _ in self.terms:
            if not np.isfinite(coefficient):
                raise ParameterError(
                    argument="terms", value=coefficient, expected="pairs with finite coefficients"
                )

    @property
    def qubits(self) -> tuple[int, ...]:
        """All modes of the terms, ascending."""
        return tuple(sorted({mode for _, term in self.terms for mode in term.qubits}))

    @property
    def support(self) -> frozenset[int]:
        """All modes of the terms and of their Jordan–Wigner strings."""
        strings = (bit for _, term in self.terms for bit in bits_of(term.sign_mask))
        return frozenset(self.qubits).union(strings)

    def decompose(self) -> tuple[Instruction, ...]:
        r"""Return the rotations of :math:`e^{\theta G} = \prod_P e^{-i f_P \theta P / 2}`.

        Raises:
            ParameterError: products P that do not commute, so that no such form exists.
        """
        return tuple(
            PauliRotation(*_letters(masks), self.angle * factor)
            for masks, factor in self._paulis().items()
        )

    def _paulis(self) -> dict[Masks, float]:
        """Return the factors f of `decompose` by the masks of P."""
        factors: dict[Masks, float] = {}
        for coefficient, term in self.terms:
            for masks, value in _transition_paulis(term).items():
                # T − T† keeps 2i Im, −i(T + T†) keeps −2i Re of the coefficient of P.
                part = 4.0 * value.real if self.imaginary else -4.0 * value.imag
                factors[masks] = factors.get(masks, 0.0) + coefficient * part
        kept = {masks: factor for masks, factor in factors.items() if abs(factor) > 1e-15}
        if len(self.terms) > 1:
            self._require_commuting(list(kept))
        return kept

    def _require_commuting(self, products: list[Masks]) -> None:
        for (x, z), (other_x, other_z) in combinations(products, 2):
            if ((x & other_z).bit_count() + (z & other_x).bit_count()) % 2:
                raise ParameterError(
                    f"the excitation of {len(self.terms)} terms on qubits {list(self.qubits)} has "
                    "terms that do not commute, and no exact product of rotations: "
                    "use excitations of one term each"
                )

    @property
    def symbol(self) -> str:
        """``excitation``."""
        return "excitation"

    @property
    def spectrum(self) -> GeneratorSpectrum:
        """Eigenvalues 0 and ±c of one term; for several terms a bound."""
        # One term has the eigenvalues 0 and ±c, as two parts of c / 2 have.
        coefficients = [abs(coefficient) for coefficient, _ in self.terms]
        halves = [c / 2 for c in coefficients for _ in range(2)]
        return GeneratorSpectrum(0.0, halves, len(coefficients) == 1)

    def moved(self, placement: Placement) -> Excitation:
        """Return the excitation on the new qubits.

        Raises:
            ParameterError: the Jordan–Wigner string of a fermionic excitation would cross qubits
                that it did not act on.
        """
        terms = tuple(_moved(coefficient, term, placement) for coefficient, term in self.terms)
        return replace(self, terms=terms)

    def marks(self, angle: str) -> list[Mark]:
        """Return ladder operators: a of fermions, b of qubit excitations."""
        name = ("hop" if self.imaginary else "exc") + angle
        if len(self.terms) > 1:
            return boxes(dict.fromkeys(self.qubits, "exc"), name)
        _, term = self.terms[0]
        letter = "a" if term.fermionic else "b"
        letters = dict.fromkeys(term.created, f"{letter}†")
        letters |= dict.fromkeys(term.annihilated, letter)
        first = min(letters)
        return [
            *boxes(letters, f"{letters[first]} {name}"),
            *(Mark(qubit, "control") for qubit in term.controls),
        ]


def bits_of(mask: int) -> list[int]:
    """Return the positions of the bits that are set, ascending."""
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def _moved(coefficient: float, old: Transition, placement: Placement) -> tuple[float, Transition]:
    """Return one term on the new qubits, with the sign of the new order of modes."""
    new = Transition(
        placement.qubits(old.created),
        placement.qubits(old.annihilated),
        placement.qubits(old.controls),
        old.fermionic,
    )
    if new.sign_mask != sum(1 << qubit for qubit in placement.qubits(bits_of(old.sign_mask))):
        raise ParameterError(
            f"a fermionic excitation on modes {list(old.qubits)} cannot move to qubits "
            f"{list(new.qubits)}: its Jordan-Wigner string would cross other qubits; "
            "choose neighbouring qubits in ascending order, or fermionic=False"
        )
    return coefficient * new.sign * old.sign, new


def _transition_paulis(term: Transition) -> dict[Masks, complex]:
    """Return T as a sum of Pauli products.

    T is an X on every flipped qubit, times (1 ± Z)/2 on every mode.
    """
    modes = sorted(term.qubits)
    values: dict[Masks, complex] = {}
    scale = term.sign * 2.0 ** -len(modes)
    for size in range(len(modes) + 1):
        for chosen in combinations(modes, size):
            mask = sum(1 << mode for mode in chosen)
            sign = -1 if (mask & term.source_bits).bit_count() % 2 else 1
            # The Zs act first: X Z = −i Y.
            z = mask | term.sign_mask
            ys = (z & term.flip_mask).bit_count()
            values[term.flip_mask, z] = sign * scale * (1, -1j, -1, 1j)[ys % 4]
    return values


def _letters(masks: Masks) -> tuple[str, tuple[int, ...]]:
    """Return the letters and qubits of a Pauli product."""
    x, z = masks
    qubits = tuple(bits_of(x | z))
    return "".join("ZXY"[(x >> q & 1) * (1 + (z >> q & 1))] for q in qubits), qubits
