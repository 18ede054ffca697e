"""Sums of products of fermionic ladder operators; observables of electrons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators import _ladder, _masks
from hybridq.operators.pauli_sum import PauliSum

if TYPE_CHECKING:
    from hybridq.operators.electronic import ElectronicHamiltonian

# (mode, 1 for creation or 0 for annihilation), from left to right
Product: TypeAlias = tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False, repr=False)
class FermionSum:
    r"""An immutable sum of products of ladder operators on `n_modes` modes.

    .. math:: \sum_k c_k \prod a^{(\dagger)}

    ``FermionSum(4, {((3, 1), (0, 0)): 0.5})`` is :math:`\tfrac12 a_3^\dagger a_0`. Equal products
    are merged and zeros dropped; only `normal_ordered` reorders products.
    ``a @ b`` is the operator product; `*` and `/` take numbers only.

    Args:
        n_modes: at least 1.
        terms: product -> coefficient; a product is a tuple of (mode, action) pairs from left to
            right, action 1 for a creation and 0 for an annihilation operator; ``()`` is a constant.

    Raises:
        DimensionError: a mode outside 0 … n_modes - 1.
        ParameterError: n_modes is not a positive integer, an action is neither 0 nor 1, or a
            coefficient is not finite.
    """

    n_modes: int
    terms: Mapping[Product, complex] = field(default_factory=dict)

    # Makes NumPy scalars on the left defer to __rmul__ instead of making object arrays.
    __array_ufunc__ = None

    def __post_init__(self) -> None:
        n = _masks.checked_width(self.n_modes, "n_modes")
        checked = {_checked(product, n): _number(c) for product, c in dict(self.terms).items()}
        object.__setattr__(self, "n_modes", n)
        object.__setattr__(self, "terms", {p: c for p, c in checked.items() if c != 0})

    # -- construction ---------------------------------------------------------------------------

    @classmethod
    def from_terms(cls, n_modes: int, terms: Iterable[tuple[Product, complex]]) -> FermionSum:
        """Return the sum of (product, coefficient) pairs; products may repeat."""
        total: dict[Product, complex] = {}
        for product, coefficient in terms:
            total[tuple(product)] = total.get(tuple(product), 0) + coefficient
        return cls(n_modes, total)

    @classmethod
    def creation(cls, mode: int, n_modes: int) -> FermionSum:
        r"""Return :math:`a^\dagger` of a mode."""
        return cls(n_modes, {((mode, 1),): 1.0})

    @classmethod
    def annihilation(cls, mode: int, n_modes: int) -> FermionSum:
        """Return :math:`a` of a mode."""
        return cls(n_modes, {((mode, 0),): 1.0})

    @classmethod
    def identity(cls, n_modes: int, coefficient: complex = 1.0) -> FermionSum:
        """Return `coefficient` times the identity."""
        return cls(n_modes, {(): coefficient})

    @classmethod
    def from_electronic(cls, electronic: ElectronicHamiltonian) -> FermionSum:
        """Return the molecule's Hamiltonian, term by term as its docstring defines it."""
        m = electronic.n_orbitals
        terms: list[tuple[Product, complex]] = [((), electronic.constant)]
        for spin, p, q in np.argwhere(electronic.one_body).tolist():
            shift = m * spin
            terms.append((((p + shift, 1), (q + shift, 0)), electronic.one_body[spin, p, q]))
        for block, p, q, r, s in np.argwhere(electronic.two_body).tolist():
            value = electronic.two_body[block, p, q, r, s]
            for spin, other in ([(0, 0)], [(0, 1)], [(1, 1)])[block]:
                i, j, k, n = p + m * spin, q + m * spin, r + m * other, s + m * other
                # αβ includes βα.
                factor = 1.0 if spin != other else 0.5
                terms.append((((i, 1), (k, 1), (n, 0), (j, 0)), factor * value))
        return cls.from_terms(2 * m, terms)

    # -- algebra --------------------------------------------------------------------------------

    def _same_width(self, other: FermionSum) -> None:
        if self.n_modes != other.n_modes:
            raise DimensionError(
                f"sums on {self.n_modes} and {other.n_modes} modes cannot be combined: "
                "build both with the same n_modes"
            )

    def __add__(self, other: FermionSum) -> FermionSum:
        if not isinstance(other, FermionSum):
            return NotImplemented
        self._same_width(other)
        return FermionSum.from_terms(self.n_modes, [*self.terms.items(), *other.terms.items()])

    def __radd__(self, other: object) -> FermionSum:
        # The built-in sum() starts from 0.
        return self if isinstance(other, int) and other == 0 else NotImplemented

    def __sub__(self, other: FermionSum) -> FermionSum:
        if not isinstance(other, FermionSum):
            return NotImplemented
        return self + (-other)

    def __neg__(self) -> FermionSum:
        return self * -1.0

    def __mul__(self, other: complex) -> FermionSum:
        if isinstance(other, FermionSum):
            raise ParameterError(
                "* takes a number: write a @ b for the product of two fermion sums"
            )
        if not isinstance(other, int | float | complex | np.number):
            return NotImplemented
        return FermionSum(self.n_modes, {p: c * complex(other) for p, c in self.terms.items()})

    __rmul__ = __mul__

    def __truediv__(self, other: complex) -> FermionSum:
        if isinstance(other, int | float | complex | np.number) and other == 0:
            raise ParameterError("division of a fermion sum by zero")
        return self * (1.0 / other)

    def __matmul__(self, other: FermionSum) -> FermionSum:
        if not isinstance(other, FermionSum):
            return NotImplemented
        self._same_width(other)
        return FermionSum.from_terms(
            self.n_modes,
            (
                (left + right, c * d)
                for left, c in self.terms.items()
                for right, d in other.terms.items()
            ),
        )

    def commutator(self, other: FermionSum) -> FermionSum:
        """Return ``self @ other - other @ self`` in normal order."""
        return (self @ other - other @ self).normal_ordered()

    def dagger(self) -> FermionSum:
        """Return the adjoint."""
        return FermionSum(
            self.n_modes,
            {
                tuple((mode, 1 - action) for mode, action in reversed(product)): c.conjugate()
                for product, c in self.terms.items()
            },
        )

    def normal_ordered(self, tolerance: float = 0.0) -> FermionSum:
        """Return the operator in normal order.

        Creation operators are left of annihilation operators; modes descend in both.

        Terms with ``|c| <= tolerance`` are dropped. Two sums are the same operator exactly where
        their normal orders are equal.
        """
        if tolerance == 0.0:
            return self._normal
        kept = {p: c for p, c in self._normal.terms.items() if abs(c) > tolerance}
        return FermionSum(self.n_modes, kept)

    @cached_property
    def _normal(self) -> FermionSum:
        return FermionSum(self.n_modes, _ladder.normal_ordered(self.terms))

    # -- properties -----------------------------------------------------------------------------

    def is_hermitian(self, tolerance: float = 1e-12) -> bool:
        """Return whether the operator equals its adjoint up to `tolerance`.

        The normal-ordered coefficients are compared.
        """
        return self.isclose(self.dagger(), tolerance)

    def isclose(self, other: FermionSum, tolerance: float = 1e-12) -> bool:
        """Return whether both operators agree up to `tolerance`.

        The normal-ordered coefficients are compared.
        """
        self._same_width(other)
        return not (self - other).normal_ordered(tolerance).terms

    @property
    def conserves_particles(self) -> bool:
        """True if every product creates as many particles as it annihilates."""
        return all(
            2 * sum(action for _, action in product) == len(product) for product in self.terms
        )

    def to_pauli_sum(self, mapping: str = "jordan-wigner") -> PauliSum:
        """Return the operator on n_modes qubits, without exact zeros.

        Args:
            mapping: a name in `MAPPINGS`: jordan-wigner, parity or bravyi-kitaev.

        Raises:
            UnknownNameError: no mapping of that name.
            CapacityError: the terms do not fit in memory.
        """
        return PauliSum(self.n_modes, *_ladder.paulis(self.terms, self.n_modes, mapping)).simplify(
            _ladder.DROPPED
        )

    def __len__(self) -> int:
        """Return the number of products."""
        return len(self.terms)

    def __bool__(self) -> bool:
        # Without this an empty sum would be false in `if operator:`.
        return True

    def __iter__(self) -> Iterator[tuple[Product, complex]]:
        """Return the (product, coefficient) pairs."""
        return iter(self.terms.items())

    def __repr__(self) -> str:
        shown = [
            f"({c:.6g}) " + (" ".join(f"a{mode}" + "†" * action for mode, action in product) or "1")
            for product, c in list(self.terms.items())[:6]
        ]
        more = " + ..." if len(self) > len(shown) else ""
        return (
            f"FermionSum({self.n_modes} modes, {len(self)} terms: {' + '.join(shown) or 0}{more})"
        )


