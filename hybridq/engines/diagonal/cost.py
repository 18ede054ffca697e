"""How the diagonal engine holds a cost: the choice that is made once, and the reason for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.diagonal.kernels.phases import LEVELS, QUADRATIC, STORED, Cost
from hybridq.operators.ising import Ising

MOST_LEVELS = 2**16


@dataclass(frozen=True)
class CostPlan:
    """What will be built for a cost, known before anything is allocated.

    Attributes:
        ising: the cost over the bits that are simulated.
        bits: how many those are.
        symmetric: whether they are half of a spin-flip symmetric state of one more qubit.
        stored_bytes: what storing the diagonal takes while it is made, 0 where none is stored.
        reason: why, in words.
    """

    ising: Ising
    bits: int
    symmetric: bool
    stored_bytes: int
    reason: str


def plan_cost(ising: Ising) -> CostPlan:
    """The cheapest faithful way to hold `ising`."""
    symmetric = not ising.has_odd_terms and ising.n_qubits > 1
    reduced = fix_last_spin(ising) if symmetric else ising
    bits = reduced.n_qubits
    if reduced.is_quadratic:
        stored, how = 0, "quadratic cost, nothing stored"
    elif reduced.is_integer:
        stored, how = 10 << bits, "integer cost of higher order, stored as level numbers"
    else:
        stored, how = 16 << bits, "real cost of higher order, stored"
    if symmetric:
        how = f"spin-flip symmetric, half the state ({bits} of {ising.n_qubits} qubits); {how}"
    return CostPlan(reduced, bits, symmetric, stored, how)


def fix_last_spin(ising: Ising) -> Ising:
    """`ising` with the last spin set to +1, over one spin fewer.

    The energies of a spin-flip symmetric cost lose nothing by it.
    """
    last = ising.n_qubits - 1
    linear = ising.linear[:last].copy()
    touches = (ising.pairs == last).any(axis=1)
    np.add.at(linear, ising.pairs[touches].min(axis=1), ising.couplings[touches])
    constant = ising.constant + float(ising.linear[last])
    pairs, couplings = ising.pairs[~touches], ising.couplings[~touches]
    higher = []
    for spins, coefficient in ising.higher:
        left = tuple(spin for spin in spins if spin != last)
        if len(left) == 2:
            pairs = np.concatenate([pairs, np.array([left], dtype=np.int64)])
            couplings = np.append(couplings, coefficient)
        else:
            higher.append((left, coefficient))
    return Ising(last, constant, linear, pairs, couplings, tuple(higher))


def build_cost(plan: CostPlan) -> Cost:
    """The cost as the kernels take it."""
    ising = plan.ising
    no_index, no_levels = np.zeros(0, dtype=np.uint16), np.zeros(0)
    none, no_linear, no_pairs = np.zeros(2), np.zeros((2, 0)), np.zeros((0, 0))
    if ising.is_quadratic:
        constant, linear, pairs = _in_bits(ising)
        return Cost(QUADRATIC, constant, linear, pairs, no_index, no_levels)
    diagonal = ising.to_pauli_sum().diagonal()
    if ising.is_integer:
        low, high = float(diagonal.min()), float(diagonal.max())
        if high - low < MOST_LEVELS:
            levels = low + np.arange(round(high - low) + 1, dtype=np.float64)
            diagonal -= low
            np.rint(diagonal, out=diagonal)
            index: NDArray[np.unsignedinteger]
            index = diagonal.astype(np.uint8) if len(levels) <= 256 else diagonal.astype(np.uint16)
            return Cost(LEVELS, none, no_linear, no_pairs, index, levels)
    return Cost(STORED, none, no_linear, no_pairs, no_index, diagonal)


def _in_bits(
    ising: Ising,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Constant, linear and pair coefficients over bits, s = 1 − 2z, of E(z) and of E(~z)."""
    couplings = np.zeros((ising.n_qubits, ising.n_qubits))
    first, second = ising.pairs.T
    couplings[first, second] = couplings[second, first] = ising.couplings
    constants, linears = [], []
    for sign in (1.0, -1.0):
        fields = sign * ising.linear
        constants.append(ising.constant + fields.sum() + ising.couplings.sum())
        linears.append(-2.0 * fields - 2.0 * couplings.sum(axis=1))
    return np.array(constants), np.array(linears), 4.0 * couplings
