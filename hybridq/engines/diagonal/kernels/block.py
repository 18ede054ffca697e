"""QAOA of a state of one block: all layers in one thread's cache."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hybridq.core.emit import VECTOR_BYTES
from hybridq.core.jit import jit
from hybridq.engines.diagonal.kernels.butterflies import adjoint_block, rotate_block
from hybridq.engines.diagonal.kernels.chunks import CHUNK, CHUNK_BITS, vector_length
from hybridq.engines.diagonal.kernels.levels_simd import FEW
from hybridq.engines.diagonal.kernels.phases import (
    LEVELS,
    QUADRATIC,
    STORED,
    Cost,
    block_apply_cost,
    block_energy_of,
    block_undo,
    cost_table,
    double_products,
    level_phases,
    line_costs,
    line_phases,
    multiply,
    multiply_few,
    multiply_levels,
    phase_factors,
    phase_of,
    phase_table,
    undo_levels,
)
from hybridq.engines.diagonal.kernels.spin_flip import (
    adjoint_complements,
    complement_sign,
    parity_sign,
    rotate_complement_chunks,
    rotate_complements,
)


class BlockSpace(NamedTuple):
    """Working arrays of one thread, of the dtype of the state unless stated otherwise.

    Attributes:
        table: phases of one layer, shape (2, 2**m).
        levels: phases of the levels of a stored cost, shape (2, ≥ levels), see `level_phases`.
        factors: pair phases of one layer, float64, shape (2, m, m).
        costs: cost of each z, shape (2**m,).
        held: 0 where `costs` holds E(z), 1 where it holds E(~z), else −1; int64, shape (1,).
        total: accumulator of the adjoint rotation, at least a vector.
        signs: (−1)^{|v|} for one chunk.
        ones, zeros: CHUNK ones and CHUNK zeros.
        qubits: 0 … m − 1, int64.
    """

    table: NDArray[np.floating]
    levels: NDArray[np.floating]
    factors: NDArray[np.float64]
    costs: NDArray[np.floating]
    held: NDArray[np.int64]
    total: NDArray[np.floating]
    signs: NDArray[np.floating]
    ones: NDArray[np.floating]
    zeros: NDArray[np.floating]
    qubits: NDArray[np.int64]


@jit(internal=True)
def mixer_of(beta, levels):
    """Return (tan β′, cos(β′)**levels, flips) of a mixer's angle β.

    Here |tan β′| ≤ 1 and β = β′ + flips · π/2 (mod π).

    The rotation by π/2 is the product of X over all qubits, which flips every bit; the caller
    flips the bits of the cost instead.
    """
    tangent = math.tan(beta)
    flips = abs(tangent) > 1.0
    if flips:
        tangent = -1.0 / tangent
    return tangent, (1.0 / math.sqrt(1.0 + tangent * tangent)) ** levels, flips


@jit(internal=True)
def fill_start(re, im, at, bits, amplitude, quarter):
    """Fill 2**bits amplitudes with i^{|z| + quarter} · amplitude, the frame's |+…+⟩."""
    quarter = quarter & 3
    re[at] = amplitude if quarter == 0 else (-amplitude if quarter == 2 else 0.0)
    im[at] = amplitude if quarter == 1 else (-amplitude if quarter == 3 else 0.0)
    for bit in range(bits):
        double_products(re, im, at, 1 << bit, 0.0, 1.0)


@jit(internal=True)
def _fill_table(bits, gamma, scale, flipped, cost, space):
    """Fill the table with this layer's phase, times `scale`."""
    re, im = space.table[0], space.table[1]
    if cost.kind == QUADRATIC:
        flip = 1 if flipped else 0
        factor_re, factor_im = space.factors[0], space.factors[1]
        phase_factors(gamma, cost.linear[flip], cost.pairs, factor_re, factor_im)
        c, s = phase_of(gamma, cost.constant[flip])
        phase_table(re, im, space.qubits, 0, factor_re, factor_im, scale * c, scale * s)
        return
    if cost.kind == LEVELS:
        level_phases(cost.levels, gamma, scale, space.levels[0], space.levels[1])
    line_phases(re, im, 1 << bits, cost, 0, flipped, gamma, scale, space.levels[0], space.levels[1])


