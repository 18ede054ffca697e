"""The rotation kernels against a Kronecker product and the plain loops."""

import numpy as np
import pytest

from hybridq.engines.diagonal.kernels import butterflies
from tests.engines.kernels.compiled import compiled

adjoint_block = compiled(butterflies.adjoint_block)
adjoint_levels_plain = compiled(butterflies.adjoint_levels_plain)
rotate_block = compiled(butterflies.rotate_block)
rotate_levels = compiled(butterflies.rotate_levels)
rotate_levels_plain = compiled(butterflies.rotate_levels_plain)

DTYPES = [(np.float64, 1e-13), (np.float32, 1e-5)]


def kronecker_rotation(x, tangent, bits):
    """(1 + tG) on every bit, by reshaping; nothing in common with the kernels."""
    cube = x.astype(float).reshape([2] * bits)
    for axis in range(bits):
        a, b = np.take(cube, 0, axis), np.take(cube, 1, axis)
        cube = np.stack([a + tangent * b, b - tangent * a], axis)
    return cube.ravel()


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
@pytest.mark.parametrize("bits", range(1, 15))
def test_block_rotation_equals_the_kronecker_product(bits, dtype, tolerance):
    x = np.random.default_rng(bits).normal(size=1 << bits).astype(dtype)
    fast = x.copy()
    rotate_block(fast, 0, bits, dtype(0.37))
    exact = kronecker_rotation(x, float(dtype(0.37)), bits)
    assert np.abs(fast - exact).max() <= tolerance * np.abs(exact).max()


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
@pytest.mark.parametrize("bits", range(1, 15))
def test_block_rotation_equals_the_plain_loops(bits, dtype, tolerance):
    x = np.random.default_rng(bits).normal(size=1 << bits).astype(dtype)
    fast, plain = x.copy(), x.copy()
    rotate_block(fast, 0, bits, dtype(-0.81))
    rotate_levels_plain(plain, 0, 0, bits, dtype(-0.81))
    assert np.abs(fast - plain).max() <= tolerance * np.abs(plain).max()


@pytest.mark.parametrize("first", [4, 5, 6, 9])
@pytest.mark.parametrize("stop", [10, 13])
def test_upper_levels_leave_the_rest_of_the_array_alone(first, stop):
    x = np.random.default_rng(1).normal(size=1 << 14)
    fast, plain = x.copy(), x.copy()
    start = 1 << stop
    rotate_levels(fast, start, first, stop, 0.25)
    rotate_levels_plain(plain, start, first, stop, 0.25)
    assert np.allclose(fast, plain, rtol=0, atol=1e-13)
    assert (fast[:start] == x[:start]).all()


def test_a_block_larger_than_the_first_cache_is_rotated_whole():
    bits = 16
    x = np.random.default_rng(2).normal(size=1 << bits)
    fast = x.copy()
    rotate_block(fast, 0, bits, 0.5)
    assert np.allclose(fast, kronecker_rotation(x, 0.5, bits), rtol=1e-12, atol=1e-11)


@pytest.mark.parametrize(("dtype", "tolerance"), DTYPES)
@pytest.mark.parametrize("bits", range(1, 15))
def test_adjoint_rotation_returns_the_overlap_and_undoes_the_rotation(bits, dtype, tolerance):
    rng = np.random.default_rng(bits)
    bra, ket = (rng.normal(size=1 << bits).astype(dtype) for _ in range(2))
    tangent = dtype(0.3)
    # The derivative of the normalized rotation is the sum of the generators.
    cosine = 1.0 / np.sqrt(1.0 + float(tangent) ** 2)
    step = 1e-6
    forward = kronecker_rotation(ket, np.tan(step), bits) * np.cos(step) ** bits
    backward = kronecker_rotation(ket, -np.tan(step), bits) * np.cos(step) ** bits
    exact = bra.astype(float) @ (forward - backward) / (2 * step)
    left, right = bra.copy(), ket.copy()
    rotate_block(left, 0, bits, tangent)
    rotate_block(right, 0, bits, tangent)
    total = np.zeros(16, dtype)
    overlap = adjoint_block(left, right, 0, bits, -tangent, cosine ** (2 * bits), total)
    scale = max(1.0, np.abs(bra.astype(float)) @ np.abs(ket.astype(float)))
    assert overlap == pytest.approx(exact, abs=max(1e-8, tolerance) * scale * bits)
    assert np.abs(right * cosine ** (2 * bits) - ket).max() < max(1e-12, tolerance) * 10
    assert (total == 0).all()


