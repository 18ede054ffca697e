"""Equal light cones: one program for each shape, one sum for each set of weights.

A cone is written with its spins in an order that its shape suggests: by distance, then by colours
that are refined with those of the neighbours, as Weisfeiler and Leman do, and ties are broken by
giving one of the tied spins a colour of its own. Two cones are merged only if they are the same
graph in their own orders, so that no two different cones ever are; where ties are broken in
different ways equal cones stay apart, and only time is lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.lightcone.cones import Cone
from hybridq.engines.lightcone.program import Shape

Ints = NDArray[np.int64]
Vector = NDArray[np.float64]

_FEW = 8  # cones that are not worth the search for equal ones


@dataclass(frozen=True)
class Family:
    """Cones of one shape.

    Attributes:
        shape: without weights.
        couplings: J of the links of each distinct cone, shape (c, links).
        fields: h of the spins of each distinct cone, shape (c, spins).
        targets: numbers of the roots' groups, shape (k,).
        which: the distinct cone of each target, shape (k,).
        signs: factor from its value to that of each target, ±1, shape (k,).
        spins: the spins of the first cone, for messages.
    """

    shape: Shape
    couplings: Vector
    fields: Vector
    targets: Ints
    which: Ints
    signs: Vector
    spins: Ints

    def part(self, kept: list[int]) -> Family:
        """Return the family of some of the targets."""
        if len(kept) == len(self.targets):
            return self
        distinct, which = np.unique(self.which[kept], return_inverse=True)
        return replace(
            self,
            couplings=self.couplings[distinct],
            fields=self.fields[distinct],
            targets=self.targets[kept],
            which=which.reshape(-1),
            signs=self.signs[kept],
        )


def families(cones: Iterable[Cone], p: int, *, with_fields: bool) -> Iterator[Family]:
    """Yield cones merged by shape and weights.

    Args:
        cones: any light cones.
        p: number of layers.
        with_fields: whether any spin has a field. Without fields, signs of couplings that a flip
            of spins takes away do not matter.
    """
    alike: dict[tuple[int, ...], list[Cone]] = defaultdict(list)
    for cone in cones:
        key = (len(cone.spins), len(cone.links), int(np.count_nonzero(cone.distances == 0)))
        alike[key].append(cone)
    for group in alike.values():
        parts = [group] if len(group) >= _FEW else [[cone] for cone in group]
        for part in parts:
            yield from _of_one_size(part, p, with_fields)


def _of_one_size(cones: list[Cone], p: int, with_fields: bool) -> Iterator[Family]:
    """Yield families of cones with equal numbers of spins and links."""
    distances = np.stack([cone.distances for cone in cones])
    links = np.stack([cone.links for cone in cones])
    couplings = np.stack([cone.couplings for cone in cones])
    fields = np.stack([cone.fields for cone in cones])
    targets = np.array([cone.target for cone in cones])
    spins = np.stack([cone.spins for cone in cones])
    order = np.arange(distances.shape[1])[None]
    if len(cones) > 1:
        order = _order(distances, links, p)
        links, couplings = _relabelled(links, couplings, order)
        distances = np.take_along_axis(distances, order, axis=1)
        fields = np.take_along_axis(fields, order, axis=1)
        spins = np.take_along_axis(spins, order, axis=1)
    rows = np.concatenate([distances, links.reshape(len(cones), -1)], axis=1)
    _, first, which = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    which = which.reshape(-1)
    for number, example in enumerate(first.tolist()):
        own = which == number
        shape = Shape(p, distances[example], links[example], with_fields)
        here, there = couplings[own], fields[own]
        signs = np.ones(len(here))
        if not with_fields:
            flips = _flips(shape, here)
            here = here * flips[:, shape.links[:, 0]] * flips[:, shape.links[:, 1]]
            signs = flips[:, : shape.n_roots].prod(axis=1)
        weights = np.concatenate([here, there], axis=1)
        distinct, same = np.unique(weights, axis=0, return_inverse=True)
        m = len(shape.links)
        yield Family(
            shape,
            np.ascontiguousarray(distinct[:, :m]),
            np.ascontiguousarray(distinct[:, m:]),
            targets[own],
            same.reshape(-1),
            signs,
            spins[example],
        )


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return numbers scrambled one to one (the finalizer of MurmurHash3)."""
    found = numbers ^ numbers >> np.uint64(33)
    found *= np.uint64(0xFF51AFD7ED558CCD)
    found ^= found >> np.uint64(33)
    found *= np.uint64(0xC4CEB9FE1A85EC53)
    return found ^ found >> np.uint64(33)


def _refined(colours: NDArray[np.uint64], links: Ints, rounds: int) -> NDArray[np.uint64]:
    """Return colours after rounds of adding scrambled colours of neighbours."""
    row = np.arange(len(colours))[:, None]
    size = colours.shape[1]
    one, other = (links[:, :, side] + size * row for side in (0, 1))
    for _ in range(rounds):
        given = _mixed(colours).reshape(-1)
        new = colours.copy().reshape(-1)
        np.add.at(new, one.reshape(-1), given[other.reshape(-1)])
        np.add.at(new, other.reshape(-1), given[one.reshape(-1)])
        colours = _mixed(new).reshape(-1, size)
    return colours


def _order(distances: Ints, links: Ints, p: int) -> Ints:
    """Return an order of the spins of each cone, roots first, shape (cones, spins)."""
    colours = _refined(_mixed(distances.astype(np.uint64)), links, 2 * p + 1)
    rows = np.arange(len(distances))
    for step in range(distances.shape[1]):
        order = np.lexsort((colours, distances), axis=1)
        sorted_colours = np.take_along_axis(colours, order, axis=1)
        tied = sorted_colours[:, 1:] == sorted_colours[:, :-1]
        open_rows = tied.any(axis=1)
        if not open_rows.any():
            break
        chosen = order[rows, tied.argmax(axis=1)][open_rows]
        colours[rows[open_rows], chosen] += np.uint64(step + 1)
        colours[open_rows] = _refined(colours[open_rows], links[open_rows], 2 * p + 1)
    return order


def _relabelled(links: Ints, couplings: Vector, order: Ints) -> tuple[Ints, Vector]:
    """Return links between the places of an order, sorted, and their couplings."""
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.arange(order.shape[1])[None], axis=1)
    row = np.arange(len(order))[:, None, None]
    moved = np.sort(place[row, links], axis=2)
    by = np.lexsort((moved[:, :, 1], moved[:, :, 0]), axis=1)
    return np.take_along_axis(moved, by[:, :, None], axis=1), np.take_along_axis(
        couplings, by, axis=1
    )


def _flips(shape: Shape, couplings: Vector) -> Vector:
    """Return signs of spins that make the couplings of a spanning forest positive."""
    size = len(shape.distances)
    near: list[list[tuple[int, int]]] = [[] for _ in range(size)]
    for place, (one, other) in enumerate(shape.links.tolist()):
        near[one].append((other, place))
        near[other].append((one, place))
    flips = np.zeros((len(couplings), size))
    reached = [False] * size
    for start in range(size):
        if reached[start]:
            continue
        reached[start] = True
        flips[:, start] = 1.0
        waiting = [start]
        for spin in waiting:
            for other, place in near[spin]:
                if not reached[other]:
                    reached[other] = True
                    flips[:, other] = flips[:, spin] * np.sign(couplings[:, place])
                    waiting.append(other)
    return flips