@jit(internal=True)
def _multiply_phases(re, im, bits, gamma, scale, flipped, cost, space):
    """Multiply a state by one layer's phase, times `scale`."""
    if cost.kind == LEVELS and VECTOR_BYTES and 1 << bits >= vector_length(re):
        level_re, level_im = space.levels[0], space.levels[1]
        level_phases(cost.levels, gamma, scale, level_re, level_im)
        multiply_levels(re, im, 0, 1 << bits, cost, 0, flipped, level_re, level_im)
        return
    _fill_table(bits, gamma, scale, flipped, cost, space)
    multiply(re, im, 0, 1 << bits, space.table[0], space.table[1], 0)


@jit(internal=True)
def fill_costs(bits, flipped, cost, space):
    """Fill ``space.costs``, unless it already holds these costs."""
    flip = 1 if flipped else 0
    if space.held[0] == flip:
        return
    space.held[0] = flip
    if cost.kind == QUADRATIC:
        linear = cost.linear[flip]
        cost_table(space.costs, space.qubits, 0, linear, cost.pairs, cost.constant[flip])
    else:
        line_costs(space.costs, 1 << bits, cost, 0, flipped)


@jit(internal=True)
def _undo_phases(bra_re, bra_im, re, im, bits, gamma, scale, flipped, cost, space):
    """Undo a layer's phase on bra and ket, times `scale`; return Re ⟨bra| −iH |ket⟩."""
    if cost.kind == LEVELS and cost.levels.shape[0] <= FEW and 1 << bits >= vector_length(re):
        level_re, level_im = space.levels[0], space.levels[1]
        level_phases(cost.levels, -gamma, scale, level_re, level_im)
        return undo_levels(
            bra_re, bra_im, re, im, 0, 1 << bits, cost, 0, flipped, level_re, level_im
        )
    fill_costs(bits, flipped, cost, space)
    _fill_table(bits, -gamma, scale, flipped, cost, space)
    return block_undo(
        bra_re, bra_im, re, im, 1 << bits, space.table[0], space.table[1], space.costs, space.ones,
        space.zeros,
    )  # fmt: skip


@jit(internal=True)
def _multiply_and_flip(re, im, bits, numbers, level_re, level_im, signs, tangent):
    """Apply phases of few levels and then `rotate_complements`, two chunks at a time.

    Args:
        re, im, bits, signs, tangent: as for `rotate_complements`; bits > CHUNK_BITS.
        numbers: for each z the number of its level.
        level_re, level_im: as `level_phases` fills them.
    """
    sign = tangent * complement_sign(bits)
    odd = bits % 2 == 1
    for part in range(1 << (bits - 1 - CHUNK_BITS)):
        low = part << CHUNK_BITS
        high = (1 << bits) - low - CHUNK
        multiply_few(re, im, low, CHUNK, numbers, low, False, level_re, level_im)
        multiply_few(re, im, high, CHUNK, numbers, high, False, level_re, level_im)
        t = re.dtype.type(sign * parity_sign(part))
        rotate_complement_chunks(re, im, low, high, signs, t, odd)


@jit(internal=True)
def _evolve(re, im, bits, symmetric, x, cost, space):
    """Run all layers from |+…+⟩; return True if all bits end flipped."""
    layers = x.shape[0] // 2
    levels = bits + 1 if symmetric else bits
    fill_start(re, im, 0, bits, 1.0 / math.sqrt(float(1 << bits)), 0)
    flipped = False
    for layer in range(layers):
        tangent, scale, flips = mixer_of(x[layers + layer], levels)
        if symmetric and bits > CHUNK_BITS and cost.kind == LEVELS and cost.levels.shape[0] <= FEW:
            level_re, level_im = space.levels[0], space.levels[1]
            level_phases(cost.levels, x[layer], scale, level_re, level_im)
            _multiply_and_flip(re, im, bits, cost.numbers, level_re, level_im, space.signs, tangent)
        else:
            _multiply_phases(re, im, bits, x[layer], scale, flipped, cost, space)
            if symmetric:
                rotate_complements(re, im, bits, space.signs, tangent)
        t = re.dtype.type(tangent)
        rotate_block(re, 0, bits, t)
        rotate_block(im, 0, bits, t)
        if flips and not symmetric:
            flipped = not flipped
    return flipped


