"""Representations of a cost in the diagonal engine, and the choice among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybridq.core.errors import ParameterError
from hybridq.engines.diagonal import workspace
from hybridq.engines.diagonal.kernels.levels_simd import FEW
from hybridq.engines.diagonal.kernels.phases import LEVELS, QUADRATIC, STORED, Cost
from hybridq.operators.ising import Ising
from hybridq.operators.terms import HigherTerms

MOST_LEVELS = 2**16

MOST_PICKED_BITS = 15
"""States of up to this many bits multiply by phases that are picked from a short list. Of 13 bits
they took 0.88 of the time, of 15 bits 0.95, and larger ones gained nothing (one core of an AMD
EPYC, 2026-12-01)."""

MOST_BLOCK_LEVELS = 1024
"""Longest list of phases that is made for each layer of a state of one block."""


@dataclass(frozen=True)
class CostPlan:
    """Representation of a cost, chosen before anything is allocated.

    Attributes:
        ising: the cost over the simulated bits.
        bits: the number of simulated bits.
        symmetric: whether they are half of a spin-flip symmetric state of one more qubit.
        stored_bytes: peak memory of storing the diagonal, 0 where it is not stored.
        share: the part of the state that is simulated, in words; empty for all of it.
        storage: the representation and its reason, in words.
    """

    ising: Ising
    bits: int
    symmetric: bool
    stored_bytes: int
    share: str
    storage: str


def _has_few_levels(ising: Ising) -> bool:
    """Return whether phases of the levels are faster than products of terms."""
    if not ising.is_integer or ising.n_qubits > MOST_PICKED_BITS:
        return False
    levels = 2.0 * float(np.abs(ising.coefficients).sum()) + 1.0
    return levels <= (FEW if ising.n_qubits > workspace.ONE_BLOCK_BITS else MOST_BLOCK_LEVELS)


def plan_cost(ising: Ising) -> CostPlan:
    """Return the cheapest exact representation of `ising`."""
    symmetric = not ising.has_odd_terms and ising.n_qubits > 1
    reduced = fix_last_spin(ising) if symmetric else ising
    bits = reduced.n_qubits
    if reduced.is_quadratic and not _has_few_levels(reduced):
        stored, how = 0, "quadratic cost, nothing stored"
    elif reduced.is_integer:
        stored, how = 10 << bits, "integer cost, stored as level numbers"
    else:
        stored, how = 16 << bits, "real cost of higher order, stored"
    share = ""
    if symmetric:
        share = f"spin-flip symmetric, half the state ({bits} of {ising.n_qubits} qubits)"
    return CostPlan(reduced, bits, symmetric, stored, share, how)


def fix_last_spin(ising: Ising) -> Ising:
    """Return `ising` with the last spin fixed to +1, over one spin fewer.

    A spin-flip symmetric cost keeps all its energies.
    """
    last = ising.n_qubits - 1
    linear = ising.linear[:last].copy()
    touches = (ising.pairs == last).any(axis=1)
    np.add.at(linear, ising.pairs[touches].min(axis=1), ising.couplings[touches])
    constant = ising.constant + float(ising.linear[last])
    pairs, couplings = ising.pairs[~touches], ising.couplings[~touches]
    higher = []
    for spins, values in ising.higher_groups:
        holds = spins[:, -1] == last  # the spins of a term ascend
        higher.append((spins[~holds], values[~holds]))
        shorter = spins[holds, :-1], values[holds]
        if spins.shape[1] > 3:
            higher.append(shorter)
        else:
            pairs = np.concatenate([pairs, shorter[0]])
            couplings = np.concatenate([couplings, shorter[1]])
    return Ising(last, constant, linear, pairs, couplings, HigherTerms(higher))


def build_cost(plan: CostPlan) -> Cost:
    """Return the cost in the form that the kernels take."""
    ising = plan.ising
    # Level numbers have one type, so that the kernels compile once for all costs.
    no_index, no_levels = np.zeros(0, dtype=np.uint16), np.zeros(0)
    none, no_linear, no_pairs = np.zeros(2), np.zeros((2, 0)), np.zeros((0, 0))
    if ising.is_quadratic and not plan.stored_bytes:
        constant, linear, pairs = quadratic_in_bits(ising)
        flipped_constant, flipped_linear, _ = quadratic_in_bits(ising, -1.0)
        constants = np.array([constant, flipped_constant])
        linears = np.array([linear, flipped_linear])
        return Cost(QUADRATIC, constants, linears, pairs, no_index, no_levels)
    diagonal = ising.to_pauli_sum().diagonal()
    if ising.is_integer:
        low, high = float(diagonal.min()), float(diagonal.max())
        if high - low < MOST_LEVELS:
            levels = low + np.arange(round(high - low) + 1, dtype=np.float64)
            diagonal -= low
            np.rint(diagonal, out=diagonal)
            numbers = diagonal.astype(np.uint16)
            return Cost(LEVELS, none, no_linear, no_pairs, numbers, levels)
    return Cost(STORED, none, no_linear, no_pairs, no_index, diagonal)


def whole_levels(ising: Ising) -> tuple[float, int]:
    """Return the lowest possible value of a whole-numbered cost, and their number.

    Raises:
        ParameterError: the values do not differ by integers, or are too many to list.
    """
    reach = float(np.abs(ising.coefficients).sum())
    if not ising.is_integer or 2 * reach > MOST_LEVELS:
        raise ParameterError(
            "the exact distribution is for costs whose values differ by whole numbers, at "
            f"most {MOST_LEVELS} apart",
            argument="hamiltonian",
            remedy="draw samples instead",
        )
    # With every spin up all terms add up, and every value is a whole number from there.
    top = ising.constant + float(ising.coefficients.sum())
    return float(top - np.floor(top - (ising.constant - reach))), int(2 * reach) + 2


def quadratic_in_bits(
    ising: Ising, sign: float = 1.0
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """Return constant, linear and pair coefficients of E over bits.

    Of E(z), and with a sign of −1 of E(~z). Bits z and spins s are related by s = 1 − 2z.
    """
    couplings = np.zeros((ising.n_qubits, ising.n_qubits))
    first, second = ising.pairs.T
    couplings[first, second] = couplings[second, first] = ising.couplings
    fields = sign * ising.linear
    constant = ising.constant + float(fields.sum() + ising.couplings.sum())
    return constant, -2.0 * fields - 2.0 * couplings.sum(axis=1), 4.0 * couplings
