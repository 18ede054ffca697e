"""The gates' vector code against loops over rows of a complex array."""

from functools import cache
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.engines.statevector.kernels import gates_simd
from tests.engines.kernels.compiled import (
    DTYPES,
    TOLERANCE,
    compiled,
    lanes_of,
    odd_parity,
    parts,
    random_complex,
    vectors,
)

ROW_BITS = 4
ROWS = 1 << ROW_BITS

make_row_gate = cache(lambda real: gates_simd.make_row_gate(real=real))
make_adjoint_row_gate = cache(lambda real: gates_simd.make_adjoint_row_gate(real=real))
make_lane_gate = cache(gates_simd.make_lane_gate)
make_adjoint_lane_gate = cache(gates_simd.make_adjoint_lane_gate)

seeds = st.integers(0, 2**32 - 1)
few_examples = settings(max_examples=15, deadline=None)


def row_pairs(shift, controls):
    """The pairs of rows that differ in bit `shift` and have the control bits set."""
    rows = [row for row in range(ROWS) if not row >> shift & 1 and row & controls == controls]
    return [(row, row | 1 << shift) for row in rows]


def shift_and_controls(rng):
    shift = int(rng.integers(ROW_BITS))
    return shift, int(rng.integers(ROWS)) & ~(1 << shift)


def apply_to_pairs(state, pairs, matrix):
    """A 2×2 matrix, shape (2, 2, lanes), between pairs of rows."""
    result = state.copy()
    for low, high in pairs:
        result[low] = matrix[0, 0] * state[low] + matrix[0, 1] * state[high]
        result[high] = matrix[1, 0] * state[low] + matrix[1, 1] * state[high]
    return result


