"""Products of ladder operators: normal order and vectorized Pauli terms."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.operators import _masks
from hybridq.operators._masks import Masks
from hybridq.operators.mappings import Encoding, encoding

# Sums of a few powers of 1/2 that should cancel leave no more than this.
DROPPED = 1e-12

_Product = tuple[tuple[int, int], ...]


def normal_ordered(terms: Mapping[_Product, complex]) -> dict[_Product, complex]:
    """Return the operator in normal order.

    Creation operators are left of annihilation operators; modes descend in both.
    """
    total: dict[_Product, complex] = {}
    todo = list(terms.items())
    while todo:
        product, c = todo.pop()
        swapped = _first_exchange(product)
        if swapped is None:
            if not any(a == b for a, b in pairwise(product)):
                total[product] = total.get(product, 0) + c
            continue
        k, contracts = swapped
        left, right = product[k], product[k + 1]
        todo.append(((*product[:k], right, left, *product[k + 2 :]), -c))
        if contracts:
            todo.append(((*product[:k], *product[k + 2 :]), c))
    return total


def _first_exchange(product: _Product) -> tuple[int, bool] | None:
    """Return the first unordered pair, and whether its anticommutator is 1."""
    for k, ((mode, action), (next_mode, next_action)) in enumerate(pairwise(product)):
        if action < next_action:
            return k, mode == next_mode
        if action == next_action and mode < next_mode:
            return k, False
    return None


def paulis(
    terms: Mapping[_Product, complex], n_modes: int, mapping: str
) -> tuple[Masks, Masks, NDArray[np.complex128]]:
    """Return masks and coefficients of the sum's Pauli terms, not merged."""
    modes = encoding(mapping, n_modes)
    words = _masks.n_words(n_modes)
    # Two masks and a coefficient of every term, and their copies while they are merged.
    memory.require(
        sum(1 << min(len(product), 64) for product in terms) * (64 * words + 64),
        f"the Pauli terms of {len(terms)} products of ladder operators",
        "normal-order the sum, or use fewer or shorter products",
    )
    by_length: dict[int, list[_Product]] = {}
    for product in terms:
        by_length.setdefault(len(product), []).append(product)
    parts = []
    for length, products in by_length.items():
        ladder = np.array(products, dtype=np.int64).reshape(len(products), length, 2)
        x, z, s = _expanded(modes, ladder)
        c = np.array([terms[product] for product in products])[:, None] * s
        parts.append((x.reshape(-1, words), z.reshape(-1, words), c.ravel()))
    if not parts:
        empty = np.zeros((0, words), dtype=np.uint64)
        return empty, empty, np.zeros(0, dtype=np.complex128)
    x, z, c = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    # X^x Z^z = (-i)^{|x & z|} P
    return x, z, c * np.array([1, -1j, -1, 1j])[_masks.popcount(x & z) & 3]


def _expanded(
    modes: Encoding, ladder: NDArray[np.int64]
) -> tuple[Masks, Masks, NDArray[np.float64]]:
    """Return terms s X^x Z^z of products of equal length.

    Shapes are (products, 2**length[, words]).
    """
    x = np.zeros((len(ladder), 1, modes.update.shape[1]), dtype=np.uint64)
    z, s = x.copy(), np.ones((len(ladder), 1))
    # a = X^u (Z^p - Z^{p ^ f}) / 2, and a plus for a†
    branches = (modes.parity, modes.parity ^ modes.occupation)
    for mode, action in ladder.transpose(1, 2, 0):
        u = modes.update[mode][:, None]
        # Moving the Z mask on the left past X^u gives a sign.
        crossed = s * (0.5 - (_masks.popcount(z & u) & 1))
        second = crossed * (2 * action - 1)[:, None]
        z = np.concatenate([z ^ branch[mode][:, None] for branch in branches], axis=1)
        x = np.concatenate((x ^ u, x ^ u), axis=1)
        s = np.concatenate((crossed, second), axis=1)
    return x, z, s
