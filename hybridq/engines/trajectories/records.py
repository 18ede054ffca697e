r"""Records of errors, stratified by the number of errors.

.. math:: E = P_0 E_0 + \sum_{\text{one error}} p_e E_e + P_{\ge 2} \langle E \rangle_{\ge 2}

The first two terms are exact; records of the last are drawn on the condition of two errors or more.

A channel is a sum of operators that are chosen with fixed probabilities. Those of Pauli errors are
unitary; those of others change the norm of the state, by which its contribution is weighed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.noisy_gates import NoisyGate
from hybridq.noise import Channel
from hybridq.noise.base import paulis

Vector = NDArray[np.float64]
Amplitudes = NDArray[np.complex128]

_NEVER = 1e-18  # probabilities of rounding errors


@dataclass(frozen=True, eq=False)
class Site:
    """A channel of a circuit, with operators that are chosen with fixed probabilities.

    Attributes:
        gate: number of the gate before it.
        qubits: it acts on these.
        operators: that of no error, then those of the errors, each divided by the root of its
            probability, shape (k, 2**m, 2**m).
        chances: probability of each error, shape (k,), 0 for none.
        error: probability of any.
        unitary: whether all operators are unitary, as Paulis are.
    """

    gate: int
    qubits: tuple[int, ...]
    operators: Amplitudes
    chances: Vector
    error: float
    unitary: bool

    @cached_property
    def below(self) -> Vector:
        """Probability of each error and of those before it, shape (k,).

        It is infinite from the last error on, so that rounding does not go beyond that.
        """
        found = np.cumsum(self.chances)
        found[int(self.chances.nonzero()[0].max(initial=0)) :] = np.inf
        return found


Record = tuple[tuple[int, int], ...]
"""Errors in the order of the circuit: number of the site and of its Pauli."""


@dataclass(frozen=True, eq=False)
class Strata:
    """Records and their weights.

    Attributes:
        exact: records that are enumerated; none without errors first.
        weights: their probabilities.
        drawn: records of the rest, equally likely.
        rest: probability of the rest.
    """

    exact: tuple[Record, ...]
    weights: Vector
    drawn: tuple[Record, ...]
    rest: float


def sites_of(gates: Sequence[NoisyGate]) -> list[Site]:
    """Return the channels of a circuit with errors, independent ones by qubit."""
    found = []
    for number, noisy in enumerate(gates):
        qubits = noisy.gate.qubits
        for channel in noisy.channels:
            each = channel.factors(len(qubits))
            if each is None:
                found.append(_site(number, qubits, *_operators(channel, len(qubits))))
            else:
                found += [
                    _site(number, (qubit,), *_operators(part, 1))
                    for qubit, part in zip(qubits, each, strict=True)
                ]
    return [site for site in found if site is not None]


def _site(
    gate: int, qubits: tuple[int, ...], operators: Amplitudes, chances: Vector, unitary: bool
) -> Site | None:
    """Return a site of a channel, None where nothing happens."""
    errors = chances.copy()
    errors[0] = 0.0
    if unitary and not errors.any():
        return None
    return Site(gate, qubits, operators, errors, float(errors.sum()), unitary)


@lru_cache(maxsize=1024)
def _operators(channel: Channel, n_qubits: int) -> tuple[Amplitudes, Vector, bool]:
    r"""Return operators A_k, probabilities q_k, and whether the operators are unitary.

    The channel is :math:`\sum_k q_k A_k \rho A_k^\dagger`. Of a mixture of Paulis the q_k are
    its own; otherwise the A_k are orthogonal, and q_k is the probability of k in the mixed state.
    """
    chances = channel.pauli_probabilities(n_qubits)
    if chances is not None:
        return paulis(n_qubits), chances, True
    kraus = channel.kraus(n_qubits)
    # Orthogonal operators, the largest first: it is near the identity where noise is weak.
    _, weights, rows = np.linalg.svd(kraus.reshape(len(kraus), -1), full_matrices=False)
    chances = weights**2 / kraus.shape[1]
    kept = chances > _NEVER
    size = kraus.shape[1]
    return np.sqrt(size) * rows[kept].reshape(-1, size, size), chances[kept], False


def stratified(sites: Sequence[Site], drawn: int, rng: np.random.Generator) -> Strata:
    """Return the records of a circuit: few errors enumerated, more of them drawn.

    Args:
        sites: of the circuit.
        drawn: the number of records to draw. Single errors are enumerated if they are at most as
            many; otherwise they are drawn too.
        rng: source of the records.
    """
    stay = np.array([1.0 - site.error for site in sites])
    before = np.concatenate([[1.0], np.cumprod(stay)])
    after = np.concatenate([np.cumprod(stay[::-1])[::-1], [1.0]])
    exact: list[Record] = [()]
    weights = [float(before[-1])]
    singles = sum(int(np.count_nonzero(site.chances)) for site in sites)
    least = 1
    if singles <= drawn:
        least = 2
        for number, site in enumerate(sites):
            alone = float(before[number] * after[number + 1])
            for error in np.flatnonzero(site.chances).tolist():
                exact.append(((number, error),))
                weights.append(alone * float(site.chances[error]))
    rest = at_least(sites, least)[0, least]
    records = conditioned(sites, least, drawn, rng) if rest > 0.0 else []
    return Strata(tuple(exact), np.array(weights), tuple(records), float(rest))


def at_least(sites: Sequence[Site], least: int) -> Vector:
    """Return P(at least j errors from site s on), shape (sites + 1, least + 1)."""
    found = np.zeros((len(sites) + 1, least + 1))
    found[:, 0] = 1.0
    for number in reversed(range(len(sites))):
        error = sites[number].error
        for j in range(1, least + 1):
            found[number, j] = (
                error * found[number + 1, j - 1] + (1.0 - error) * found[number + 1, j]
            )
    return found


def conditioned(
    sites: Sequence[Site], least: int, count: int, rng: np.random.Generator
) -> list[Record]:
    """Return records drawn on the condition of at least so many errors.

    Each site has an error with its probability given the errors that are still missing.

    Args:
        sites: of the circuit.
        least: the smallest number of errors, of positive probability.
        count: the number of records.
        rng: source of the records.
    """
    tail = at_least(sites, least)
    missing = np.full(count, least)
    records: list[list[tuple[int, int]]] = [[] for _ in range(count)]
    for number, site in enumerate(sites):
        fewer = np.maximum(missing - 1, 0)
        chance = site.error * tail[number + 1, fewer] / tail[number, missing]
        hit = np.flatnonzero(rng.random(count) < chance)
        errors = np.searchsorted(site.below, site.error * rng.random(len(hit)), side="right")
        for row, error in zip(hit.tolist(), errors.tolist(), strict=True):
            records[row].append((number, error))
        missing[hit] = fewer[hit]
    return [tuple(record) for record in records]
