"""Compiled searches of light cones."""

from __future__ import annotations

from typing import Any

import numpy as np

from hybridq.core.jit import jit


@jit()
def core_of(starts: Any, to: Any, toward: Any) -> None:
    """Write for each spin outside the 2-core its neighbour on the way to the core.

    Args:
        starts: first entry of each row and the end of the last, int64, shape (n + 1,).
        to: neighbours of each row, int32.
        toward: int64, shape (n,): −1 in the core, n for the last spin of a tree.
    """
    n = len(starts) - 1
    left = np.empty(n, dtype=np.int64)
    waiting = np.empty(n, dtype=np.int64)
    count = 0
    for spin in range(n):
        left[spin] = starts[spin + 1] - starts[spin]
        toward[spin] = -1
        if left[spin] <= 1:
            waiting[count] = spin
            count += 1
    done = 0
    while done < count:
        spin = waiting[done]
        done += 1
        toward[spin] = n
        for entry in range(starts[spin], starts[spin + 1]):
            other = to[entry]
            if toward[other] == -1:
                toward[spin] = other
                left[other] -= 1
                if left[other] == 1:
                    waiting[count] = other
                    count += 1


@jit()
def find_loops(
    first: int, last: int, starts: Any, to: Any, toward: Any, roots: Any, p: int, out: Any
) -> None:
    """Write whether the light cone of each group of roots of a range has a loop.

    Args:
        first, last: the range of `roots`, int64.
        starts, to, toward: see `core_of`.
        roots: spins, int64, shape (k, 2); one spin twice for a single root.
        p: number of layers.
        out: bool, shape (k,).
    """
    n = len(starts) - 1
    seen = np.full(n, -1, dtype=np.int64)
    parent = np.empty(n, dtype=np.int64)
    distance = np.empty(n, dtype=np.int64)
    queue = np.empty(n, dtype=np.int64)
    for k in range(first, last):
        i, j = roots[k, 0], roots[k, 1]
        seen[i] = k
        parent[i], distance[i] = j, 0
        queue[0] = i
        count = 1
        if j != i:
            seen[j] = k
            parent[j], distance[j] = i, 0
            queue[1] = j
            count = 2
        done, loop = 0, False
        while done < count and not loop:
            spin = queue[done]
            done += 1
            if distance[spin] == p:
                break
            for entry in range(starts[spin], starts[spin + 1]):
                other = to[entry]
                if other == parent[spin] or (toward[other] != -1 and toward[spin] != other):
                    continue  # branches that do not lead to the core have no loops
                if seen[other] == k:
                    loop = True
                    break
                seen[other] = k
                parent[other], distance[other] = spin, distance[spin] + 1
                queue[count] = other
                count += 1
        out[k] = loop


@jit()
def cone_sizes(first: int, last: int, starts: Any, to: Any, roots: Any, p: int, out: Any) -> None:
    """Write the numbers of spins and couplings of the light cones of a range.

    Args:
        first, last, starts, to, roots, p: see `find_loops`.
        out: int64, shape (k, 2).
    """
    n = len(starts) - 1
    seen = np.full(n, -1, dtype=np.int64)
    distance = np.empty(n, dtype=np.int64)
    queue = np.empty(n, dtype=np.int64)
    for k in range(first, last):
        count = 0
        for side in range(2):
            root = roots[k, side]
            if seen[root] != k:
                seen[root], distance[root] = k, 0
                queue[count] = root
                count += 1
        done, links = 0, 0
        while done < count:
            spin = queue[done]
            done += 1
            if distance[spin] == p:
                break
            for entry in range(starts[spin], starts[spin + 1]):
                other = to[entry]
                if seen[other] != k:
                    seen[other], distance[other] = k, distance[spin] + 1
                    queue[count] = other
                    count += 1
                # A coupling counts at the end that leaves the queue first.
                if distance[other] > distance[spin] or (
                    distance[other] == distance[spin] and other > spin
                ):
                    links += 1
        out[k, 0], out[k, 1] = count, links


@jit()
def list_cones(
    first: int, last: int, starts: Any, to: Any, roots: Any, p: int, spin_ends: Any,
    link_ends: Any, spins: Any, distances: Any, links: Any, entries: Any,
) -> None:  # fmt: skip
    """Write the spins and couplings of the light cones of a range, roots first.

    Args:
        first, last, starts, to, roots, p: see `find_loops`.
        spin_ends, link_ends: one more than the last place of each cone, int64, shape (k + 1,)
            from 0 on.
        spins, distances: int64.
        links: places of both ends among the spins of a cone, int64, shape (total, 2).
        entries: a place of each coupling in the rows, int64.
    """
    n = len(starts) - 1
    seen = np.full(n, -1, dtype=np.int64)
    place = np.empty(n, dtype=np.int64)
    for k in range(first, last):
        base, link = spin_ends[k], link_ends[k]
        count = 0
        for side in range(2):
            root = roots[k, side]
            if seen[root] != k:
                seen[root], place[root] = k, count
                spins[base + count], distances[base + count] = root, 0
                count += 1
        done = 0
        while done < count:
            spin, far = spins[base + done], distances[base + done]
            if far == p:
                break
            for entry in range(starts[spin], starts[spin + 1]):
                other = to[entry]
                if seen[other] != k:
                    seen[other], place[other] = k, count
                    spins[base + count], distances[base + count] = other, far + 1
                    count += 1
                level = distances[base + place[other]]
                if level > far or (level == far and other > spin):
                    links[link, 0], links[link, 1] = done, place[other]
                    entries[link] = entry
                    link += 1
            done += 1
