"""Compiled correlations of one layer of QAOA, on a graph whose rows lie in pools.

See `_contraction_kernel` for the pools. Kernels take arrays and numbers only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit

_SMALL, _TINY = 1e-3, 1e-200  # divisors that would cost digits


@jit(internal=True)
def products_without(starts: Any, degrees: Any, cosines: Any, i: int, rest: Any) -> None:
    """Compute the product of all other cosines for each slot of the row of i."""
    first, count = starts[i], degrees[i]
    product = 1.0
    for t in range(count):
        rest[t] = product
        product *= cosines[first + t]
    product = 1.0
    for t in range(count - 1, -1, -1):
        rest[t] *= product
        product *= cosines[first + t]


@jit(internal=True)
def pair_parts(
    starts: Any,
    degrees: Any,
    targets: Any,
    cosines: Any,
    sines: Any,
    owner: Any,
    place: Any,
    shared: Any,
    angles: Any,
    rest: Any,
    i: int,
    slot: int,
) -> tuple[float, float, int]:
    """Return the two angle-free parts of <Z_i Z_j>, for j in a slot of the row of i.

    They are sin(2 gamma J) [cos(2 gamma h_i) P_i + cos(2 gamma h_j) P_j] and
    cos(2 gamma (h_i - h_j)) P_- - cos(2 gamma (h_i + h_j)) P_+. The row of i is marked in `owner`
    and `place`, and `rest` holds its `products_without`; `shared` is scratch. Third comes the slot
    of i in the row of j.
    """
    j, back, commons = targets[slot], -1, 0
    first, second, alone, minus, plus = rest[slot - starts[i]], 1.0, 1.0, 1.0, 1.0
    divisor, least = 1.0, 1.0
    for t in range(starts[j], starts[j] + degrees[j]):
        k = targets[t]
        if k == i:
            back = t
            continue
        c = cosines[t]
        second *= c
        if owner[k] == i:
            x = place[k]
            both, cross = cosines[x] * c, sines[x] * sines[t]
            minus *= both + cross
            plus *= both - cross
            divisor *= cosines[x]
            least = min(least, abs(cosines[x]))
            shared[x] = slot
            commons += 1
        else:
            alone *= c
    if commons == 0:
        minus = plus = first * second
    else:
        if least > _SMALL and abs(divisor) > _TINY:
            alone *= first / divisor
        else:
            for t in range(starts[i], starts[i] + degrees[i]):
                if t != slot and shared[t] != slot:
                    alone *= cosines[t]
        minus *= alone
        plus *= alone
    a, b = angles[i], angles[j]
    if a == 0.0 and b == 0.0:
        return sines[slot] * (first + second), minus - plus, back
    single = sines[slot] * (np.cos(a) * first + np.cos(b) * second)
    return single, np.cos(a - b) * minus - np.cos(a + b) * plus, back


@jit(internal=True)
def alone_part(starts: Any, degrees: Any, cosines: Any, angles: Any, i: int) -> float:
    """Return sin(2 gamma h_i) times the product of cosines over the row of i."""
    if angles[i] == 0.0:
        return 0.0
    product = np.sin(angles[i])
    for t in range(starts[i], starts[i] + degrees[i]):
        product *= cosines[t]
    return product


@jit()
def set_gamma(
    starts: Any,
    degrees: Any,
    weights: Any,
    cosines: Any,
    sines: Any,
    linear: Any,
    angles: Any,
    gamma: float,
) -> None:
    """Compute cos and sin of 2 gamma J in every slot, and 2 gamma h of every spin."""
    size, cosine, sine = 0.0, 1.0, 0.0  # many couplings are of one size
    for i in range(starts.size):
        angles[i] = 2.0 * gamma * linear[i]
        for t in range(starts[i], starts[i] + degrees[i]):
            if abs(weights[t]) != size:
                size = abs(weights[t])
                cosine, sine = np.cos(2.0 * gamma * size), np.sin(2.0 * gamma * size)
            cosines[t] = cosine
            sines[t] = sine if weights[t] > 0.0 else -sine


@jit()
def energy_parts(
    starts: Any,
    degrees: Any,
    targets: Any,
    weights: Any,
    cosines: Any,
    sines: Any,
    linear: Any,
    angles: Any,
    owner: Any,
    place: Any,
    shared: Any,
) -> tuple[float, float, float]:
    """Return A, B and F of the energy at p = 1.

    The energy is -A sin(4 beta)/2 + B sin(2 beta)^2/2 - F sin(2 beta).
    """
    a, b, f = 0.0, 0.0, 0.0
    rest = np.empty(degrees.max())
    owner[:] = -1
    shared[:] = -1
    for i in range(starts.size):
        f += linear[i] * alone_part(starts, degrees, cosines, angles, i)
        for t in range(starts[i], starts[i] + degrees[i]):
            owner[targets[t]] = i
            place[targets[t]] = t
        products_without(starts, degrees, cosines, i, rest)
        for t in range(starts[i], starts[i] + degrees[i]):
            if targets[t] > i:
                single, double, _ = pair_parts(
                    starts, degrees, targets, cosines, sines, owner, place, shared, angles, rest,
                    i, t,
                )  # fmt: skip
                a += weights[t] * single
                b += weights[t] * double
    return a, b, f
