"""Kernels of the diagonal engine, rotations apart, against their formulas."""

import math
from fractions import Fraction

import numpy as np
import pytest

from hybridq.core.arrays import aligned
from hybridq.core.emit import CHUNK
from hybridq.engines.diagonal import workspace
from hybridq.engines.diagonal.kernels import sampling, spin_flip
from hybridq.engines.diagonal.kernels.levels_simd import FEW
from hybridq.engines.diagonal.kernels.phases import (
    LEVELS,
    QUADRATIC,
    STORED,
    Cost,
    cost_table,
    level_phases,
    line_costs,
    line_phases,
    multiply_levels,
    phase_of,
    undo_levels,
)
from hybridq.engines.diagonal.kernels.strips import Scratch, Strip, apply_phase, strip_energy
from hybridq.engines.diagonal.kernels.tables import Phase, prepare_costs, prepare_phase
from hybridq.engines.kernels.team import slice_of
from tests.engines.kernels.compiled import DTYPES, TOLERANCE, compiled, parts, random_complex

PI = Fraction("3.14159265358979323846264338327950288419716939937510582097494459")
ALONE = np.zeros(1, np.int64), 0, 1  # counter, thread, threads of a single thread


def generator(state, bits):
    """(Gφ)(z) = i^{1−m} (−1)^{|z|} φ(~z)."""
    sign = 1.0 - 2.0 * (np.bitwise_count(np.arange(1 << bits)) & 1)
    return 1j ** ((1 - bits) % 4) * sign * state[::-1]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bits", range(1, 10))
def test_the_spin_flip_rotation_pairs_complements(bits, dtype):
    rng = np.random.default_rng(bits)
    ket, bra = (random_complex(rng, 1 << bits, dtype) for _ in range(2))
    signs = (1 - 2 * (np.bitwise_count(np.arange(CHUNK)).astype(int) & 1)).astype(dtype)
    tangent = 0.37

    re, im = parts(ket, dtype)
    compiled(spin_flip.rotate_complements)(re, im, bits, signs, tangent)
    expected = ket + tangent * generator(ket, bits)
    np.testing.assert_allclose(re + 1j * im, expected, atol=TOLERANCE[dtype])

    states = *parts(bra, dtype), *parts(ket, dtype)
    found = compiled(spin_flip.adjoint_complements)(*states, bits, signs, tangent)
    exact = np.vdot(bra, generator(ket, bits)).real
    assert found == pytest.approx(exact, abs=100 * TOLERANCE[dtype])
    np.testing.assert_allclose(states[2] + 1j * states[3], expected, atol=TOLERANCE[dtype])
    expected = bra + tangent * generator(bra, bits)
    np.testing.assert_allclose(states[0] + 1j * states[1], expected, atol=TOLERANCE[dtype])


@pytest.mark.parametrize(("gamma", "energy"), [(0.3, 1.7), (-2.5, 40.0), (123.4, 987.6)])
def test_a_phase_is_the_cosine_and_the_negative_sine_of_the_angle(gamma, energy):
    product = Fraction(gamma) * Fraction(energy)
    angle = float(product - round(product / (2 * PI)) * 2 * PI)
    rounding = 2.0**-52 * max(1.0, abs(gamma * energy))
    assert compiled(phase_of)(gamma, energy) == pytest.approx(
        (math.cos(angle), -math.sin(angle)), abs=rounding
    )


def random_cost(rng, bits):
    """A quadratic cost of `bits` bits, and its values at all z."""
    linear, constant = rng.normal(size=bits), rng.normal()
    pairs = np.triu(rng.normal(size=(bits, bits)), 1)
    pairs += pairs.T
    z = (np.arange(1 << bits)[:, None] >> np.arange(bits)) & 1
    values = constant + z @ linear + np.einsum("zi,ij,zj->z", z, np.triu(pairs, 1), z)
    flipped_linear = -linear - pairs.sum(axis=1)
    flipped_constant = constant + linear.sum() + np.triu(pairs, 1).sum()
    cost = Cost(
        QUADRATIC,
        np.array([constant, flipped_constant]),
        np.array([linear, flipped_linear]),
        pairs,
        np.zeros(0, np.uint8),
        np.zeros(0),
    )
    return cost, values


