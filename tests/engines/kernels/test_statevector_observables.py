"""Vector code of Pauli sums against fancy indexing on the whole block."""

from functools import cache

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.core.emit import CHUNK
from hybridq.engines.statevector.kernels import observables_simd
from tests.engines.kernels.compiled import (
    DTYPES,
    TOLERANCE,
    compiled,
    lanes_of,
    odd_parity,
    parts,
    random_complex,
)

ROW_BITS = 4
ROWS = 1 << ROW_BITS
make_row_correlation = cache(observables_simd.make_row_correlation)
make_add_flipped_rows = cache(observables_simd.make_add_flipped_rows)

seeds = st.integers(0, 2**32 - 1)
few_examples = settings(max_examples=15, deadline=None)


def part_of(values, imaginary):
    return values.imag if imaginary else values.real


@pytest.mark.parametrize("dtype", DTYPES)
@given(seeds, st.booleans())
@few_examples
def test_products_of_flipped_amplitudes(dtype, seed, imaginary):
    rng, lanes = np.random.default_rng(seed), lanes_of(dtype)
    ket, bra = (random_complex(rng, ROWS * lanes, dtype) for _ in range(2))
    row_flip, lane_flip = int(rng.integers(ROWS)), int(rng.integers(lanes))
    first = int(rng.integers(ROWS))
    count = int(rng.integers(ROWS - first + 1))
    window = slice(first * lanes, (first + count) * lanes)
    flipped = ket[np.arange(ROWS * lanes) ^ (row_flip * lanes + lane_flip)]

    re, im = parts(ket, dtype)
    out = np.zeros(ROWS * lanes, dtype)
    compiled(observables_simd.correlate)(re, im, first, count, row_flip, lane_flip, imaginary, out)
    expected = part_of(flipped.conj() * ket, imaginary)[window]
    np.testing.assert_allclose(out[: count * lanes], expected, atol=TOLERANCE[dtype])
    assert (out[count * lanes :] == 0).all()

    diagonal = rng.normal(size=ROWS * lanes).astype(dtype)
    bra_re, bra_im = parts(bra, dtype)
    compiled(observables_simd.add_flipped)(
        re, im, bra_re, bra_im, first, count, row_flip, lane_flip, imaginary, diagonal
    )
    expected = bra.copy()
    factor = 1j if imaginary else 1.0
    expected[window] += factor * diagonal[: count * lanes].astype(float) * flipped[window]
    np.testing.assert_allclose(bra_re + 1j * bra_im, expected, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("imaginary", "signed"), [(False, False), (False, True), (True, True)])
@given(seeds)
@few_examples
def test_terms_that_flip_rows_only(imaginary, signed, dtype, seed):
    rng, lanes = np.random.default_rng(seed), lanes_of(dtype)
    ket, bra = (random_complex(rng, (ROWS, lanes), dtype) for _ in range(2))
    row_flip, mask = int(rng.integers(1, ROWS)), int(rng.integers(ROWS)) if signed else 0
    rows = np.arange(ROWS)
    sign = 1.0 - 2.0 * odd_parity(rows, mask)[:, None]

    top = row_flip.bit_length() - 1
    sums = np.zeros(lanes, dtype)
    re, im = parts(ket.ravel(), dtype)
    correlation = make_row_correlation(imaginary=imaginary, signed=signed)
    compiled(correlation)(re, im, ROWS // 2, top, row_flip, mask, sums)
    products = sign * part_of(ket[rows ^ row_flip].conj() * ket, imaginary)
    expected = products[rows >> top & 1 == 0].sum(axis=0)
    np.testing.assert_allclose(sums, expected, atol=10 * TOLERANCE[dtype])

    weight = rng.normal(size=lanes).astype(dtype)
    bra_re, bra_im = parts(bra.ravel(), dtype)
    add = make_add_flipped_rows(imaginary=imaginary, signed=signed)
    compiled(add)(re, im, bra_re, bra_im, ROWS, row_flip, mask, weight)
    factor = (1j if imaginary else 1.0) * sign * weight.astype(float)
    expected = bra + factor * ket[rows ^ row_flip]
    np.testing.assert_allclose(bra_re + 1j * bra_im, expected.ravel(), atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_walsh_transform_is_the_hadamard_matrix(dtype):
    x = np.random.default_rng(2).normal(size=CHUNK + 3).astype(dtype)
    fast = x.copy()
    compiled(observables_simd.walsh)(fast)
    expected = scipy.linalg.hadamard(CHUNK) @ x[:CHUNK].astype(float)
    np.testing.assert_allclose(fast[:CHUNK], expected, atol=10 * TOLERANCE[dtype])
    assert (fast[CHUNK:] == x[CHUNK:]).all()
