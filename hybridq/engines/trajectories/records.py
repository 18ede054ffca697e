r"""Records of Pauli errors, stratified by the number of errors.

.. math:: E = P_0 E_0 + \sum_{\text{one error}} p_e E_e + P_{\ge 2} \langle E \rangle_{\ge 2}

The first two terms are exact; records of the last are drawn on the condition of two errors or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import EngineError, Setting
from hybridq.engines.noisy_gates import NoisyGate

Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Site:
    """A channel of a circuit.

    Attributes:
        gate: number of the gate before it.
        qubits: of that gate.
        chances: of each error, its Paulis as in `hybridq.noise.base.paulis`, shape (4**k,), 0 for
            none.
        error: probability of any.
    """

    gate: int
    qubits: tuple[int, ...]
    chances: Vector
    error: float


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
    """Return the channels of a circuit that have errors.

    Raises:
        EngineError: a channel is not a mixture of Paulis.
    """
    found = []
    for number, noisy in enumerate(gates):
        for channel in noisy.channels:
            chances = channel.pauli_probabilities(len(noisy.gate.qubits))
            if chances is None:
                raise EngineError(
                    f"the trajectories engine takes Pauli errors, and {channel.kind} noise has "
                    "others",
                    argument="noise",
                    remedy=(
                        "use its Pauli twirl, hybridq.noise.twirled(channel), or ",
                        Setting("engine", "density"),
                    ),
                )
            errors = chances.copy()
            errors[0] = 0.0
            if errors.any():
                found.append(Site(number, noisy.gate.qubits, errors, float(errors.sum())))
    return found


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
        errors = rng.choice(len(site.chances), size=len(hit), p=site.chances / site.error)
        for row, error in zip(hit.tolist(), errors.tolist(), strict=True):
            records[row].append((number, error))
        missing[hit] = fewer[hit]
    return [tuple(record) for record in records]
