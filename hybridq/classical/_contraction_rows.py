"""Compiled changes of couplings in rows that grow; see `_contraction_kernel`."""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit


@jit(internal=True, inline=True)
def slot_of(starts: Any, degrees: Any, targets: Any, i: int, k: int) -> int:
    """Return the slot of neighbour k in the row of i, -1 if there is none."""
    for slot in range(starts[i], starts[i] + degrees[i]):
        if targets[slot] == k:
            return slot
    return -1


@jit(internal=True)
def _drop(
    starts: Any,
    degrees: Any,
    targets: Any,
    weights: Any,
    cosines: Any,
    sines: Any,
    scores: Any,
    i: int,
    slot: int,
) -> None:
    """Remove a slot from the row of i; the last one takes its place."""
    degrees[i] -= 1
    last = starts[i] + degrees[i]
    targets[slot], weights[slot] = targets[last], weights[last]
    cosines[slot], sines[slot], scores[slot] = cosines[last], sines[last], scores[last]


@jit(internal=True)
def fix(
    starts: Any, degrees: Any, targets: Any, weights: Any, cosines: Any, sines: Any, scores: Any,
    linear: Any, angles: Any, i: int, sign: float, gamma: float, least: float,
) -> None:  # fmt: skip
    """Set spin i to a sign; neighbours get their couplings to it as fields."""
    for t in range(starts[i], starts[i] + degrees[i]):
        k = targets[t]
        linear[k] += sign * weights[t]
        if abs(linear[k]) < least:
            linear[k] = 0.0
        angles[k] = 2.0 * gamma * linear[k]
        back = slot_of(starts, degrees, targets, k, i)
        _drop(starts, degrees, targets, weights, cosines, sines, scores, k, back)


@jit(internal=True)
def has_room(
    starts: Any, degrees: Any, room: Any, used: Any, targets: Any, weights: Any, cosines: Any,
    sines: Any, scores: Any, i: int, j: int, needed: int,
) -> bool:  # fmt: skip
    """Move rows that a merge of j into i outgrows, if the pools have room."""
    grown = 2 * needed if needed > room[i] else 0
    for t in range(starts[j], starts[j] + degrees[j]):
        k = targets[t]
        if degrees[k] + 1 > room[k]:
            grown += 2 * (degrees[k] + 1)
    if used[0] + grown > targets.size:
        return False
    if needed > room[i]:
        _move(starts, degrees, room, used, targets, weights, cosines, sines, scores, i, 2 * needed)
    for t in range(starts[j], starts[j] + degrees[j]):
        k = targets[t]
        if degrees[k] + 1 > room[k]:
            _move(starts, degrees, room, used, targets, weights, cosines, sines, scores, k,
                  2 * (degrees[k] + 1))  # fmt: skip
    return True


@jit(internal=True)
def _move(
    starts: Any, degrees: Any, room: Any, used: Any, targets: Any, weights: Any, cosines: Any,
    sines: Any, scores: Any, i: int, size: int,
) -> None:  # fmt: skip
    """Move the row of i to the end of the pools."""
    first = used[0]
    for t in range(degrees[i]):
        old, new = starts[i] + t, first + t
        targets[new], weights[new] = targets[old], weights[old]
        cosines[new], sines[new], scores[new] = cosines[old], sines[old], scores[old]
    starts[i], room[i] = first, size
    used[0] = first + size


@jit(internal=True)
def merge(
    starts: Any, degrees: Any, targets: Any, weights: Any, cosines: Any, sines: Any, scores: Any,
    linear: Any, angles: Any, i: int, j: int, sign: float, gamma: float, least: float,
) -> None:  # fmt: skip
    """Replace spin j by sign times spin i."""
    _drop(starts, degrees, targets, weights, cosines, sines, scores, i,
          slot_of(starts, degrees, targets, i, j))  # fmt: skip
    _drop(starts, degrees, targets, weights, cosines, sines, scores, j,
          slot_of(starts, degrees, targets, j, i))  # fmt: skip
    linear[i] += sign * linear[j]
    if abs(linear[i]) < least:
        linear[i] = 0.0
    angles[i] = 2.0 * gamma * linear[i]
    for t in range(starts[j], starts[j] + degrees[j]):
        k, weight = targets[t], sign * weights[t]
        _drop(starts, degrees, targets, weights, cosines, sines, scores, k,
              slot_of(starts, degrees, targets, k, j))  # fmt: skip
        here = slot_of(starts, degrees, targets, i, k)
        if here < 0:
            here, there = starts[i] + degrees[i], starts[k] + degrees[k]
            degrees[i] += 1
            degrees[k] += 1
            targets[here], targets[there] = k, i
            total = weight
        else:
            there = slot_of(starts, degrees, targets, k, i)
            total = weights[here] + weight
            if abs(total) < least:
                _drop(starts, degrees, targets, weights, cosines, sines, scores, i, here)
                _drop(starts, degrees, targets, weights, cosines, sines, scores, k, there)
                continue
        weights[here] = weights[there] = total
        cosines[here] = cosines[there] = np.cos(2.0 * gamma * total)
        sines[here] = sines[there] = np.sin(2.0 * gamma * total)
    degrees[j] = 0
