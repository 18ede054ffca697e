r"""Sums over the paths of all spins of a light cone, one binary variable at a time.

The cone of roots at distance 0 has the spins at most p couplings away. A spin at distance k has
the ket and bra bits of layers 1 … p − k and one common bit of layer p − k + 1; later layers cancel.
A root has both bits of all p layers. The expectation value is the sum over all bits of a product
of small tables:

- of a mixer, between the bits of neighbouring layers;
- :math:`e^{\mp i J \gamma_l a b}` of a coupling, between the bits of layer l of its spins;
- :math:`e^{\mp i h \gamma_l b}` of a field;
- of the last mixer and Z, between the last bits of a root.

Variables are summed in a greedy order, by fewest new links or fewest neighbours, as in the
contraction of tensor networks. Without fields a flip of all spins changes nothing, so that one bit
is fixed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.engines.lightcone.kernels import elimination as kinds

Ints = NDArray[np.int64]

_CHEAP = 2.0**14  # products, below which no other order is tried
Variable = tuple[int, int, int]


@dataclass(frozen=True)
class Shape:
    """A light cone without weights.

    Attributes:
        p: number of layers.
        distances: of each spin from the roots, roots first, shape (k,).
        links: coupled spins, int64, shape (m, 2); none of two spins at distance p.
        fields: whether spins have fields.
    """

    p: int
    distances: Ints
    links: Ints
    fields: bool

    @property
    def n_roots(self) -> int:
        """Number of measured spins."""
        return int(np.count_nonzero(self.distances == 0))


def _factors(shape: Shape) -> tuple[list[tuple[int, int, int]], list[tuple[Variable, ...]]]:
    """Return kind, layer and place of each factor, and its variables, high bit first."""
    p, distances = shape.p, shape.distances.tolist()
    kept: list[tuple[int, int, int]] = []
    over: list[tuple[Variable, ...]] = []

    def bit(spin: int, layer: int, side: int) -> Variable:
        common = distances[spin] > 0 and layer == p - distances[spin]
        return (spin, layer, 0 if common else side)

    for spin, far in enumerate(distances):
        both = p - far  # layers with ket and bra
        for layer in range(both if far else p - 1):
            for side in (0, 1):
                kept.append((kinds.MIXER + side, layer, 0))
                over.append((bit(spin, layer, side), bit(spin, layer + 1, side)))
        if far == 0:
            kept.append((kinds.END, p - 1, 0))
            over.append((bit(spin, p - 1, 0), bit(spin, p - 1, 1)))
        if shape.fields:
            for layer in range(both):
                for side in (0, 1):
                    kept.append((kinds.FIELD + side, layer, spin))
                    over.append((bit(spin, layer, side),))
    for place, (one, other) in enumerate(shape.links.tolist()):
        near, far = sorted((distances[one], distances[other]))
        for layer in range(min(p - near, p - far + (far > near))):
            for side in (0, 1):
                kept.append((kinds.PHASE + side, layer, place))
                over.append((bit(one, layer, side), bit(other, layer, side)))
    return kept, over


@dataclass(frozen=True)
class Plan:
    """An order in which the variables of a cone are summed.

    Attributes:
        order: numbers of the variables; all of them, unless a table was too large.
        widths: variables of the table that each sum leaves.
        width: the most of them.
        cost: products of numbers, about.
        complete: whether no table is too large.
    """

    order: Ints
    widths: Ints
    width: int
    cost: float
    complete: bool


class Program:
    """The steps of the sum for one shape.

    Args:
        shape: of the cone.
        kernels: the module of the kernels, compiled or plain.
        most: the most variables of a table.

    Attributes:
        plan: the order, with its cost; without steps if it is not complete.
        size: number of values of all tables, 0 if the order is not complete.
    """

    def __init__(self, shape: Shape, kernels: Any, most: int) -> None:
        self.shape, self._kernels = shape, kernels
        self._kept, over = _factors(shape)
        fixed = None if shape.fields else (0, shape.p - 1, 0)
        names = sorted({name for each in over for name in each if name != fixed})
        number = {name: k for k, name in enumerate(names)}
        self._over = [[number.get(name, -1) for name in each] for each in over]
        self._count = len(names)
        self.scale = 0.5 ** len(shape.distances) * (1.0 if shape.fields else 2.0)
        self.plan = self._planned(most)
        self.size = 0
        if self.plan.complete:
            tables = sum(1 << len(each) for each in over)
            self.size = tables + int((1 << self.plan.widths).sum())
        self._steps: tuple[Ints, ...] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return the attributes, with the name of the kernels' module."""
        return {**vars(self), "_kernels": self._kernels.__name__}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Set the attributes of a copy in another process."""
        vars(self).update(state)
        self._kernels = import_module(state["_kernels"])

    def _planned(self, most: int) -> Plan:
        """Return the cheaper of two greedy orders."""
        words = max(self._count + 63, 64) // 64
        near = np.zeros((self._count, words), dtype=np.uint64)
        for each in self._over:
            for one in each:
                for other in each:
                    if one != other and one >= 0 and other >= 0:
                        near[one, other // 64] |= np.uint64(1 << other % 64)
        plans = []
        for by_fill in (False, True):
            order, widths = (np.empty(self._count, dtype=np.int64) for _ in range(2))
            done = self._kernels.order_variables(near.copy(), by_fill, order, widths, most)
            cost = float(np.exp2(widths[:done] + 2.0).sum())
            width = int(widths[:done].max(initial=0)) if done == self._count else most + 1
            plans.append(Plan(order[:done], widths[:done], width, cost, done == self._count))
            if plans[-1].complete and cost < _CHEAP:
                break
        return min(plans, key=lambda plan: (not plan.complete, plan.cost))

    def _compiled(self) -> tuple[Ints, ...]:
        """Return the arguments of the kernels, with tables and steps laid out."""
        rank = np.empty(self._count + 1, dtype=np.int64)
        rank[self.plan.order] = np.arange(self._count)
        factors = np.zeros((len(self._kept), 4), dtype=np.int64)
        tables: dict[int, tuple[int, dict[int, int]]] = {}  # first value, strides of variables
        at = 0
        holding: list[list[int]] = [[] for _ in range(self._count)]
        for k, (kept, over) in enumerate(zip(self._kept, self._over, strict=True)):
            factors[k] = (*kept, at)
            strides = {v: 1 << len(over) - 1 - i for i, v in enumerate(over) if v >= 0}
            tables[k] = at, strides
            for v in strides:
                holding[v].append(k)
            at += 1 << len(over)
        self.factor_values = at
        ends, outputs, widths = [0], list[int](), list[int]()
        bases, halves, lows, highs = (list[int]() for _ in range(4))
        offsets: list[Ints] = []
        length = 0
        for v in self.plan.order.tolist():
            used = [k for k in holding[v] if k in tables]
            union: set[int] = set()
            for k in used:
                union |= tables[k][1].keys()
            union.discard(v)
            # The variable that is summed next has the highest bit, so that its halves are whole.
            rest = sorted(union, key=lambda name: -rank[name])
            low = len(rest) // 2
            for k in used:
                base, strides = tables.pop(k)
                bases.append(base)
                halves.append(strides[v])
                steps = [strides.get(name, 0) for name in rest]
                for part, places in ((steps[:low], lows), (steps[low:], highs)):
                    places.append(length)
                    offsets.append(_sums(part))
                    length += 1 << len(part)
            ends.append(len(bases))
            outputs.append(at)
            widths.append(len(rest))
            new = len(factors) + len(outputs)
            tables[new] = at, {name: 1 << i for i, name in enumerate(rest)}
            for name in rest:
                holding[name].append(new)
            at += 1 << len(rest)
        assert at == self.size
        self._factors = factors
        self._last = np.array([table[0] for table in tables.values()], dtype=np.int64)
        lists = (ends, outputs, widths, bases, halves, lows, highs)
        return (*(np.array(each, dtype=np.int64) for each in lists), np.concatenate(offsets))

    def value(self, couplings: Any, fields: Any, gammas: Any, betas: Any) -> float:
        """Return the expectation value of the product of Z of the roots.

        Args:
            couplings: J of each link.
            fields: h of each spin.
            gammas, betas: angles, shape (p,).
        """
        return self._sum(couplings, fields, gammas, betas)[0]

    def _sum(self, couplings: Any, fields: Any, gammas: Any, betas: Any) -> tuple[float, Any]:
        """Return the value, and all tables."""
        if self._steps is None:  # a plan alone is enough to know whether all cones fit
            self._steps = self._compiled()
        values = np.empty(self.size, dtype=np.complex128)
        self._kernels.fill_factors(self._factors, couplings, fields, gammas, betas, False, values)
        self._kernels.eliminate(*self._steps, values)
        return float(self.scale * np.prod(values[self._last]).real), values

    def value_and_slopes(
        self, couplings: Any, fields: Any, gammas: Any, betas: Any
    ) -> tuple[float, NDArray[np.float64]]:
        """Return `value` and its derivatives by γ and β, shape (2p,)."""
        value, values = self._sum(couplings, fields, gammas, betas)
        assert self._steps is not None
        adjoints = np.zeros_like(values)
        ends = values[self._last]
        for k, place in enumerate(self._last.tolist()):
            adjoints[place] = self.scale * np.prod(np.delete(ends, k))
        self._kernels.eliminate_back(*self._steps, values, adjoints)
        slopes = np.zeros(self.factor_values, dtype=np.complex128)
        self._kernels.fill_factors(self._factors, couplings, fields, gammas, betas, True, slopes)
        products = (slopes * adjoints[: self.factor_values]).real
        sums = np.add.reduceat(products, self._factors[:, 3])
        p, found = self.shape.p, np.zeros(2 * self.shape.p)
        mixed = self._factors[:, 0] <= kinds.END
        np.add.at(found, self._factors[:, 1] + p * mixed, sums)
        return value, found


def _sums(strides: Sequence[int]) -> Ints:
    """Return the sum of the strides of the bits of each index."""
    found = np.zeros(1, dtype=np.int64)
    for stride in strides:
        found = np.concatenate([found, found + stride])
    return found
