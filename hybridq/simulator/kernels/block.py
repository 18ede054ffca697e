"""QAOA of a state that is one block: every layer in one thread's cache, many vectors at once."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq._jit import jit
from hybridq.simulator.kernels.butterflies import adjoint_block, rotate_block
from hybridq.simulator.kernels.mirror import couple_block, couple_block_overlap
from hybridq.simulator.kernels.phases import (
    LEVELS,
    QUADRATIC,
    cost_table,
    level_phases,
    multiply,
    multiply_levels,
    multiply_stored,
    phase_factors,
    phase_of,
    phase_table,
)
from hybridq.simulator.kernels.reductions import (
    cost_overlap,
    energy,
    scale_by_costs,
    stored_costs,
)
from hybridq.simulator.kernels.team import meet, share


class BlockSpace(NamedTuple):
    """Working arrays of one thread, of the dtype of the state unless said.

    Attributes:
        table: phases of one layer, shape (2, entries).
        factors: pair phases of one layer, float64, shape (2, m, m).
        costs: cost of each z, float64, shape (2**m,).
        total: accumulator of the adjoint rotation, at least a vector.
        signs: (−1)^{|v|} for one chunk.
        qubits: 0 … m − 1, int64.
    """

    table: NDArray[np.floating]
    factors: NDArray[np.float64]
    costs: NDArray[np.float64]
    total: NDArray[np.floating]
    signs: NDArray[np.floating]
    qubits: NDArray[np.int64]


@jit(internal=True)
def mixer_of(beta, levels):
    """(tan β′, cos(β′)**levels, parity) with |tan β′| ≤ 1 and β = β′ + parity · π/2 (mod π).

    The product of X over all qubits, which the quarter turn brings, flips every bit; the caller
    lets the cost do that instead.
    """
    tangent = math.tan(beta)
    parity = abs(tangent) > 1.0
    if parity:
        tangent = -1.0 / tangent
    return tangent, (1.0 / math.sqrt(1.0 + tangent * tangent)) ** levels, parity


@jit(internal=True)
def fill_start(re, im, at, bits, amplitude, quarter):
    """Fill 2**bits amplitudes with i^{|z| + quarter} · amplitude, the frame's |+…+⟩."""
    quarter = quarter & 3
    re[at] = amplitude if quarter == 0 else (-amplitude if quarter == 2 else 0.0)
    im[at] = amplitude if quarter == 1 else (-amplitude if quarter == 3 else 0.0)
    for bit in range(bits):
        size = 1 << bit
        for z in range(size):
            re[at + size + z] = -im[at + z]
            im[at + size + z] = re[at + z]


@jit(internal=True)
def _multiply_phase(re, im, bits, gamma, scale, flipped, cost, space, built):
    """Multiply the block by scale · e^{−iγE}; `built`: the table of this layer is there already."""
    table_re, table_im = space.table[0], space.table[1]
    flip = 1 if flipped else 0
    if cost.kind == QUADRATIC:
        if not built:
            phase_factors(gamma, cost.linear[flip], cost.pairs, space.factors[0], space.factors[1])
            c, s = phase_of(gamma, cost.constant[flip])
            phase_table(
                table_re,
                table_im,
                space.qubits,
                0,
                space.factors[0],
                space.factors[1],
                scale * c,
                scale * s,
            )
        multiply(re, im, 0, 1 << bits, table_re, table_im, 0)
    elif cost.kind == LEVELS:
        if not built:
            level_phases(cost.levels, gamma, scale, table_re, table_im)
        multiply_levels(re, im, 0, 1 << bits, cost.numbers, 0, flipped, table_re, table_im)
    else:
        multiply_stored(re, im, 0, 1 << bits, cost.levels, 0, flipped, gamma, scale)


@jit(internal=True)
def _fill_costs(bits, flipped, cost, space):
    if cost.kind == QUADRATIC:
        flip = 1 if flipped else 0
        cost_table(space.costs, space.qubits, 0, cost.linear[flip], cost.pairs, cost.constant[flip])
    else:
        stored_costs(space.costs, 1 << bits, cost, 0, flipped)