@jit()
def block_evolve(ket, bits, symmetric, x, cost, space):
    """Run all layers from |+…+⟩; return True if all bits end flipped.

    Args:
        ket: the state in the frame of `butterflies`, float32 or float64, shape (2, 2**bits),
            overwritten.
        bits: log2 of the number of amplitudes, int64.
        symmetric: True where the state is one half of a spin-flip symmetric state of bits + 1
            qubits.
        x: γ_1 … γ_p, β_1 … β_p, float64, radians per unit of the cost and radians.
        cost: the fields of a `Cost` as a plain tuple, which Numba takes from Python in a fraction
            of the time of a named one.
        space: the fields of a `BlockSpace`, likewise.
    """
    return _evolve(ket[0], ket[1], bits, symmetric, x, Cost(*cost), BlockSpace(*space))


@jit()
def block_energy(ket, bits, symmetric, x, cost, space):
    """Return the expectation of the cost after all layers, float64.

    Args:
        ket, bits, symmetric, x, cost, space: as for `block_evolve`.
    """
    re, im, cost, space = ket[0], ket[1], Cost(*cost), BlockSpace(*space)
    flipped = _evolve(re, im, bits, symmetric, x, cost, space)
    fill_costs(bits, flipped, cost, space)
    return block_energy_of(re, im, 1 << bits, space.costs, space.zeros)


@jit()
def block_gradient(ket, bra, bits, symmetric, x, cost, measured, space, gradient):
    """Return the expectation of `measured`; write its derivatives to `gradient`.

    The derivatives are by the adjoint method.

    Args:
        ket, bits, symmetric, x, cost, space: as for `block_evolve`.
        bra: a second state, overwritten.
        measured: the cost whose expectation is returned, in the form of `cost`: that one, or
            another one that is stored.
        gradient: the derivatives by x, float64, shape (2p,), overwritten; in the units of
            `measured` per unit of x.
    """
    cost, measured, space = Cost(*cost), Cost(*measured), BlockSpace(*space)
    ket_re, ket_im, bra_re, bra_im = ket[0], ket[1], bra[0], bra[1]
    layers = x.shape[0] // 2
    levels = bits + 1 if symmetric else bits
    flipped = _evolve(ket_re, ket_im, bits, symmetric, x, cost, space)
    fill_costs(bits, flipped, cost, space)
    if measured.kind == STORED:
        line_costs(space.costs, 1 << bits, measured, 0, flipped)
        space.held[0] = -1
    value = block_apply_cost(bra_re, bra_im, ket_re, ket_im, 1 << bits, space.costs, space.zeros)
    for layer in range(layers - 1, -1, -1):
        tangent, scale, flips = mixer_of(x[layers + layer], levels)
        t = ket_re.dtype.type(-tangent)
        overlap = 0.0
        weight = 1.0
        if symmetric:
            overlap = adjoint_complements(
                bra_re, bra_im, ket_re, ket_im, bits, space.signs, -tangent
            )
            weight = 1.0 / (1.0 + tangent * tangent)
        elif flips:
            flipped = not flipped
        overlap += adjoint_block(bra_re, ket_re, 0, bits, t, weight, space.total)
        overlap += adjoint_block(bra_im, ket_im, 0, bits, t, weight, space.total)
        gradient[layers + layer] = 2.0 * overlap
        gradient[layer] = 2.0 * _undo_phases(
            bra_re, bra_im, ket_re, ket_im, bits, x[layer], scale, flipped, cost, space
        )
    return value