@pytest.mark.parametrize("bits", range(1, 8))
def test_a_cost_table_holds_the_cost_of_every_index(bits):
    cost, values = random_cost(np.random.default_rng(bits), bits)
    out = np.empty(1 << bits)
    compiled(cost_table)(out, np.arange(bits), 0, cost.linear[0], cost.pairs, cost.constant[0])
    np.testing.assert_allclose(out, values, atol=1e-12)


@pytest.mark.parametrize("flipped", [False, True])
def test_phases_of_a_stored_cost(flipped):
    values = np.random.default_rng(3).normal(size=32)
    cost = stored_cost(STORED, np.zeros(0, np.uint16), values)
    re, im = np.empty(8), np.empty(8)
    compiled(line_phases)(re, im, 8, cost, 4, flipped, 0.7, 0.5, np.empty(0), np.empty(0))
    energies = (values[::-1] if flipped else values)[4:12]
    np.testing.assert_allclose(re + 1j * im, 0.5 * np.exp(-0.7j * energies), atol=1e-14)


def stored_cost(kind, numbers, levels):
    """A cost that is stored."""
    return Cost(kind, np.zeros(2), np.zeros((2, 5)), np.zeros((5, 5)), numbers, levels)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("levels", [1, 7, 19, 32, 33, 150])
def test_phases_of_levels(levels, flipped, dtype):
    rng = np.random.default_rng(levels)
    listed = -3.5 + np.arange(levels)
    numbers = rng.integers(levels, size=512).astype(np.uint16)
    cost = stored_cost(LEVELS, numbers, listed)
    energies = listed[numbers[::-1] if flipped else numbers][128:192]
    phases = 0.5 * np.exp(-0.7j * energies)
    lists = aligned((2, 256), dtype)
    compiled(level_phases)(listed, 0.7, 0.5, lists[0], lists[1])

    re, im = np.empty((2, 64), dtype)
    compiled(line_phases)(re, im, 64, cost, 128, flipped, 0.7, 0.5, lists[0], lists[1])
    np.testing.assert_allclose(re + 1j * im, phases, atol=TOLERANCE[dtype])

    ket, bra = (random_complex(rng, 80, dtype) for _ in range(2))
    expected = np.array([ket, bra])
    expected[:, 8:72] *= phases
    states = *parts(bra, dtype), *parts(ket, dtype)
    where = 8, 64, cost, 128, flipped, lists[0], lists[1]
    compiled(multiply_levels)(states[2], states[3], *where)
    np.testing.assert_allclose(states[2] + 1j * states[3], expected[0], atol=TOLERANCE[dtype])
    if levels <= FEW:
        states = *parts(bra, dtype), *parts(ket, dtype)
        slope = compiled(undo_levels)(*states, *where)
        np.testing.assert_allclose(states[0] + 1j * states[1], expected[1], atol=TOLERANCE[dtype])
        np.testing.assert_allclose(states[2] + 1j * states[3], expected[0], atol=TOLERANCE[dtype])
        exact = np.vdot(expected[1, 8:72], energies * expected[0, 8:72]).imag
        assert slope == pytest.approx(exact, abs=1000 * TOLERANCE[dtype])


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("kind", [LEVELS, STORED])
def test_costs_of_a_stored_cost(kind, flipped):
    listed = 2.5 + np.arange(9)
    numbers = np.random.default_rng(5).integers(9, size=128).astype(np.uint16)
    values = listed[numbers]
    cost = stored_cost(kind, numbers, listed if kind == LEVELS else values)
    out = np.empty(64)
    compiled(line_costs)(out, 64, cost, 32, flipped)
    np.testing.assert_array_equal(out, (values[::-1] if flipped else values)[32:96])


