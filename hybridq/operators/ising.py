"""Ising energies, from QUBO and PUBO, and as diagonal Pauli sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.errors import DimensionError, ParameterError
from hybridq.operators import _masks, _pubo, _walsh
from hybridq.operators.pauli_sum import PauliSum
from hybridq.operators.terms import Group, HigherTerms, Term, Terms

if TYPE_CHECKING:
    import scipy.sparse

Qubo: TypeAlias = Mapping[tuple[int, ...], float]
Higher: TypeAlias = Sequence[Term]


@dataclass(frozen=True, eq=False, repr=False)
class Ising:
    r"""Energy of n spins, s = 1 - 2 bit; immutable.

    .. math:: E(s) = constant + \sum_i h_i s_i + \sum_{i<j} J_{ij} s_i s_j
              + \sum_{t} K_t \prod_{i \in t} s_i

    On construction couplings are merged, sorted and stripped of zeros, so equal energies have
    equal fields (up to rounding).

    Args:
        n_qubits: number of spins, at least 1.
        constant: the constant part.
        linear: h, shape (n_qubits,), float64.
        pairs: the coupled spins, shape (m, 2), int64; kept with i < j.
        couplings: J, shape (m,), float64.
        higher: terms of order three and more as ``((i, j, k, ...), K)``, a sequence; kept in
            arrays, sorted.

    Raises:
        DimensionError: shapes do not fit, or a spin is outside 0 ... n_qubits - 1.
        ParameterError: a number is not finite, or a term names a spin twice.
    """

    n_qubits: int
    constant: float
    linear: NDArray[np.float64]
    pairs: NDArray[np.int64]
    couplings: NDArray[np.float64]
    higher: Higher = ()

    def __post_init__(self) -> None:
        n = _masks.checked_width(self.n_qubits)
        linear = np.array(self.linear, dtype=np.float64)
        if linear.shape != (n,):
            raise DimensionError(
                f"linear must have shape ({n},) with n_qubits={n}, got {linear.shape}",
                argument="linear",
            )
        pairs, couplings = _merged_pairs(n, self.pairs, self.couplings)
        higher = _merged_higher(n, self.higher)
        rest = [np.array([float(self.constant)]), *(values for _, values in higher.groups)]
        if not all(np.isfinite(numbers).all() for numbers in (linear, couplings, *rest)):
            raise ParameterError("Ising coefficients must be finite: one is NaN or infinite")
        for array in (linear, pairs, couplings):
            array.setflags(write=False)
        object.__setattr__(self, "n_qubits", n)
        object.__setattr__(self, "constant", float(self.constant))
        object.__setattr__(self, "linear", linear)
        object.__setattr__(self, "pairs", pairs)
        object.__setattr__(self, "couplings", couplings)
        object.__setattr__(self, "higher", higher)

    # -- construction ---------------------------------------------------------------------------

    @classmethod
    def from_pauli_sum(cls, hamiltonian: PauliSum) -> Ising:
        """Return the Ising energy of a real diagonal sum, with Z on qubit i as s_i.

        It is computed once for each sum.

        Raises:
            ParameterError: the sum is not real and diagonal; a term is named.
        """
        known: Ising | None = hamiltonian.__dict__.get("_ising") if cls is Ising else None
        if known is None:
            known = cls._of_terms(hamiltonian)
            hamiltonian.__dict__["_ising"] = known  # both are immutable
        return known

    @classmethod
    def _of_terms(cls, hamiltonian: PauliSum) -> Ising:
        z_masks, coefficients = hamiltonian._diagonal_terms
        constant, n = 0.0, hamiltonian.n_qubits
        linear = np.zeros(n)
        pairs, couplings = np.empty((0, 2), dtype=np.int64), np.empty(0)
        higher: list[Group] = []
        for rows, qubits in _masks.split_by_weight(z_masks):
            values = coefficients[rows]
            match qubits.shape[1]:
                case 0:
                    constant = float(values.sum())
                case 1:
                    linear[qubits[:, 0]] = values
                case 2:
                    pairs, couplings = qubits, values
                case _:
                    higher.append((qubits.astype(np.int64), values))
        return cls(n, constant, linear, pairs, couplings, HigherTerms(higher))

    @classmethod
    def from_qubo(
        cls,
        Q: ArrayLike | scipy.sparse.sparray | scipy.sparse.spmatrix | Qubo,
        offset: float = 0.0,
        *,
        n_qubits: int | None = None,
    ) -> Ising:
        r"""Return the spin energy equal to a polynomial of bits x = (1 - s) / 2.

        Args:
            Q: an (n, n) array or scipy sparse matrix, meaning :math:`x^T Q x` (both triangles
                count, the diagonal is linear); or a mapping of any order from index tuples to
                coefficients: ``{(): c, (i,): q, (i, j): q, (i, j, k): q}``, where a repeated
                index counts once, since x * x = x.
            offset: added to every energy.
            n_qubits: number of bits of a mapping; by default one more than its highest index.

        Raises:
            DimensionError: an array that is not square, or an index outside 0 ... n_qubits - 1.
            ParameterError: a coefficient that is not finite, or a mapping that names no bit and
                comes without `n_qubits`.
        """
        polynomial = _pubo.read(Q, n_qubits)
        n, constant, linear, pairs, couplings, higher = _pubo.bits_to_spins(polynomial)
        return cls(n, constant + offset, linear, pairs, couplings, HigherTerms(higher))

    @classmethod
    def from_terms(cls, terms: Mapping[tuple[int, ...], float], n_qubits: int) -> Ising:
        """Return the energy with these coefficients by ascending spins.

        Args:
            terms: ``{(): c, (i,): h, (i, j): J, (i, j, k): K}``, spins of a product different.
            n_qubits: number of spins.

        Raises:
            DimensionError: a spin is outside 0 ... n_qubits - 1.
            ParameterError: a number is not finite, or a term names a spin twice.
        """
        n = _masks.checked_width(n_qubits)
        found = Terms.of(terms)
        if found.highest >= n:
            raise DimensionError(
                f"terms must name spins in 0 ... {n - 1}, with n_qubits={n}, got {found.highest}",
                argument="terms",
            )
        _, constant, linear, pairs, couplings, higher = _pubo.collected(n, found.groups)
        return cls(n, constant, linear, pairs, couplings, HigherTerms(higher))

    # -- other forms ----------------------------------------------------------------------------

    def to_qubo(self) -> tuple[dict[tuple[int, ...], float], float]:
        """Return ``(coefficients, offset)`` of the polynomial in bits x = (1 - s) / 2.

        The keys are ascending index tuples, ``(i,)`` for linear terms; zeros are left out.
        `from_qubo` takes both back.
        """
        _, constant, linear, pairs, couplings, higher = _pubo.spins_to_bits(self._polynomial)
        used = np.flatnonzero(linear).tolist()
        Q: dict[tuple[int, ...], float] = {(i,): float(linear[i]) for i in used}
        Q.update(zip(map(tuple, pairs.tolist()), couplings.tolist(), strict=True))
        Q.update(HigherTerms(higher))
        return Q, constant

    def to_pauli_sum(self) -> PauliSum:
        """Return the diagonal Pauli sum with these values, in canonical order.

        It keeps this energy, and makes the masks of its terms when they are asked for.
        """
        from hybridq.operators.diagonal_sum import DiagonalSum

        return DiagonalSum(self)

    def terms(self) -> list[Group]:
        """Return spins and coefficients of all terms, in groups of equal order, ascending.

        Returns:
            pairs of arrays of shapes (k, order) and (k,), the constant first; orders without terms
            are left out.
        """
        constant = (np.empty((1, 0), dtype=np.int64), np.array([self.constant]))
        groups = [constant] * (self.constant != 0) + self._groups
        return sorted((g for g in groups if len(g[1])), key=lambda group: group[0].shape[1])

    @property
    def _polynomial(self) -> _pubo.Polynomial:
        return (
            self.n_qubits, self.constant, self.linear, self.pairs, self.couplings,
            self.higher_groups,
        )  # fmt: skip

    # -- energies -------------------------------------------------------------------------------

    def energies(self, bits: ArrayLike) -> NDArray[np.float64]:
        """Return the energy of each row of `bits`, for any number of spins.

        Args:
            bits: shape (k, n_qubits) or (n_qubits,), values 0 and 1.

        Returns:
            shape (k,), float64; for a single row shape ().

        Raises:
            DimensionError: rows of another length.
            ParameterError: entries other than 0 and 1.
        """
        rows = _walsh.check_bits(bits, self.n_qubits)
        values = self.constant + _walsh.values_on_rows(rows, self._groups)
        return values if np.ndim(bits) == 2 else values.reshape(())

    @cached_property
    def _groups(self) -> list[tuple[NDArray[np.int64], NDArray[np.float64]]]:
        fields = np.flatnonzero(self.linear).astype(np.int64)
        return [
            (fields[:, None], self.linear[fields]),
            (self.pairs, self.couplings),
            *self.higher_groups,
        ]

    # -- properties -----------------------------------------------------------------------------

    @property
    def higher_groups(self) -> tuple[Group, ...]:
        """The terms of three and more spins in arrays, for each number k of spins in turn.

        A group has the spins, shape (m, k), int64, and K, shape (m,), float64.
        """
        assert isinstance(self.higher, HigherTerms)
        return self.higher.groups

    @property
    def coefficients(self) -> NDArray[np.float64]:
        """All coefficients but the constant: h of each spin, then J, then K."""
        return np.concatenate((self.linear, self.couplings, *(k for _, k in self.higher_groups)))

    @property
    def order(self) -> int:
        """Number of spins in the largest term; 0 for a constant."""
        if self.higher:
            return int(self.higher_groups[-1][0].shape[1])
        return 2 if len(self.pairs) else int(self.linear.any())

    @property
    def is_quadratic(self) -> bool:
        """True if no term has more than two spins."""
        return not self.higher

    @property
    def has_odd_terms(self) -> bool:
        """True if a term of odd order is present; without one, E(s) = E(-s)."""
        return bool(self.linear.any()) or any(s.shape[1] % 2 for s, _ in self.higher_groups)

    @property
    def is_integer(self) -> bool:
        """True if all energies differ from each other by integers, exactly.

        True if and only if every coefficient of the polynomial of bits, its offset aside, is an
        integer (Moebius inversion); a unit-weight MaxCut is, although its couplings are 1/2.
        """
        _, _, linear, _, couplings, higher = _pubo.spins_to_bits(self._polynomial)
        values = np.concatenate((linear, couplings, *(numbers for _, numbers in higher)))
        return bool((values == np.round(values)).all())

    def __add__(self, other: Ising) -> Ising:
        """Return the sum of two energies of the same spins.

        Raises:
            DimensionError: they have different numbers of spins.
        """
        if not isinstance(other, Ising):
            return NotImplemented
        if self.n_qubits != other.n_qubits:
            raise DimensionError(
                f"energies of {self.n_qubits} and {other.n_qubits} spins cannot be added: "
                "build both with the same n_qubits"
            )
        return Ising(
            self.n_qubits,
            self.constant + other.constant,
            self.linear + other.linear,
            np.concatenate((self.pairs, other.pairs)),
            np.concatenate((self.couplings, other.couplings)),
            HigherTerms((*self.higher_groups, *other.higher_groups)),
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Ising):
            return NotImplemented
        return (
            (self.n_qubits, self.constant, self.higher)
            == (other.n_qubits, other.constant, other.higher)
            and np.array_equal(self.linear, other.linear)
            and np.array_equal(self.pairs, other.pairs)
            and np.array_equal(self.couplings, other.couplings)
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # The constructor restores the read-only flags, which pickling loses.
        return Ising, (*self._polynomial[:-1], self.higher)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return (
            f"Ising({self.n_qubits} spins, constant {self.constant:.6g}, "
            f"{np.count_nonzero(self.linear)} linear, {len(self.pairs)} quadratic, "
            f"{len(self.higher)} higher terms)"
        )


def _merged_pairs(
    n: int, pairs: ArrayLike, couplings: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return distinct pairs i < j in lexicographic order and nonzero couplings."""
    J = np.array(couplings, dtype=np.float64)
    ij = np.asarray(pairs)
    if ij.size == 0:
        ij = np.empty((0, 2), dtype=np.int64)
    if J.ndim != 1 or ij.shape != (len(J), 2) or ij.dtype.kind not in "iu":
        raise DimensionError(
            "pairs must be integers of shape (m, 2) and couplings of shape (m,), got shapes "
            f"{ij.shape} and {J.shape}, dtype {ij.dtype}",
            argument="pairs",
        )
    ij = ij.astype(np.int64)
    if len(ij) and (ij.min() < 0 or ij.max() >= n):
        raise DimensionError(
            f"pairs must name spins in 0 ... {n - 1}, with n_qubits={n}", argument="pairs"
        )
    same = ij[:, 0] == ij[:, 1]
    if same.any():
        i = int(ij[same][0, 0])
        raise ParameterError(
            f"pair ({i}, {i}) couples a spin to itself: add it to the constant", argument="pairs"
        )
    return _pubo.merge_pairs(ij, J)


def _merged_higher(n: int, higher: Iterable[tuple[Iterable[int], Any]]) -> HigherTerms:
    """Return distinct nonzero terms of three and more spins, sorted."""
    if isinstance(higher, HigherTerms):
        groups = Terms(higher.groups).groups
    else:
        listed = [(tuple(map(int, spins)), float(value)) for spins, value in higher]
        groups = _pubo.higher_groups(listed)
    for spins, _ in groups:
        few = np.full(len(spins), spins.shape[1] < 3)
        wrong = few | (spins[:, 1:] == spins[:, :-1]).any(axis=1)
        if wrong.any():
            raise ParameterError(
                f"higher term {_first(spins, wrong)} must name at least three different spins",
                argument="higher",
            )
        outside = (spins[:, 0] < 0) | (spins[:, -1] >= n)
        if outside.any():
            raise DimensionError(
                f"higher term {_first(spins, outside)} must name spins in 0 ... {n - 1}, with "
                f"n_qubits={n}",
                argument="higher",
            )
    return HigherTerms(groups)


def _first(spins: NDArray[np.int64], chosen: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple(spins[chosen][0].tolist())
