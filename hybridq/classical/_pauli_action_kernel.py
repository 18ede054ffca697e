"""Compiled product of a Pauli sum with a vector.

Kernels take arrays and numbers only.
"""

from __future__ import annotations

from typing import Any

from hybridq.core.jit import jit


@jit(internal=True)
def _odd(word: int) -> bool:
    """Return whether a word of at most 32 bits has an odd number of ones."""
    word ^= word >> 16
    word ^= word >> 8
    word ^= word >> 4
    word ^= word >> 2
    word ^= word >> 1
    return word & 1 == 1


@jit()
def pauli_rows(
    first: int,
    last: int,
    flips: Any,
    starts: Any,
    z_masks: Any,
    coefficients: Any,
    signs: Any,
    weights: Any,
    vector: Any,
    out: Any,
) -> None:
    """Write blocks first … last − 1 of the product, each of len(weights) rows.

    The terms with flip x multiply entry b of the vector by W(b) = Σ_k c_k (−1)^{|z_k & b|} and
    add it to row b ^ x. Within a block only the low bits of b change, so that W is a sum of rows
    of the Hadamard matrix.

    Args:
        flips: the distinct x masks, int64 (groups,).
        starts: first term of each group, and the number of terms, int64 (groups + 1,).
        z_masks: int64 (terms,).
        coefficients: with the phase i^{|x & z|}, dtype of the vector, (terms,).
        signs: Hadamard matrix (−1)^{|z & b|} of the low bits, float64 (width, width).
        weights: workspace for one block, dtype of the vector, (width,).
        vector, out: shape (2**n,), float64 or complex128.
    """
    width = len(weights)
    for block in range(first, last):
        base = block * width
        for row in range(width):
            out[base + row] = 0.0
        for group in range(len(flips)):
            flip = flips[group]
            low = flip & (width - 1)
            source = base ^ (flip - low)
            for b in range(width):
                weights[b] = 0.0
            for term in range(starts[group], starts[group + 1]):
                z = z_masks[term]
                c = coefficients[term]
                if _odd(z & source):
                    c = -c
                pattern = signs[z & (width - 1)]
                for b in range(width):
                    weights[b] += c * pattern[b]
            for row in range(width):
                b = row ^ low
                out[base + row] += weights[b] * vector[source + b]
