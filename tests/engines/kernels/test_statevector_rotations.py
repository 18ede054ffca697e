"""Vector code of layers of one-qubit gates against numpy on all rows."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.emit import CHUNK
from hybridq.engines.statevector.kernels import rotations_simd
from tests.engines.kernels.compiled import (
    DTYPES,
    TOLERANCE,
    compiled,
    lanes_of,
    parts,
    random_complex,
)

ROW_BITS = 5
ROWS = 1 << ROW_BITS

make_row_rotation = cache(rotations_simd.make_row_rotation)
make_adjoint_row_rotation = cache(rotations_simd.make_adjoint_row_rotation)

seeds = st.integers(0, 2**32 - 1)
few_examples = settings(max_examples=10, deadline=None)


def rotate_bit(x, bit, c, s):
    """(a, b) → (c a − s b, s a + c b) on rows that differ in one bit."""
    rows = np.arange(len(x))
    partner = x[rows ^ (1 << bit)]
    return np.where((rows >> bit & 1)[:, None], s * partner + c * x, c * x - s * partner)


@pytest.mark.parametrize(
    ("qubits", "dtype"), [(1, np.float64), (2, np.float32), (3, np.float64), (3, np.float32)]
)
@given(seeds)
@few_examples
def test_row_rotations_rotate_one_bit_after_the_other(qubits, dtype, seed):
    rng, lanes = np.random.default_rng(seed), lanes_of(dtype)
    shifts = tuple(sorted(rng.choice(ROW_BITS, qubits, replace=False).tolist()))
    angles = rng.uniform(-3, 3, qubits)
    numbers = tuple(dtype(v) for v in (*np.cos(angles), *np.sin(angles)))
    ket, bra = rng.normal(size=(2, ROWS, lanes)).astype(dtype)

    def expected(x):
        x = x.astype(float)
        for bit, angle in zip(shifts, angles, strict=True):
            x = rotate_bit(x, bit, np.cos(angle), np.sin(angle))
        return x.ravel()

    single = ket.ravel().copy()
    compiled(make_row_rotation(qubits))(single, ROWS >> qubits, shifts, numbers)
    np.testing.assert_allclose(single, expected(ket), atol=TOLERANCE[dtype])

    left, right, sums = ket.ravel().copy(), bra.ravel().copy(), np.zeros(qubits * lanes, dtype)
    rotate = compiled(make_adjoint_row_rotation(qubits))
    rotate(left, right, ROWS >> qubits, shifts, numbers, sums)
    np.testing.assert_allclose(left, expected(ket), atol=TOLERANCE[dtype])
    np.testing.assert_allclose(right, expected(bra), atol=TOLERANCE[dtype])
    for number, bit in enumerate(shifts):
        low = [row for row in range(ROWS) if not row >> bit & 1]
        high = [row | 1 << bit for row in low]
        overlap = ket[low].astype(float) * bra[high] - ket[high].astype(float) * bra[low]
        found = sums.reshape(qubits, lanes)[number]
        np.testing.assert_allclose(found, overlap.sum(axis=0), atol=10 * TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
def test_lane_rotations_mix_each_row_with_its_swapped_lanes(dtype):
    rng, lanes = np.random.default_rng(3), lanes_of(dtype)
    bits = lanes.bit_length() - 1
    ket, bra = rng.normal(size=(2, ROWS, lanes)).astype(dtype)
    coefs = rng.normal(size=(max(bits, 1), 2, lanes)).astype(dtype)
    swaps = [np.arange(lanes) ^ (1 << bit) for bit in range(bits)]

    def expected(x):
        x = x.astype(float)
        for bit, swap in enumerate(swaps):
            x = coefs[bit, 0] * x + coefs[bit, 1] * x[:, swap]
        return x.ravel()

    scale = 4.0**bits
    single = ket.ravel().copy()
    compiled(rotations_simd.rotate_lanes)(single, ROWS, coefs.ravel())
    np.testing.assert_allclose(single, expected(ket), atol=scale * TOLERANCE[dtype])

    left, right = ket.ravel().copy(), bra.ravel().copy()
    sums = np.zeros(max(bits, 1) * lanes, dtype)
    compiled(rotations_simd.adjoint_rotate_lanes)(left, right, ROWS, coefs.ravel(), sums)
    np.testing.assert_allclose(left, expected(ket), atol=scale * TOLERANCE[dtype])
    np.testing.assert_allclose(right, expected(bra), atol=scale * TOLERANCE[dtype])
    for bit, swap in enumerate(swaps):
        overlap = (bra.astype(float) * ket[:, swap]).sum(axis=0)
        found = sums.reshape(-1, lanes)[bit]
        np.testing.assert_allclose(found, overlap, atol=10 * TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
def test_overlaps_about_x_are_sums_over_pairs(dtype):
    rng, lanes = np.random.default_rng(4), lanes_of(dtype)
    bits = lanes.bit_length() - 1
    ket, bra = (random_complex(rng, (ROWS, lanes), dtype) for _ in range(2))
    states = *parts(ket.ravel(), dtype), *parts(bra.ravel(), dtype)
    rows = np.arange(ROWS)
    for bit in range(ROW_BITS):
        sums = np.zeros(lanes, dtype)
        compiled(rotations_simd.add_row_overlaps)(*states, ROWS // 2, bit, sums)
        expected = (ket[rows ^ (1 << bit)] * bra.conj()).imag.sum(axis=0)
        np.testing.assert_allclose(sums, expected, atol=10 * TOLERANCE[dtype])
    sums = np.zeros(max(bits, 1) * lanes, dtype)
    compiled(rotations_simd.add_lane_overlaps)(*states, ROWS, sums)
    for bit in range(bits):
        swapped = ket[:, np.arange(lanes) ^ (1 << bit)]
        expected = (swapped * bra.conj()).imag.sum(axis=0)
        found = sums.reshape(-1, lanes)[bit]
        np.testing.assert_allclose(found, expected, atol=10 * TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_diagonal_is_the_product_of_a_low_and_a_high_table(dtype):
    rng, chunks = np.random.default_rng(5), 4
    ket, bra = (random_complex(rng, (chunks, CHUNK), dtype) for _ in range(2))
    low, high = (random_complex(rng, size, dtype) for size in (CHUNK, chunks))
    tables = np.concatenate(parts(low, dtype)), *parts(high, dtype)
    factor = high[:, None] * low

    re, im = parts(ket.ravel(), dtype)
    compiled(rotations_simd.apply_diagonal)(re, im, chunks, *tables)
    np.testing.assert_allclose(re + 1j * im, (factor * ket).ravel(), atol=10 * TOLERANCE[dtype])

    states = *parts(ket.ravel(), dtype), *parts(bra.ravel(), dtype)
    low_sums, chunk_sums = np.zeros(CHUNK, dtype), np.empty(chunks)
    compiled(rotations_simd.adjoint_diagonal)(*states, chunks, *tables, low_sums, chunk_sums)
    for (re, im), state in ((states[:2], ket), (states[2:], bra)):
        np.testing.assert_allclose(
            re + 1j * im, (factor * state).ravel(), atol=10 * TOLERANCE[dtype]
        )
    overlap = (bra.conj() * ket).imag
    np.testing.assert_allclose(low_sums, overlap.sum(axis=0), atol=10 * TOLERANCE[dtype])
    np.testing.assert_allclose(chunk_sums, overlap.sum(axis=1), atol=10 * TOLERANCE[dtype])
