"""The sector's pair rotations and linear algebra against complex loops."""

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from hybridq.engines.sector.kernels import algebra, rotations_simd
from tests.engines.kernels.compiled import DTYPES, TOLERANCE, compiled, random_complex

SIZE = 40
CASES = [(False, 1), (False, 2), (True, 2)]  # imaginary rotations exist for complex states only
seeds = st.integers(0, 2**32 - 1)
few_examples = settings(max_examples=15, deadline=None)


def random_state(rng, components, dtype):
    state = random_complex(rng, SIZE, dtype)
    return state if components == 2 else state.real + 0j


def flat(states, components, dtype):
    """Amplitudes as numbers, the states' in turn."""
    numbers = np.stack([[state.real, state.imag][part] for state in states for part in range(2)], 1)
    if components == 1:
        numbers = numbers[:, ::2]
    return np.ascontiguousarray(numbers, dtype).ravel()


def rotate_pair(state, i, j, c, s, imaginary):
    a, b = state[i], state[j]
    state[i] = c * a - (1j * s if imaginary else s) * b
    state[j] = c * b + (-1j * s if imaginary else s) * a


def overlap(bra, ket, i, j, imaginary):
    """Re ⟨λ|G|ψ⟩ of G = T − T†, or of −i(T + T†), T|i⟩ = |j⟩."""
    if imaginary:
        return (-1j * (bra[j].conj() * ket[i] + bra[i].conj() * ket[j])).real
    return (bra[j].conj() * ket[i] - bra[i].conj() * ket[j]).real


def function(name, adjoint, imaginary):
    prefix = "adjoint" if adjoint else "rotate"
    return getattr(rotations_simd, f"{prefix}_{name}{'_imaginary' if imaginary else ''}")


def check(name, arguments, pairs, seed, dtype, imaginary, components):
    """Run forward on ψ and backward on (ψ, λ); `pairs` are (i, j, sign)."""
    rng = np.random.default_rng(seed)
    ket, bra = (random_state(rng, components, dtype) for _ in range(2))
    angle = rng.uniform(-3, 3)
    c, s = dtype(np.cos(angle)), dtype(np.sin(angle))
    per = (0,) * components
    total = sum(sign * overlap(bra, ket, i, j, imaginary) for i, j, sign in pairs)
    w, pair = flat([ket], components, dtype), flat([ket, bra], components, dtype)
    result = compiled(function(name, False, imaginary))(w, *arguments, c, s, per)
    found = compiled(function(name, True, imaginary))(pair, *arguments, c, s, per)
    for state in (ket, bra):
        for i, j, sign in pairs:
            rotate_pair(state, i, j, float(c), float(s) * sign, imaginary)
    assert result == 0
    assert found == pytest.approx(total, abs=10 * TOLERANCE[dtype])
    np.testing.assert_allclose(w, flat([ket], components, float), atol=TOLERANCE[dtype])
    np.testing.assert_allclose(pair, flat([ket, bra], components, float), atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("imaginary", "components"), CASES)
@given(seeds)
@few_examples
def test_rows_of_pairs_are_rotated(imaginary, components, dtype, seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(SIZE // 2 + 1))
    i = int(rng.integers(SIZE - 2 * count + 1))
    j = int(rng.integers(i + count, SIZE - count + 1))
    if rng.random() < 0.5:
        i, j = j, i
    pairs = [(i + k, j + k, 1.0) for k in range(count)]
    check("rows", (i, j, count), pairs, seed, dtype, imaginary, components)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("imaginary", "components"), CASES)
@given(seeds)
@few_examples
def test_listed_pairs_are_rotated_with_their_signs(imaginary, components, dtype, seed):
    rng = np.random.default_rng(seed)
    places = rng.permutation(SIZE // 2).astype(np.int32)
    sources, targets = places[:8], places[8:16]
    signs = rng.choice([-1.0, 1.0], 8)
    i, j = (int(offset) for offset in rng.integers(SIZE // 2, size=2))
    if i != j:  # keep all amplitudes of all pairs distinct
        i, j = 0, SIZE // 2
    first, last = sorted(rng.integers(9, size=2).tolist())
    pairs = [(i + sources[k], j + targets[k], signs[k]) for k in range(first, last)]
    arguments = i, j, sources, targets, signs, first, last
    check("listed", arguments, pairs, seed, dtype, imaginary, components)


@pytest.mark.parametrize("components", [1, 2])
def test_products_with_a_sparse_matrix(components):
    rng = np.random.default_rng(1)
    matrix = scipy.sparse.random_array((SIZE, SIZE), density=0.2, rng=rng, format="csr")
    state = random_state(rng, components, np.float64)
    v = flat([state], components, np.float64)
    out = np.empty_like(v)
    algebra.multiply_rows(
        matrix.indptr.astype(np.uint64), matrix.indices.astype(np.uint32), matrix.data, v, out,
        (0,) * components, np.zeros(1, np.int64), 0, 1,
    )  # fmt: skip
    np.testing.assert_allclose(out, flat([matrix @ state], components, float), atol=1e-13)


@pytest.mark.parametrize("components", [1, 2])
def test_interleaved_states_and_inner_products(components):
    rng = np.random.default_rng(2)
    ket, bra = (random_state(rng, components, np.float64) for _ in range(2))
    left, right = flat([ket], components, float), flat([bra], components, float)
    pair = np.empty(2 * len(left))
    algebra.interleave(left, right, pair, components)
    assert (pair == flat([ket, bra], components, float)).all()
    assert algebra.inner(left, right) == pytest.approx(np.vdot(ket, bra).real)