@pytest.mark.parametrize("flipped", [False, True])
@pytest.mark.parametrize("by_rows", [True, False])
def test_phase_and_energy_of_a_strip_without_a_table_of_the_cost(by_rows, flipped):
    bits = 11
    rng = np.random.default_rng(4)
    cost, values = random_cost(rng, bits)
    if flipped:
        values = values[::-1]
    grid = workspace.choose_grid(bits, False, 8)
    tables = workspace.tables(grid, 0, np.float64)
    space = workspace.pass_space(grid, np.float64, 1)
    scratch_arrays = space.shared_phase[0], space.shared_cost[0], space.phases[0], space.costs[0]
    gamma, scale = 0.4, 0.8
    phase = Phase(gamma, scale, flipped)
    cube = np.arange(1 << bits).reshape(1 << grid.high, 1 << grid.middle, CHUNK)
    if by_rows:
        number, wide = 1, 0
        index = cube[number].ravel()
    else:
        number, wide = 2, 1
        index = cube[:, number : number + (1 << wide)].ravel()
    strip = Strip(by_rows, number, 0, wide, CHUNK << wide)
    state = random_complex(rng, len(index), np.float64)
    re, im = parts(state, np.float64)

    scratch = Scratch(*scratch_arrays, space.flat[0], space.flat[1])
    compiled(prepare_phase)(grid, cost, phase, tables)
    compiled(prepare_costs)(grid, cost, flipped, tables)
    compiled(apply_phase)(re, im, grid, strip, cost, phase, tables, scratch)
    expected = state * scale * np.exp(-1j * gamma * values[index])
    np.testing.assert_allclose(re + 1j * im, expected, atol=1e-12)
    energy = compiled(strip_energy)(re, im, grid, strip, cost, flipped, tables, scratch)
    assert energy == pytest.approx((np.abs(expected) ** 2 * values[index]).sum(), rel=1e-12)


def test_shots_fall_where_the_cumulative_probability_passes_their_position():
    rng = np.random.default_rng(6)
    bits, block_bits, pad, strips = 4, 5, 3, 8
    state = random_complex(rng, strips << bits, np.float64)
    state /= np.linalg.norm(state)
    gaps = ((0, 0), (0, pad))
    re, im = (np.pad(part.reshape(-1, 1 << block_bits), gaps).ravel() for part in
              (state.real, state.imag))  # fmt: skip
    weights = np.empty(strips)
    sampling.strip_probabilities(re, im, bits, block_bits, pad, weights, *ALONE)
    exact = (np.abs(state) ** 2).reshape(strips, -1)
    np.testing.assert_allclose(weights, exact.sum(axis=1), atol=1e-15)

    counts = rng.integers(0, 6, strips)
    starts = np.concatenate([[0], np.cumsum(counts)])
    strip_of = np.repeat(np.arange(strips), counts)
    positions = np.sort(strip_of + rng.random(len(strip_of)))
    out = np.empty(len(strip_of), np.int64)
    sampling.draw_in_strips(re, im, bits, block_bits, pad, weights, starts, positions, out, *ALONE)
    for strip, position, drawn in zip(strip_of, positions, out, strict=True):
        reached = np.cumsum(exact[strip])
        inside = np.searchsorted(reached, (position - strip) * weights[strip], side="right")
        assert drawn == (strip << bits) + inside


@pytest.mark.parametrize("threads", [1, 2, 3, 7])
def test_slices_cover_all_items_once(threads):
    for count in (0, 1, 5, 64):
        slices = [compiled(slice_of)(thread, threads, count) for thread in range(threads)]
        assert [i for first, last in slices for i in range(first, last)] == list(range(count))
        sizes = [last - first for first, last in slices]
        assert max(sizes) - min(sizes) <= 1