def agrees(re, im, expected, dtype):
    np.testing.assert_allclose(re + 1j * im, expected.ravel(), atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("real", [False, True])
@given(seeds)
@few_examples
def test_a_row_gate_is_a_matrix_between_pairs_of_rows(real, dtype, seed):
    rng, lanes = np.random.default_rng(seed), lanes_of(dtype)
    shift, controls = shift_and_controls(rng)
    state = random_complex(rng, (ROWS, lanes), dtype)
    matrix = random_complex(rng, (2, 2, lanes), dtype)
    if real:
        matrix = matrix.real + 0j
    re, im = parts(state.ravel(), dtype)
    coefs = vectors(matrix.reshape(4, lanes), dtype)
    compiled(make_row_gate(real))(re, im, ROWS // 2, shift, controls, coefs)
    agrees(re, im, apply_to_pairs(state, row_pairs(shift, controls), matrix), dtype)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("real", [False, True])
@given(seeds)
@few_examples
def test_an_adjoint_row_gate_sums_the_products_of_before(real, dtype, seed):
    rng, lanes = np.random.default_rng(seed), lanes_of(dtype)
    shift, controls = shift_and_controls(rng)
    ket, bra = (random_complex(rng, (ROWS, lanes), dtype) for _ in range(2))
    matrix = random_complex(rng, (2, 2, lanes), dtype)
    if real:
        matrix = matrix.real + 0j
    states = *parts(ket.ravel(), dtype), *parts(bra.ravel(), dtype)
    sums = np.zeros(8 * lanes, dtype)
    compiled(make_adjoint_row_gate(real))(
        *states, ROWS // 2, shift, controls, vectors(matrix.reshape(4, lanes), dtype), sums
    )
    pairs = row_pairs(shift, controls)
    expected = np.zeros((2, 2, lanes), complex)
    for pair in pairs:
        for i in range(2):
            for j in range(2):
                expected[i, j] += ket[pair[i]] * bra[pair[j]].conj()
    found = sums.reshape(4, 2, lanes)
    np.testing.assert_allclose(
        found[:, 0], expected.reshape(4, lanes).real, atol=10 * TOLERANCE[dtype]
    )
    imaginary = np.zeros((4, lanes)) if real else expected.reshape(4, lanes).imag
    np.testing.assert_allclose(found[:, 1], imaginary, atol=10 * TOLERANCE[dtype])
    agrees(*states[:2], apply_to_pairs(ket, pairs, matrix), dtype)
    agrees(*states[2:], apply_to_pairs(bra, pairs, matrix), dtype)


@pytest.mark.parametrize(("bit", "dtype"), [(0, np.float64), (1, np.float32), (3, np.float32)])
@given(seeds)
@few_examples
def test_lane_gates_combine_a_row_with_its_swapped_lanes(bit, dtype, seed):
    rng, lanes = np.random.default_rng(seed), lanes_of(dtype)
    controls = int(rng.integers(ROWS))
    ket, bra = (random_complex(rng, (ROWS, lanes), dtype) for _ in range(2))
    diagonal, other = coefs = random_complex(rng, (2, lanes), dtype)
    swapped, has_bit = np.arange(lanes) ^ (1 << bit), 1 << bit < lanes
    acts = np.array([has_bit and row & controls == controls for row in range(ROWS)])

    def expected(state):
        if not has_bit:
            return state
        return np.where(acts[:, None], diagonal * state + other * state[:, swapped], state)

    re, im = parts(ket.ravel(), dtype)
    compiled(make_lane_gate(bit))(re, im, ROWS, controls, vectors(coefs, dtype))
    agrees(re, im, expected(ket), dtype)

    states = *parts(ket.ravel(), dtype), *parts(bra.ravel(), dtype)
    sums = np.zeros(4 * lanes, dtype)
    compiled(make_adjoint_lane_gate(bit))(*states, ROWS, controls, vectors(coefs, dtype), sums)
    agrees(*states[:2], expected(ket), dtype)
    agrees(*states[2:], expected(bra), dtype)
    products = np.zeros((2, lanes), complex)
    if has_bit:
        products = np.array(
            [
                (ket[acts] * bra[acts].conj()).sum(axis=0),
                (ket[acts] * bra[acts][:, swapped].conj()).sum(axis=0),
            ]
        )
    np.testing.assert_allclose(sums, vectors(products, float), atol=10 * TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("control", "target"), list(permutations(range(ROW_BITS), 2)))
def test_swapped_rows_are_those_with_the_control_bit_set(control, target, dtype):
    state = random_complex(np.random.default_rng(1), (ROWS, lanes_of(dtype)), dtype)
    re, im = parts(state.ravel(), dtype)
    compiled(gates_simd.swap_rows)(re, im, ROWS // 4, control, target)
    source = [row ^ (1 << target) if row >> control & 1 else row for row in range(ROWS)]
    assert (re + 1j * im == state[source].ravel()).all()


@pytest.mark.parametrize("dtype", DTYPES)
@given(seeds)
@few_examples
def test_a_parity_phase_rotates_by_the_sign_of_the_row(dtype, seed):
    rng, lanes = np.random.default_rng(seed), lanes_of(dtype)
    mask = int(rng.integers(ROWS))
    ket, bra = (random_complex(rng, (ROWS, lanes), dtype) for _ in range(2))
    cosine, sine = rng.normal(size=(2, lanes)).astype(dtype)
    coefs = np.concatenate([cosine, sine])
    sign = 1.0 - 2.0 * odd_parity(np.arange(ROWS), mask)[:, None]
    factor = cosine.astype(float) - 1j * sign * sine.astype(float)

    re, im = parts(ket.ravel(), dtype)
    compiled(gates_simd.parity_phase)(re, im, ROWS, mask, coefs)
    agrees(re, im, factor * ket, dtype)

    states = *parts(ket.ravel(), dtype), *parts(bra.ravel(), dtype)
    sums = np.zeros(lanes, dtype)
    compiled(gates_simd.adjoint_parity_phase)(*states, ROWS, mask, coefs, sums)
    agrees(*states[:2], factor * ket, dtype)
    agrees(*states[2:], factor * bra, dtype)
    expected = (sign * (bra.conj() * ket).imag).sum(axis=0)
    np.testing.assert_allclose(sums, expected, atol=10 * TOLERANCE[dtype])
