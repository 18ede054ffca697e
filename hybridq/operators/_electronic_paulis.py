"""Molecular integrals to Pauli terms, on whole arrays."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.operators import _masks
from hybridq.operators._masks import Masks
from hybridq.operators.mappings import Encoding, encoding
from hybridq.operators.pauli_sum import PauliSum

_DROPPED = 1e-12


class _Terms(NamedTuple):
    """Terms s X^x Z^z with real s; shapes (..., words), (..., words) and (...)."""

    x: Masks
    z: Masks
    s: NDArray[np.float64]

    def at(self, index: Any) -> _Terms:
        return _Terms(self.x[index], self.z[index], self.s[index])


def electronic_pauli_sum(
    constant: float, one_body: NDArray[np.float64], two_body: NDArray[np.float64], mapping: str
) -> PauliSum:
    r"""Return the Hamiltonian of `ElectronicHamiltonian` as a Pauli sum.

    With the pairs A = (p ≤ q) and :math:`S_A = E_{pq} + E_{qp}` (:math:`S_{pp} = E_{pp}`),

    .. math:: H = c + \sum_{\sigma A} (h_A - \tfrac12 \textstyle\sum_r (pr|rq))\, S^\sigma_A
        + \tfrac12 \sum_{\sigma\tau AB} (A|B)\, S^\sigma_A S^\tau_B,

    where each S is two Pauli terms, and of a product of two S of one spin only the pairs of
    terms that commute are left in the sum.
    """
    m = one_body.shape[1]
    n_pairs = m * (m + 1) // 2
    # Per product of two pairs four terms: two masks, a coefficient, and their sorted copies.
    words = _masks.n_words(2 * m)
    memory.require(
        8 * n_pairs**2 * (64 * words + 64),
        f"the Pauli terms of {m} orbitals",
        "use fewer orbitals (an active space), or the sector engine",
    )
    modes = encoding(mapping, 2 * m)
    p, q = np.triu_indices(m)
    hops = [_hops(modes, p + shift, q + shift) for shift in (0, m)]
    zero = np.zeros((1, words), dtype=np.uint64)
    parts = [_Terms(zero, zero, np.array([constant]))]
    for spin, hop in enumerate(hops):
        exchange = np.einsum("prrq->pq", two_body[2 * spin])
        weights = (one_body[spin] - 0.5 * exchange)[p, q]
        parts.append(hop._replace(s=hop.s * weights[:, None]))
        parts.append(_same_spin(hop, two_body[2 * spin][p, q][:, p, q]))
    parts.append(_products(hops[0], hops[1], two_body[1][p, q][:, p, q]))
    x = np.concatenate([part.x.reshape(-1, words) for part in parts])
    z = np.concatenate([part.z.reshape(-1, words) for part in parts])
    c = np.concatenate([part.s.ravel() for part in parts])
    # X^x Z^z = (-i)^{|x & z|} P, and |x & z| is even in every hermitian real term.
    signs = 1.0 - (_masks.popcount(x & z) & 2)
    return PauliSum(2 * m, x, z, c * signs).simplify(_DROPPED)


def _hops(modes: Encoding, p: NDArray[np.int64], q: NDArray[np.int64]) -> _Terms:
    """Return S of each pair, two terms each: (pairs, 2, words) and (pairs, 2).

    Off the diagonal (d_p c_q - c_p d_q) / 2 with the Majorana operators c = a + a† and
    d = a† - a; on it (1 - Z^f) / 2.
    """
    u, f = modes.update, modes.occupation
    c_z = modes.parity
    d_z = c_z ^ f
    x = np.repeat((u[p] ^ u[q])[:, None], 2, axis=1)
    z = np.stack((d_z[p] ^ c_z[q], c_z[p] ^ d_z[q]), axis=1)
    # Moving Z^{z_p} past X^{u_q} gives a sign.
    s = np.stack((_sign(d_z[p], u[q]), -_sign(c_z[p], u[q])), axis=1) * 0.5
    same = p == q
    x[same] = 0
    z[same, 0] = 0
    z[same, 1] = f[p[same]]
    s[same] = (0.5, -0.5)
    return _Terms(x, z, s)


def _sign(z: Masks, x: Masks) -> NDArray[np.float64]:
    return np.where(_masks.popcount(z & x) & 1, -1.0, 1.0)


def _same_spin(hops: _Terms, couplings: NDArray[np.float64]) -> _Terms:
    """Return half the sum of (A|B) S_A S_B over one spin, from the pairs A ≤ B."""
    weights = np.triu(couplings)
    np.fill_diagonal(weights, 0.5 * weights.diagonal())
    # Terms that anticommute cancel against those of S_B S_A.
    return _products(hops, hops, weights, only_commuting=True)


def _products(
    left: _Terms, right: _Terms, weights: NDArray[np.float64], *, only_commuting: bool = False
) -> _Terms:
    """Return the terms of the sum of weights[A, B] S_A S_B.

    Optionally only the commuting pairs of terms.
    """
    a, b = np.nonzero(weights)
    one, two = left.at((a, slice(None), None)), right.at((b, None))
    signs = one.s * two.s * _sign(one.z, two.x) * weights[a, b][:, None, None]
    product = _Terms(one.x ^ two.x, one.z ^ two.z, signs)
    if only_commuting:
        return product.at(~_masks.anticommuting(one.x, one.z, two.x, two.z))
    return product