@pytest.mark.parametrize("bits", [6, 11, 14])
def test_adjoint_rotation_equals_the_plain_loops(bits):
    rng = np.random.default_rng(3)
    bra, ket = (rng.normal(size=1 << bits) for _ in range(2))
    left, right = bra.copy(), ket.copy()
    fast = adjoint_block(left, right, 0, bits, 0.4, 1.0, np.zeros(16))
    plain_left, plain_right = bra.copy(), ket.copy()
    plain = adjoint_levels_plain(plain_left, plain_right, 0, 0, bits, 0.4, 1.0)
    assert fast == pytest.approx(plain, abs=1e-9)
    assert np.allclose(left, plain_left, atol=1e-12)
    assert np.allclose(right, plain_right, atol=1e-12)


def test_vector_width_is_that_of_the_host_and_fits_the_accumulator():
    assert butterflies.VECTOR_BYTES in (0, 16, 32, 64)
    lanes = compiled(butterflies.lane_bits)(np.zeros(1, np.float32))
    assert (1 << lanes if lanes >= 0 else 0) == butterflies.VECTOR_BYTES // 4


CHUNK_FUNCTIONS = [
    "phase_chunk",
    "energy_chunk",
    "apply_cost_chunk",
    "adjoint_phase_chunk",
    "copy_chunk",
    "rotate_complements_odd",
    "rotate_complements_even",
    "adjoint_complements_odd",
    "adjoint_complements_even",
]


def chunk_arguments(name, dtype, seed):
    """Random arguments of a chunk function: arrays of four chunks, starts and numbers."""
    rng = np.random.default_rng(seed)
    size = 4 * 64

    def array():
        return rng.normal(size=size).astype(dtype)

    def number():
        return dtype(rng.normal())

    signs = np.array([1 - 2 * (v.bit_count() % 2) for v in range(64)], dtype)
    phase = (array(), array(), 32, array(), array(), 100, number(), number())
    costs = (array(), 7, array(), 130, number())
    state, bra = (array(), array()), (array(), array())
    return {
        "phase_chunk": (*state, 64, *phase),
        "energy_chunk": (*state, 64, *costs),
        "apply_cost_chunk": (*bra, *state, 64, *costs),
        "adjoint_phase_chunk": (*bra, *state, 64, *phase, *costs),
        "copy_chunk": (array(), 128, array(), 64),
        "rotate_complements_odd": (*state, 0, 128, signs, number()),
        "rotate_complements_even": (*state, 0, 128, signs, number()),
        "adjoint_complements_odd": (*bra, *state, 0, 128, signs, number()),
        "adjoint_complements_even": (*bra, *state, 0, 128, signs, number()),
    }[name]


@pytest.mark.skipif(not butterflies.VECTOR_BYTES, reason="this host has no vectors to compare")
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-13), (np.float32, 2e-5)])
@pytest.mark.parametrize("name", CHUNK_FUNCTIONS)
def test_vector_code_equals_its_plain_twin(name, dtype, tolerance):
    from hybridq.engines.diagonal.kernels import chunks_plain, chunks_simd

    results = []
    for function in (compiled(getattr(chunks_simd, name)), getattr(chunks_plain, name).py_func):
        arguments = chunk_arguments(name, dtype, 5)
        value = function(*arguments)
        arrays = [argument for argument in arguments if isinstance(argument, np.ndarray)]
        results.append((value, arrays))
    (fast, fast_arrays), (slow, slow_arrays) = results
    if slow is not None:
        assert fast == pytest.approx(slow, rel=tolerance * 100, abs=tolerance * 100)
    for left, right in zip(fast_arrays, slow_arrays, strict=True):
        assert np.abs(left - right).max() <= tolerance * 10


@pytest.mark.parametrize("bits", range(1, 9))
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float64, 1e-13), (np.float32, 1e-5)])
def test_phase_tables_hold_the_product_of_all_factors(bits, dtype, tolerance):
    from hybridq.engines.diagonal.kernels.phases import phase_table

    rng = np.random.default_rng(bits)
    angles = np.triu(rng.normal(size=(bits, bits)))
    angles = angles + np.triu(angles, 1).T
    re, im = (np.zeros(1 << bits, dtype) for _ in range(2))
    compiled(phase_table)(re, im, np.arange(bits), 0, np.cos(angles), np.sin(angles), 1.0, 0.0)
    set_bits = (np.arange(1 << bits)[:, None] >> np.arange(bits)) & 1
    energies = np.einsum("zi,ij,zj->z", set_bits, np.triu(angles), set_bits)
    assert np.abs(re + 1j * im - np.exp(1j * energies)).max() < tolerance * bits