def _checked(product: Iterable[tuple[int, int]], n_modes: int) -> Product:
    try:
        pairs = tuple((int(mode), int(action)) for mode, action in product)
    except (TypeError, ValueError, OverflowError):
        raise ParameterError(
            f"terms must be products of (mode, action) pairs, got {product!r}: "
            "action is 1 to create and 0 to annihilate",
            argument="terms",
        ) from None
    for mode, action in pairs:
        if not 0 <= mode < n_modes:
            raise DimensionError(
                f"mode {mode} in {pairs} is outside 0 … {n_modes - 1} (n_modes={n_modes})",
                argument="terms",
            )
        if action not in (0, 1):
            raise ParameterError(
                f"action {action} in {pairs} must be 1 to create or 0 to annihilate",
                argument="terms",
            )
    return pairs


def _number(coefficient: complex) -> complex:
    value = complex(coefficient)
    if not (math.isfinite(value.real) and math.isfinite(value.imag)):
        raise ParameterError(f"coefficients must be finite, got {value}", argument="terms")
    return value


# -- observables of electrons -------------------------------------------------------------------


def number_operator(n_modes: int, modes: Iterable[int] | None = None) -> FermionSum:
    """Return the number of particles in `modes`, all of them by default."""
    counted = range(n_modes) if modes is None else modes
    return FermionSum.from_terms(n_modes, ((((j, 1), (j, 0)), 1.0) for j in counted))


def spin_z(n_orbitals: int) -> FermionSum:
    r"""Return S_z in units of ħ, on 2m spin-blocked modes.

    .. math:: S_z = \tfrac12 (N_\alpha - N_\beta)
    """
    m = n_orbitals
    return 0.5 * (number_operator(2 * m, range(m)) - number_operator(2 * m, range(m, 2 * m)))


def spin_squared(n_orbitals: int) -> FermionSum:
    r"""Return S² in units of ħ², on 2m spin-blocked modes.

    .. math:: S^2 = S_- S_+ + S_z (S_z + 1)

    With :math:`S_+ = \sum_p a_{p\alpha}^\dagger a_{p\beta}`: α and β share their orbitals. Its
    values are S(S + 1); normal-ordered, m² products of four operators and 2m of two.
    """
    m = n_orbitals
    raising = FermionSum(2 * m, {((p, 1), (m + p, 0)): 1.0 for p in range(m)})
    z = spin_z(m)
    return (raising.dagger() @ raising + z @ z + z).normal_ordered()