@jit()
def block_evolve(re, im, bits, symmetric, x, cost, space):
    """Run all layers from |+…+⟩; returns whether the state ends with all bits flipped.

    Args:
        re, im: the state in the frame of `butterflies`, shape (2**bits,), overwritten.
        symmetric: the state is the half of one of bits + 1 qubits.
        x: γ_1 … γ_p, β_1 … β_p.
    """
    layers = x.shape[0] // 2
    levels = bits + 1 if symmetric else bits
    fill_start(re, im, 0, bits, 1.0 / math.sqrt(float(1 << bits)), 0)
    flipped = False
    for layer in range(layers):
        tangent, scale, turned = mixer_of(x[layers + layer], levels)
        _multiply_phase(re, im, bits, x[layer], scale, flipped, cost, space, False)
        t = re.dtype.type(tangent)
        rotate_block(re, 0, bits, t)
        rotate_block(im, 0, bits, t)
        if symmetric:
            couple_block(re, im, bits, space.signs, t)
        elif turned:
            flipped = not flipped
    return flipped


@jit()
def block_energy(re, im, bits, symmetric, x, cost, space):
    """The expectation of the cost after all layers."""
    flipped = block_evolve(re, im, bits, symmetric, x, cost, space)
    _fill_costs(bits, flipped, cost, space)
    return energy(re, im, 0, 1 << bits, space.costs)


@jit()
def block_gradient(ket_re, ket_im, bra_re, bra_im, bits, symmetric, x, cost, space, gradient):
    """The expectation; its derivatives, by the adjoint method, into `gradient`."""
    layers = x.shape[0] // 2
    levels = bits + 1 if symmetric else bits
    flipped = block_evolve(ket_re, ket_im, bits, symmetric, x, cost, space)
    _fill_costs(bits, flipped, cost, space)
    value = energy(ket_re, ket_im, 0, 1 << bits, space.costs)
    scale_by_costs(bra_re, bra_im, ket_re, ket_im, 0, 1 << bits, space.costs)
    for layer in range(layers - 1, -1, -1):
        tangent, scale, turned = mixer_of(x[layers + layer], levels)
        t = ket_re.dtype.type(-tangent)
        overlap = 0.0
        weight = 1.0
        if symmetric:
            overlap = couple_block_overlap(bra_re, bra_im, ket_re, ket_im, bits, space.signs)
            couple_block(bra_re, bra_im, bits, space.signs, t)
            couple_block(ket_re, ket_im, bits, space.signs, t)
            weight = 1.0 / (1.0 + tangent * tangent)
        elif turned:
            flipped = not flipped
        overlap += adjoint_block(bra_re, ket_re, 0, bits, t, weight, space.total)
        overlap += adjoint_block(bra_im, ket_im, 0, bits, t, weight, space.total)
        gradient[layers + layer] = 2.0 * overlap
        if not symmetric and turned:
            _fill_costs(bits, flipped, cost, space)
        _multiply_phase(bra_re, bra_im, bits, -x[layer], scale, flipped, cost, space, False)
        _multiply_phase(ket_re, ket_im, bits, -x[layer], scale, flipped, cost, space, True)
        gradient[layer] = 2.0 * cost_overlap(
            bra_re, bra_im, ket_re, ket_im, 0, 1 << bits, space.costs
        )
    return value


@jit()
def block_energies(states, bits, symmetric, points, cost, spaces, values, counter, thread, threads):
    """`block_energy` at each row of `points`, each thread of a team its share of the rows.

    Args:
        states: one state a thread, shape (threads, 2, 2**bits).
        spaces: a `BlockSpace` whose arrays have a leading axis of threads.
        values: the results, shape (rows,).
    """
    space = BlockSpace(
        spaces.table[thread],
        spaces.factors[thread],
        spaces.costs[thread],
        spaces.total[thread],
        spaces.signs[thread],
        spaces.qubits[thread],
    )
    first, last = share(thread, threads, points.shape[0])
    for row in range(first, last):
        values[row] = block_energy(
            states[thread, 0], states[thread, 1], bits, symmetric, points[row], cost, space
        )
    meet(counter, threads)
