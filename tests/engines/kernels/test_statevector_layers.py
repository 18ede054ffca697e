"""Layers of gates, parities and permutations on one block against dense numpy."""

import numpy as np
import pytest
import scipy.stats

from hybridq.core.emit import CHUNK, CHUNK_BITS
from hybridq.engines.statevector.kernels.factors import CONSTANT, Factors, fill_coefs
from hybridq.engines.statevector.kernels.gates import GateSpace
from hybridq.engines.statevector.kernels.parities import apply_parities, undo_parities
from hybridq.engines.statevector.kernels.permutations import permute
from hybridq.engines.statevector.kernels.rotations import AFTER, BEFORE, apply_layer, undo_layer
from hybridq.engines.statevector.kernels.sweeps import Plan
from tests.engines.kernels.compiled import (
    TOLERANCE,
    compiled,
    lanes_of,
    odd_parity,
    parts,
    random_complex,
)
from tests.helpers.slow_twin import on_qubit

BITS = 8
INDEX = np.arange(1 << BITS)

# Slow: most kernels of the engine are compiled once more. The other tests of this folder have the
# vector code in single precision.
LAYER_DTYPES = [np.float64, pytest.param(np.float32, marks=pytest.mark.slow)]


def working_arrays(dtype):
    lanes, chunks = lanes_of(dtype), 1 << (BITS - CHUNK_BITS)
    return GateSpace(
        blocks=np.empty((4, 1), dtype),
        vectors=np.empty(8 * lanes, dtype),
        sums=np.empty((8 + BITS) * lanes, dtype),
        chunk=np.empty(CHUNK, dtype),
        spare=np.empty(1 << BITS, dtype),
        low=np.empty(2 * CHUNK, dtype),
        high=np.empty(2 * chunks, dtype),
        chunk_sums=np.empty(chunks),
        signs=np.empty((CHUNK, CHUNK), dtype),
    )


def agrees(re, im, expected, dtype):
    np.testing.assert_allclose(re + 1j * im, expected, atol=TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", LAYER_DTYPES)
@pytest.mark.parametrize("qubits", [[0], [7], [0, 1, 2], [2, 3, 5, 6, 7], list(range(BITS))])
def test_a_layer_is_the_product_of_its_gates(qubits, dtype):
    rng = np.random.default_rng(len(qubits))
    gates = scipy.stats.unitary_group(2, seed=rng).rvs(len(qubits)).reshape(-1, 2, 2)
    slots = np.arange(len(qubits))
    none = np.zeros(len(qubits))
    factors = Factors(slots, np.full(len(qubits), CONSTANT), none, none, slots - slots - 1, gates)
    coefs = np.zeros((len(qubits), 16))
    fill_coefs(factors, np.zeros(0), coefs)
    items = np.stack([np.array(qubits), slots], 1)
    lane_bits = lanes_of(dtype).bit_length() - 1
    ket, bra = (random_complex(rng, 1 << BITS, dtype) for _ in range(2))
    layer = np.eye(1 << BITS)
    for qubit, gate in zip(qubits, gates, strict=True):
        layer = on_qubit(BITS, qubit, gate) @ layer

    space = working_arrays(dtype)
    re, im = parts(ket, dtype)
    compiled(apply_layer)(
        re, im, BITS, lane_bits, BEFORE | AFTER, items, 0, len(items), coefs, space.vectors,
        space.low, space.high,
    )  # fmt: skip
    agrees(re, im, layer @ ket, dtype)

    states = *parts(layer @ ket, dtype), *parts(layer @ bra, dtype)
    sums = np.zeros((len(qubits), 8))
    compiled(undo_layer)(
        *states, BITS, lane_bits, BEFORE | AFTER, items, 0, len(items), coefs, space, sums
    )
    agrees(*states[:2], ket, dtype)
    agrees(*states[2:], bra, dtype)


@pytest.mark.parametrize("dtype", LAYER_DTYPES)
def test_parities_are_rotations_about_products_of_z(dtype):
    rng = np.random.default_rng(1)
    outer = 0b101 << BITS
    # Within the chunk, above it, and with a part outside the block.
    terms = np.array([[0b11, 0], [0b101000, 1 << BITS], [0b11 << CHUNK_BITS, 0b11 << BITS]])
    angles = rng.normal(size=len(terms))
    coefs = np.zeros((len(terms), 16))
    coefs[:, 0], coefs[:, 1] = np.cos(angles / 2), np.sin(angles / 2)
    items = np.stack([np.arange(len(terms))] * 2, 1)
    none = np.zeros(1, np.int64)
    plan = Plan(
        none, none[:, None], none, none, none[:, None], none[:, None], none, none == 1,
        none[:, None], items, terms, np.ones(len(terms)),
    )  # fmt: skip
    signs = [
        1.0 - 2.0 * (odd_parity(INDEX, local) ^ odd_parity(outer, far)) for local, far in terms
    ]
    ket, bra = (random_complex(rng, 1 << BITS, dtype) for _ in range(2))
    factor = np.exp(-0.5j * np.sum(np.array(signs) * angles[:, None], axis=0))

    space = working_arrays(dtype)
    re, im = parts(ket, dtype)
    compiled(apply_parities)(re, im, BITS, plan, 0, len(items), outer, coefs, space)
    agrees(re, im, factor * ket, dtype)

    states = *parts(factor * ket, dtype), *parts(factor * bra, dtype)
    sums = np.zeros((len(terms), 8))
    compiled(undo_parities)(*states, BITS, plan, 0, len(items), outer, coefs, space, sums)
    agrees(*states[:2], ket, dtype)
    agrees(*states[2:], bra, dtype)
    overlaps = [np.vdot(bra, sign * ket).imag for sign in signs]
    np.testing.assert_allclose(sums[:, 0], overlaps, atol=100 * TOLERANCE[dtype])


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("nots", [[], [(0, 7)], "up", "down", [(0, 5), (1, 6), (2, 7)], "random"])
def test_a_permutation_by_a_linear_map_of_the_bits(nots, dtype):
    """Chains of controlled NOTs bring the lanes of a row from two rows, others from more."""
    rng = np.random.default_rng(2)
    chain = [(bit, bit + 1) for bit in range(BITS - 1)]
    if nots == "random":
        nots = [rng.choice(BITS, 2, replace=False) for _ in range(20)]
    images = np.array([1 << bit for bit in range(BITS)])
    for control, target in {"up": chain, "down": chain[::-1]}.get(str(nots), nots):
        images ^= (images >> control & 1) << target
    moved = np.zeros(1 << BITS, np.int64)
    for bit, image in enumerate(images):
        moved ^= (INDEX >> bit & 1) * image
    table = np.concatenate([moved[:CHUNK], moved[::CHUNK]])
    x = rng.normal(size=1 << BITS).astype(dtype)
    result = x.copy()
    lane_bits = lanes_of(dtype).bit_length() - 1
    compiled(permute)(result, BITS, lane_bits, table, np.empty_like(x))
    assert (result == x[moved]).all()
