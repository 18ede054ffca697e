"""Compiled contraction of an Ising problem, one spin at a time.

A graph whose rows grow lies in pools: the neighbours of spin i are slots
``starts[i] ... starts[i] + degrees[i] - 1``, with room for ``room[i]``. Kernels take arrays and
numbers only.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.classical._contraction_rows import fix, has_room, merge, slot_of
from hybridq.classical._one_layer_kernel import alone_part, pair_parts, products_without
from hybridq.core.jit import compiles_slowly, jit

compiles_slowly(__name__, "the contraction", seconds=6)

TIES = 1e-9  # correlations that differ by less are equal


@jit(internal=True, inline=True)
def _next(state: Any) -> float:
    """Return the next uniform number of xorshift64."""
    x = state[0]
    x ^= x << np.uint64(13)
    x ^= x >> np.uint64(7)
    x ^= x << np.uint64(17)
    state[0] = x
    return (x >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@jit(internal=True)
def _raise(tree: Any, leaves: int, keys: Any, priorities: Any, i: int) -> None:
    """Renew the path of spin i in the tree of largest keys."""
    position = (leaves + i) // 2
    while position > 0:
        tree[position] = _first_below(tree, keys, priorities, position)
        position //= 2


@jit(internal=True, inline=True)
def _first_below(tree: Any, keys: Any, priorities: Any, position: int) -> int:
    """Return the spin of the larger key of the two below a node, -1 for none."""
    left, right = tree[2 * position], tree[2 * position + 1]
    if right < 0 or (left >= 0 and _before(keys, priorities, left, right)):
        return left
    return right


@jit(internal=True, inline=True)
def _before(keys: Any, priorities: Any, a: int, b: int) -> bool:
    """Return whether spin a comes before spin b: a larger key, ties by priority."""
    if keys[a] > keys[b] + TIES:
        return True
    return keys[a] > keys[b] - TIES and priorities[a] > priorities[b]


@jit(internal=True)
def _rescore(
    starts: Any,
    degrees: Any,
    targets: Any,
    cosines: Any,
    sines: Any,
    scores: Any,
    angles: Any,
    owner: Any,
    place: Any,
    shared: Any,
    keys: Any,
    slots: Any,
    alone: Any,
    single_factor: float,
    double_factor: float,
    alone_factor: float,
    rest: Any,
    backs: Any,
    stamps: Any,
    step: int,
    i: int,
) -> int:
    """Compute the correlations of spin i with its neighbours, and the largest of them.

    Those with a neighbour of the same `stamps` as `step` are known already. `backs` is set to the
    slots of the others in the rows of the neighbours, or to -1.

    Returns:
        the cosines that were multiplied.
    """
    first, count = starts[i], degrees[i]
    alone[i] = -alone_factor * alone_part(starts, degrees, cosines, angles, i)
    products_without(starts, degrees, cosines, i, rest)
    for t in range(first, first + count):
        owner[targets[t]] = i
        place[targets[t]] = t
        shared[t] = -1
    work = 4 * count
    for t in range(first, first + count):
        backs[t - first] = -1
        if stamps[targets[t]] == step:
            continue
        work += degrees[targets[t]]
        single, double, backs[t - first] = pair_parts(
            starts, degrees, targets, cosines, sines, owner, place, shared, angles, rest, i, t
        )
        scores[t] = -single_factor * single + double_factor * double
    for t in range(first, first + count):
        owner[targets[t]] = -1
    _choose(starts, degrees, scores, keys, slots, alone, i)
    stamps[i] = step
    return work


@jit(internal=True)
def _renew(
    starts: Any, degrees: Any, scores: Any, keys: Any, slots: Any, alone: Any, i: int, slot: int
) -> bool:
    """Renew the key of spin i after a change of one correlation.

    Returns:
        whether it is another one now.
    """
    before, size = keys[i], abs(scores[slot])
    if size >= before:
        keys[i], slots[i] = size, slot
    elif slots[i] == slot:
        _choose(starts, degrees, scores, keys, slots, alone, i)
    return keys[i] != before


@jit(internal=True)
def _choose(
    starts: Any, degrees: Any, scores: Any, keys: Any, slots: Any, alone: Any, i: int
) -> None:
    """Set the key of spin i to its largest correlation; slot -1 means its own field."""
    keys[i], slots[i] = abs(alone[i]), -1
    for t in range(starts[i], starts[i] + degrees[i]):
        if abs(scores[t]) > keys[i]:
            keys[i], slots[i] = abs(scores[t]), t


@jit(internal=True, inline=True)
def _scratch(n: int) -> tuple[Any, Any, Any]:
    """Return products and slots of a row, and the last step of each spin."""
    return np.empty(n), np.empty(n, np.int64), np.full(n, -1, np.int64)


@jit()
def score_all(
    starts: Any,
    degrees: Any,
    targets: Any,
    weights: Any,
    cosines: Any,
    sines: Any,
    scores: Any,
    angles: Any,
    linear: Any,
    owner: Any,
    place: Any,
    shared: Any,
    keys: Any,
    slots: Any,
    alone: Any,
    priorities: Any,
    alive: Any,
    tree: Any,
    random: Any,
    factors: Any,
) -> None:
    """Compute all correlations anew, and the tree over the largest of every spin."""
    n, leaves = starts.size, tree.size // 2
    rest, backs, stamps = _scratch(n)
    owner[:] = -1
    tree[:] = -1
    for i in range(n):
        if not alive[i]:
            continue
        _rescore(
            starts, degrees, targets, cosines, sines, scores, angles, owner, place, shared, keys,
            slots, alone, factors[0], factors[1], factors[2], rest, backs, stamps, 0, i,
        )  # fmt: skip
        for t in range(degrees[i]):
            if backs[t] >= 0:
                scores[backs[t]] = scores[starts[i] + t]
        priorities[i] = _next(random)
        tree[leaves + i] = i
    for position in range(leaves - 1, 0, -1):
        tree[position] = _first_below(tree, keys, priorities, position)


@jit()
def contract(
    starts: Any,
    degrees: Any,
    room: Any,
    used: Any,
    targets: Any,
    weights: Any,
    cosines: Any,
    sines: Any,
    scores: Any,
    angles: Any,
    linear: Any,
    owner: Any,
    place: Any,
    shared: Any,
    keys: Any,
    slots: Any,
    alone: Any,
    priorities: Any,
    alive: Any,
    tree: Any,
    random: Any,
    factors: Any,
    gamma: float,
    least: float,
    removed: Any,
    onto: Any,
    signs: Any,
    done: int,
    until: int,
    work: Any,
) -> int:
    """Contract spins by their largest correlation until `until` are removed.

    A spin j becomes sign times spin i, or the sign itself (`onto` is -1). Couplings of less than
    `least` after a merge are zero. `work`, int64 (1,), grows by the cosines that were multiplied.

    Returns:
        the number of removed spins; less than `until` where no correlation is left, or where the
        pools have no room, which is ``-done - 1``.
    """
    leaves, touched = tree.size // 2, np.empty(starts.size, np.int64)
    rest, backs, stamps = _scratch(starts.size)
    while done < until:
        i = tree[1]
        if i < 0 or keys[i] <= 0.0:
            return done
        if slots[i] < 0:
            sign = 1.0 if alone[i] > 0.0 else -1.0
            removed[done], onto[done], signs[done] = i, -1, sign
            fix(
                starts, degrees, targets, weights, cosines, sines, scores, linear, angles, i, sign,
                gamma, least,
            )  # fmt: skip
            gone = i
            count = degrees[i]
            for t in range(count):
                touched[t] = targets[starts[i] + t]
            degrees[i] = 0
        else:
            j = targets[slots[i]]
            sign = 1.0 if scores[slots[i]] > 0.0 else -1.0
            if degrees[j] > degrees[i]:
                i, j = j, i
            needed = degrees[i] + degrees[j]
            if not has_room(starts, degrees, room, used, targets, weights, cosines, sines, scores,
                             i, j, needed):  # fmt: skip
                return -done - 1
            removed[done], onto[done], signs[done] = j, i, sign
            gone, others = j, degrees[j] - 1
            merge(starts, degrees, targets, weights, cosines, sines, scores, linear, angles, i, j,
                   sign, gamma, least)  # fmt: skip
            count = degrees[i] + 1
            touched[0] = i
            for t in range(degrees[i]):
                touched[1 + t] = targets[starts[i] + t]
            # Couplings that cancelled are in no row any more, but their spins lost neighbours.
            for t in range(starts[j], starts[j] + others):
                if slot_of(starts, degrees, targets, i, targets[t]) < 0:
                    touched[count] = targets[t]
                    count += 1
        alive[gone] = False
        tree[leaves + gone] = -1
        keys[gone] = -1.0
        _raise(tree, leaves, keys, priorities, gone)
        done += 1
        for number in range(count):
            k = touched[number]
            work[0] += _rescore(
                starts, degrees, targets, cosines, sines, scores, angles, owner, place, shared,
                keys, slots, alone, factors[0], factors[1], factors[2], rest, backs, stamps, done,
                k,
            )  # fmt: skip
            priorities[k] = _next(random)
            _raise(tree, leaves, keys, priorities, k)
            # The other ends of its couplings hold the same correlations.
            for t in range(degrees[k]):
                back, other = backs[t], targets[starts[k] + t]
                if back < 0:
                    continue
                scores[back] = scores[starts[k] + t]
                if _renew(starts, degrees, scores, keys, slots, alone, other, back):
                    _raise(tree, leaves, keys, priorities, other)
    return done
