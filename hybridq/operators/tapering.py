"""Z2 symmetries of a Hamiltonian, and tapering of the qubits they remove."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core import memory
from hybridq.core.errors import DimensionError, ParameterError, Setting
from hybridq.operators import _clifford, _gf2, _masks, _walsh
from hybridq.operators.pauli_sum import PauliSum


def z2_symmetries(hamiltonian: PauliSum) -> tuple[PauliSum, ...]:
    """Return independent Pauli products that commute with all terms and each other.

    The number is maximal and products of Z come first; each is one term with coefficient 1.

    Source: Bravyi, Gambetta, Mezzacapo, Temme 2017, arXiv:1701.08213.
    """
    s, n = hamiltonian.simplify(), hamiltonian.n_qubits
    # v = (x, z) commutes with a term where x . term_z + z . term_x = 0.
    terms = np.concatenate((_rows(s.z_masks, n), _rows(s.x_masks, n)), axis=1)
    # Reduced with the x columns first, the last rows span all products of Z.
    centralizer, pivots = _gf2.row_reduce(_gf2.kernel(terms))
    first_z = sum(pivot < n for pivot in pivots)
    rest = [*centralizer[first_z:], *centralizer[:first_z]]
    found = []
    while rest:
        v = rest.pop(0)
        found.append(v)
        against = [
            k for k, u in enumerate(rest) if (u[:n] & v[n:]).sum() + (u[n:] & v[:n]).sum() & 1
        ]
        if against:
            # One partner is dropped; multiplied by it, the others commute with v.
            partner = rest[against[0]].copy()
            for k in against:
                rest[k] = rest[k] ^ partner
            rest.pop(against[0])
    return tuple(_product(v[:n], v[n:]) for v in found)


def _rows(masks: _masks.Masks, n_qubits: int) -> NDArray[np.bool_]:
    rows = np.zeros((len(masks), n_qubits), dtype=bool)
    rows[_masks.unpack(masks)] = True
    return rows


def _product(x: NDArray[np.bool_], z: NDArray[np.bool_]) -> PauliSum:
    letters = np.array(list("IXZY"))[x + 2 * z]
    return PauliSum.from_labels({"".join(letters.tolist()): 1.0})


def sector_of(symmetries: Iterable[PauliSum], bits: ArrayLike) -> tuple[int, ...]:
    """Return the eigenvalue, +1 or -1, of each symmetry in a basis state.

    Args:
        symmetries: Pauli products of Z only, with coefficient 1 or -1.
        bits: shape (n_qubits,), entry q is qubit q.

    Raises:
        ParameterError: a symmetry is not diagonal, so a basis state is not an eigenstate of it.
        DimensionError: `bits` has another length.
    """
    return tuple(round(float(symmetry.diagonal_at(bits))) for symmetry in symmetries)


def taper(
    hamiltonian: PauliSum,
    symmetries: Sequence[PauliSum] | None = None,
    sector: Sequence[int] | None = None,
    *,
    reference: ArrayLike | None = None,
) -> Tapering:
    """Return the Hamiltonian in a sector of its Z2 symmetries, on fewer qubits.

    Each symmetry removes one qubit.

    The spectra of all sectors together are the spectrum of the Hamiltonian.

    Args:
        hamiltonian: the operator to taper.
        symmetries: Pauli products with coefficient 1, `z2_symmetries` by default.
        sector: the eigenvalue of each symmetry, +1 or -1.
        reference: instead of `sector`, bits of shape (n_qubits,) of a basis state in it.

    Raises:
        ParameterError: both or neither of `sector` and `reference`; symmetries that are not
            Pauli products, do not commute with each other or with a term, depend on each other,
            or leave no qubit.
        DimensionError: another width or number of eigenvalues.
    """
    chosen = z2_symmetries(hamiltonian) if symmetries is None else tuple(symmetries)
    if (sector is None) == (reference is None):
        raise ParameterError(
            ("give either ", Setting("sector"), ", +1 or -1 for each symmetry, or ",
             Setting("reference"), ", the bits of a basis state"),
            argument="sector",
        )  # fmt: skip
    for symmetry in chosen:
        _clifford.check_symmetry(symmetry, hamiltonian.n_qubits)
    values = sector_of(chosen, reference) if reference is not None else tuple(sector or ())
    _clifford.check_sector(chosen, values, hamiltonian.n_qubits)
    removed, generators, partners = _clifford.paired(
        [symmetry * value for symmetry, value in zip(chosen, values, strict=True)]
    )
    return Tapering(
        _clifford.restricted(hamiltonian, removed, generators, partners),
        chosen,
        values,
        removed,
        generators,
        partners,
    )


def two_qubit_reduction(hamiltonian: PauliSum, n_alpha: int, n_beta: int) -> Tapering:
    """Return a parity-mapped Hamiltonian without its two qubits of known parity.

    Qubit m - 1 holds the parity of the α electrons and qubit 2m - 1 that of all electrons.

    Args:
        hamiltonian: on 2m qubits, mapped by ``"parity"``, conserving both numbers mod 2.
        n_alpha: number of α electrons.
        n_beta: number of β electrons.

    Raises:
        DimensionError: an odd number of qubits, or only two.
        ParameterError: a term that changes one of the parities.
    """
    n = hamiltonian.n_qubits
    if n % 2 or n < 4:
        raise DimensionError(
            f"the two-qubit reduction needs 2m qubits with m >= 2, got {n}", argument="hamiltonian"
        )
    symmetries = [PauliSum.from_sparse([("Z", (q,), 1.0)], n) for q in (n // 2 - 1, n - 1)]
    return taper(hamiltonian, symmetries, ((-1) ** n_alpha, (-1) ** (n_alpha + n_beta)))


@dataclass(frozen=True, eq=False)
class Tapering:
    r"""A Hamiltonian in a sector of Z2 symmetries, and the Clifford that tapers it.

    Let :math:`\tau_i` be the generators, equal to 1 in the sector, and :math:`\sigma_i` one-qubit
    Paulis that anticommute with :math:`\tau_i` only: :math:`U = \prod_i (\sigma_i +
    \tau_i)/\sqrt2` exchanges the two, so that after U every :math:`\sigma_i = 1` and its qubit can
    be left out.

    Attributes:
        hamiltonian: on the qubits that are kept, in their original order.
        symmetries: the Pauli products as given.
        sector: the eigenvalue of each, +1 or -1.
        removed: the qubits removed, one for each generator.
        generators: the :math:`\tau_i`, sums of one term with coefficient 1 or -1; products of the
            symmetries times their eigenvalues.
        partners: the :math:`\sigma_i`, X or Z on ``removed[i]``.
    """

    hamiltonian: PauliSum
    symmetries: tuple[PauliSum, ...]
    sector: tuple[int, ...]
    removed: tuple[int, ...]
    generators: tuple[PauliSum, ...]
    partners: tuple[PauliSum, ...]

    @property
    def n_qubits(self) -> int:
        """Number of qubits before tapering."""
        return self.hamiltonian.n_qubits + len(self.removed)

    @property
    def kept(self) -> tuple[int, ...]:
        """Original indices of the qubits that are kept."""
        return _clifford.kept(self.n_qubits, self.removed)

    def taper(self, operator: PauliSum) -> PauliSum:
        """Return another operator in the same sector, such as the number of electrons.

        Raises:
            ParameterError: a term leaves the sector; it is named.
            DimensionError: another width.
        """
        return _clifford.restricted(operator, self.removed, self.generators, self.partners)

    def expand_bits(self, bits: ArrayLike) -> NDArray[np.uint8]:
        """Return the bits before tapering of basis states after it.

        Args:
            bits: shape (n,) or (k, n) with n the qubits that are kept.

        Returns:
            uint8, shape (n_qubits,) or (k, n_qubits).

        Raises:
            ParameterError: a symmetry is not a product of Z, so a basis state is not mapped to one.
        """
        rows = _walsh.check_bits(bits, len(self.kept))
        full = np.zeros((len(rows), self.n_qubits), dtype=np.uint8)
        full[:, self.kept] = rows
        for qubit, generator in zip(self.removed, self.generators, strict=True):
            # The generator's value with its own qubit at 0 determines that qubit.
            full[:, qubit] = generator.diagonal_at(full) < 0
        return full if np.ndim(bits) == 2 else full[0]

    def expand_state(self, state: NDArray[Any]) -> NDArray[np.complex128]:
        """Return the state before tapering, shape (2**n_qubits,), complex128.

        For symmetries of Z only, its entries are those of `state`, at the indices that belong
        to `expand_bits`, and zero elsewhere.

        Raises:
            DimensionError: `state` is not a vector on the qubits that are kept.
            CapacityError: the result does not fit in memory.
        """
        kept = self.kept
        if np.shape(state) != (1 << len(kept),):
            raise DimensionError(
                f"state must have shape ({1 << len(kept)},) on {len(kept)} kept qubits, got "
                f"{np.shape(state)}",
                argument="state",
            )
        memory.require(
            64 << self.n_qubits, f"the state on {self.n_qubits} qubits", "use fewer qubits"
        )
        indices = np.arange(1 << len(kept))
        to = np.zeros_like(indices)
        for new, old in enumerate(kept):
            to |= (indices >> new & 1) << old
        full = np.zeros(1 << self.n_qubits, dtype=np.complex128)
        full[to] = state
        for qubit, sigma in zip(self.removed, self.partners, strict=True):
            if sigma.x_masks.any():  # |0> to |+>
                pairs = full.reshape(-1, 2, 1 << qubit)
                pairs[:, 1] = pairs[:, 0] = pairs[:, 0] * np.sqrt(0.5)
        for generator in self.generators:
            full = (full + _clifford.applied(generator, full)) * np.sqrt(0.5)
        return full
