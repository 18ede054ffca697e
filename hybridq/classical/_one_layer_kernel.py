"""Compiled correlations of one layer of QAOA, on a graph whose rows lie in pools.

See `_contraction_kernel` for the pools. Kernels take arrays and numbers only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit


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
    i: int,
    slot: int,
) -> tuple[float, float]:
    """Return the two angle-free parts of <Z_i Z_j>, for j in a slot of the row of i.

    They are sin(2 gamma J) [cos(2 gamma h_i) P_i + cos(2 gamma h_j) P_j] and
    cos(2 gamma (h_i - h_j)) P_- - cos(2 gamma (h_i + h_j)) P_+. The row of i is marked in `owner`
    and `place`; `shared` is scratch.
    """
    j = targets[slot]
    first, second, minus, plus = 1.0, 1.0, 1.0, 1.0
    for t in range(starts[j], starts[j] + degrees[j]):
        k = targets[t]
        if k == i:
            continue
        c = cosines[t]
        second *= c
        if owner[k] == i:
            x = place[k]
            both, cross = cosines[x] * c, sines[x] * sines[t]
            minus *= both + cross
            plus *= both - cross
            shared[x] = slot
        else:
            minus *= c
            plus *= c
    for t in range(starts[i], starts[i] + degrees[i]):
        if t == slot:
            continue
        c = cosines[t]
        first *= c
        if shared[t] != slot:
            minus *= c
            plus *= c
    a, b = angles[i], angles[j]
    single = sines[slot] * (np.cos(a) * first + np.cos(b) * second)
    return single, np.cos(a - b) * minus - np.cos(a + b) * plus


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
    for i in range(starts.size):
        angles[i] = 2.0 * gamma * linear[i]
        for t in range(starts[i], starts[i] + degrees[i]):
            cosines[t] = np.cos(2.0 * gamma * weights[t])
            sines[t] = np.sin(2.0 * gamma * weights[t])


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
    owner[:] = -1
    shared[:] = -1
    for i in range(starts.size):
        f += linear[i] * alone_part(starts, degrees, cosines, angles, i)
        for t in range(starts[i], starts[i] + degrees[i]):
            owner[targets[t]] = i
            place[targets[t]] = t
        for t in range(starts[i], starts[i] + degrees[i]):
            if targets[t] > i:
                single, double = pair_parts(
                    starts, degrees, targets, cosines, sines, owner, place, shared, angles, i, t
                )
                a += weights[t] * single
                b += weights[t] * double
    return a, b, f
