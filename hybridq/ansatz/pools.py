"""Pools of excitations for adaptive ansätze."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import combinations, combinations_with_replacement, product
from typing import TypeAlias

import numpy as np

from hybridq.ansatz.electrons import Electrons, ElectronsLike, excitation_name
from hybridq.circuits.instructions import Angle, Excitation, Transition
from hybridq.core.errors import ParameterError, Setting
from hybridq.core.registry import Registry
from hybridq.operators.fermion import FermionSum

Terms: TypeAlias = tuple[tuple[float, Transition], ...]
Pool: TypeAlias = "tuple[PoolOperator, ...]"


@dataclass(frozen=True)
class PoolOperator:
    r"""An operator A to append as :math:`e^{\theta A}`.

    .. math:: A = \sum_j c_j (T_j - T_j^\dagger)

    Args:
        name: unique in its pool, such as ``"0a 0b -> 1a 1b"``; stored runs refer to it.
        terms: (c_j, T_j) pairs.
    """

    name: str
    terms: Terms

    def excitation(self, angle: Angle | None = None) -> Excitation:
        r"""Return the instruction :math:`e^{\theta A}` with θ the `angle`, 0 by default."""
        return Excitation(self.terms, angle or Angle())


def sd_pool(source: ElectronsLike) -> Pool:
    """Return all spin-conserving singles and doubles of the reference determinant.

    Open shells are accepted. Fermionic, one term of coefficient 1 each.
    """
    electrons = Electrons.of(source)
    return _one_term_each([*electrons.singles(), *electrons.doubles()], electrons)


def generalized_sd_pool(source: ElectronsLike) -> Pool:
    """Return all spin-conserving singles and doubles between any modes."""
    electrons = Electrons.of(source)
    m = electrons.n_orbitals
    spins = [range(m), range(m, 2 * m)]
    found = [Transition((q,), (p,)) for spin in spins for p, q in combinations(spin, 2)]
    pairs: list[list[tuple[int, int]]] = [list(combinations(spin, 2)) for spin in spins]
    pairs.append([(a, b) for a in spins[0] for b in spins[1]])
    for kind in pairs:
        found += [
            Transition(created, annihilated[::-1])
            for annihilated, created in combinations(kind, 2)
            if not set(created) & set(annihilated)
        ]
    return _one_term_each(found, electrons)


def qubit_sd_pool(source: ElectronsLike) -> Pool:
    """Return `sd_pool` without the fermionic signs."""
    return _qubits(sd_pool(source))


def qubit_generalized_sd_pool(source: ElectronsLike) -> Pool:
    """Return `generalized_sd_pool` without the fermionic signs.

    Source: Yordanov, Armaos, Barnes, Arvidsson-Shukur 2021, arXiv:2011.10540.
    """
    return _qubits(generalized_sd_pool(source))


def _one_term_each(transitions: Iterable[Transition], electrons: Electrons) -> Pool:
    return tuple(
        PoolOperator(excitation_name(t.created, t.annihilated, electrons.n_orbitals), ((1.0, t),))
        for t in transitions
    )


def _qubits(pool: Pool) -> Pool:
    return tuple(
        replace(operator, terms=tuple((c, replace(t, fermionic=False)) for c, t in operator.terms))
        for operator in pool
    )


def singlet_gsd_pool(source: ElectronsLike) -> Pool:
    r"""Return all generalized singles and doubles that conserve S².

    Singles are :math:`E_{qp}` for p < q. Doubles take pairs of orbitals p ≤ q to r ≤ s,

    .. math:: \sum_{\sigma\tau} c_{\sigma\tau}\, a^\dagger_{r\sigma} a_{p\sigma}
              a^\dagger_{s\tau} a_{q\tau} + \sum_{\sigma\ne\tau} d\, a^\dagger_{r\sigma}
              a_{p\tau} a^\dagger_{s\tau} a_{q\sigma},

    coupled to a triplet pair (:math:`c_{\sigma\sigma} = 2, c_{\sigma\ne\tau} = d = 1`) or to a
    singlet pair (:math:`0, 1, -1`), less the adjoint. In normal order, one-body terms of shared
    indices included, the squares of the coefficients of each operator add up to 1; those that
    vanish are left out. The order is that of the source, so that ties are broken as there.

    Raises:
        ParameterError: the orbitals of α and β differ.

    Source: Grimsley, Economou, Barnes, Mayhall 2019, arXiv:1812.11173.
    """
    electrons = Electrons.of(source)
    if electrons.electronic is not None and not electrons.electronic.is_restricted:
        raise ParameterError(
            "the pool 'gsd' conserves the spin of orbitals that alpha and beta share, and these "
            "are unrestricted",
            argument="pool",
            value="gsd",
            remedy=("use ", Setting("pool", "spin-orbital-gsd"), " or ", Setting("pool", "sd")),
        )
    m = electrons.n_orbitals
    operators = []
    for p, q in combinations(range(m), 2):
        single = [(((s + q, 1), (s + p, 0)), 1.0) for s in (0, m)]
        half = FermionSum.from_terms(2 * m, single)
        operators.append(PoolOperator(f"{p} -> {q}", _normalized(half)))
    pairs = list(combinations_with_replacement(range(m), 2))
    for (p, q), (r, s) in combinations_with_replacement(pairs, 2):
        for coupling, (same, direct, exchange) in _COUPLINGS.items():
            double = FermionSum.from_terms(2 * m, _double(m, p, q, r, s, same, direct, exchange))
            terms = _normalized(double)
            if terms:
                operators.append(PoolOperator(f"{p} {q} -> {r} {s} {coupling}", terms))
    return tuple(operators)


# pair coupling -> coefficients of equal spins, opposite spins, and exchanged opposite spins
_COUPLINGS = {"triplet": (2.0, 1.0, 1.0), "singlet": (0.0, 1.0, -1.0)}


def _double(
    m: int, p: int, q: int, r: int, s: int, same: float, direct: float, exchange: float
) -> list[tuple[tuple[tuple[int, int], ...], float]]:
    terms: list[tuple[tuple[tuple[int, int], ...], float]] = []
    for spin, other in product((0, m), (0, m)):
        plain = ((r + spin, 1), (p + spin, 0), (s + other, 1), (q + other, 0))
        terms.append((plain, same if spin == other else direct))
        if spin != other:
            crossed = ((r + spin, 1), (p + other, 0), (s + other, 1), (q + spin, 0))
            terms.append((crossed, exchange))
    return terms


def _normalized(half: FermionSum) -> Terms:
    """Return `half` minus its adjoint as transitions, normalized in normal order."""
    whole = (half - half.dagger()).normal_ordered(1e-12)
    norm = np.sqrt(sum(abs(c) ** 2 for c in whole.terms.values()))
    terms = []
    for ladder, c in whole.terms.items():
        created = [mode for mode, action in ladder if action]
        annihilated = [mode for mode, action in ladder if not action]
        if created > annihilated:  # of T and its adjoint, the one that raises
            sign, transition = _transition(created, annihilated)
            terms.append((float(sign * c.real / norm), transition))
    return tuple(sorted(terms, key=lambda term: (term[1].created, term[1].annihilated)))


def _transition(created: list[int], annihilated: list[int]) -> tuple[int, Transition]:
    """Return a normal-ordered product as a sign and a transition.

    At most one mode is both created and annihilated.
    """
    shared = [mode for mode in created if mode in annihilated]
    if not shared:
        return 1, Transition(tuple(created), tuple(annihilated))
    # a†_k a†_c a_a a_k = n_k a†_c a_a
    (k,) = shared
    (c,) = [mode for mode in created if mode != k]
    (a,) = [mode for mode in annihilated if mode != k]
    sign = (1 if k == created[0] else -1) * (1 if k == annihilated[1] else -1)
    return sign, Transition((c,), (a,), controls=(k,))


POOLS: Registry[Callable[[ElectronsLike], Pool]] = Registry(
    "pool",
    {
        "sd": sd_pool,
        "gsd": singlet_gsd_pool,
        "spin-orbital-gsd": generalized_sd_pool,
        "qubit-sd": qubit_sd_pool,
        "qubit-gsd": qubit_generalized_sd_pool,
    },
    aliases={"qubit": "qubit-gsd", "singlet-gsd": "gsd"},
)
