"""The way of each light cone: messages along a tree, a sum over paths, or a state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hybridq.core import memory
from hybridq.core.executors import ExecutorLike, open_mapper
from hybridq.engines.lightcone import dense
from hybridq.engines.lightcone.cones import Cone, ConeSearch
from hybridq.engines.lightcone.program import Program, Shape
from hybridq.engines.lightcone.shapes import Family, families
from hybridq.operators.ising import Ising
from hybridq.operators.paths import TreeMessages

Ints = NDArray[np.int64]
Vector = NDArray[np.float64]

MOST_WIDTH = 26
"""Variables of the largest table of a sum over paths."""

_Task = tuple[Program, Vector, Vector, Vector, Vector]
"""A program, the couplings and fields of a cone, γ_1 … γ_p and β_1 … β_p."""

_MOST_SPINS = 4000  # of a cone with loops, beyond which no order is searched
_PRODUCTS_A_SECOND = 3e8  # on one thread
_WIDEST = 16  # cones that are looked at before all are listed


@dataclass(frozen=True)
class TooWide(Exception):
    """A light cone that fits nowhere.

    Attributes:
        roots: the measured spins.
        n_spins: spins of the cone.
        reason: the obstacle, in words.
    """

    roots: tuple[int, ...]
    n_spins: int
    reason: str


@dataclass(frozen=True)
class _Sum:
    """A program and the cones that it values."""

    program: Program
    family: Family


class Routes:
    """Values of pairs and single spins at one depth.

    Args:
        ising: the energy in the phases, of order two at most.
        p: number of layers.
        pairs: measured pairs of spins, int64, shape (k, 2).
        spins: measured spins, int64, shape (j,).
        threads: number of threads.
        kernels: ``"compiled"`` or ``"numpy"``.
        executor: has the sums over paths as tasks, in place of threads.

    Raises:
        TooWide: a cone fits nowhere; nothing large is allocated by then.
        CapacityError: messages or tables do not fit in the memory that is free.
    """

    def __init__(
        self,
        ising: Ising,
        p: int,
        pairs: Ints,
        spins: Ints,
        *,
        threads: int,
        kernels: str,
        executor: ExecutorLike = None,
    ) -> None:
        self.ising, self.p = ising, p
        self._n_pairs, self._n_spins = len(pairs), len(spins)
        self._threads, self._kernels, self._executor = threads, kernels, executor
        self._with_fields = bool(ising.linear.any())
        self._search = ConeSearch(ising, p, self._module())
        rows = self._search.rows
        targets = np.arange(len(pairs) + len(spins))
        roots = np.concatenate([pairs, np.stack([spins, spins], axis=1)])
        single = targets >= len(pairs)
        entries = np.full(len(targets), -1)
        entries[: len(pairs)] = rows.places(pairs)[:, 0]
        whole = single | (entries >= 0)  # a coupled pair or a single spin
        tree = whole.copy()
        tree[whole] = ~self._search.loops(roots[whole])
        if not self._with_fields:  # the mean spins are 0
            tree &= ~single
        self._tree_pairs, self._tree_spins = targets[tree & ~single], targets[tree & single]
        pair_of = np.empty(len(rows.to), dtype=np.int64)
        pair_of[rows.entries] = np.arange(len(rows.entries))[:, None]
        self._messages = TreeMessages(
            ising, p, pair_of[entries[self._tree_pairs]], roots[self._tree_spins, 0],
            threads=threads, kernels=kernels,
        )  # fmt: skip
        if len(self._tree_pairs) + len(self._tree_spins):
            self._messages.require()
        others = targets[~tree & (self._with_fields | ~single)]
        self._sums: list[_Sum] = []
        self._dense: list[dense.DenseCone] = []
        if len(others):
            self._plan(roots, others)

    def _module(self) -> Any:
        """Return the module of the kernels for cones."""
        if self._kernels == "numpy":
            from hybridq.engines.lightcone import plain

            return plain
        from hybridq.engines.lightcone import kernels

        return kernels

    # -- plan -----------------------------------------------------------------------------------

    def _plan(self, roots: Ints, targets: Ints) -> None:
        """Decide about the cones with loops, and about pairs that are not coupled."""
        own = roots[targets]
        reach = self._search.reach(own)
        widest = np.argsort(-reach, kind="stable")[:_WIDEST]
        sizes = self._search.sizes(own[widest])
        loops = sizes[:, 1] - sizes[:, 0]
        for most in sorted({int(sizes[:, 0].argmax()), int(loops.argmax())}):
            k = int(widest[most])
            self._check(self._search, own[k : k + 1], targets[k : k + 1], sizes[most][None])
        sizes = self._search.sizes(own)
        for k in np.argsort(sizes[:, 0] - sizes[:, 1], kind="stable")[:_WIDEST].tolist():
            self._check(self._search, own[k : k + 1], targets[k : k + 1], sizes[k : k + 1])
        small: dict[bytes, list[tuple[Cone, float]]] = defaultdict(list)
        found: list[tuple[Program, Family]] = []
        cones = {}
        for cone in self._search.listed(own, targets, sizes):
            cones[cone.target] = cone
        costs: dict[int, float] = {}
        for family in families(cones.values(), self.p, with_fields=self._with_fields):
            program = Program(family.shape, self._module(), MOST_WIDTH)
            cost = program.plan.cost if program.plan.complete else np.inf
            if len(family.spins) > dense.MOST_QUBITS:
                self._fits(program, family.spins)
            found.append((program, family))
            costs.update((target, cost) for target in family.targets.tolist())
        taken: set[int] = set()
        for target, cone in cones.items():
            if len(cone.spins) <= dense.MOST_QUBITS:
                small[np.sort(cone.spins).tobytes()].append((cone, costs[target]))
        for group in small.values():
            spins = np.sort(group[0][0].spins)
            if sum(cost for _, cost in group) > dense.cost_of(len(spins), self.p):
                inside = np.array([cone.target for cone, _ in group])
                taken.update(inside.tolist())
                self._dense.append(
                    dense.DenseCone(
                        self.ising,
                        self._search.rows,
                        self.p,
                        spins,
                        inside,
                        roots[inside],
                        threads=self._threads,
                        kernels=self._kernels,
                    )
                )
        for program, family in found:
            left = [k for k, target in enumerate(family.targets.tolist()) if target not in taken]
            if left:
                self._sums.append(_Sum(program, family.part(left)))
        for each in self._sums:
            memory.require(
                16 * each.program.size,
                f"a sum over the paths of {len(each.family.spins)} spins",
                "use fewer layers",
            )

    def _check(self, search: ConeSearch, roots: Ints, targets: Ints, sizes: Ints) -> None:
        """Raise unless a single cone fits somewhere."""
        n_spins = int(sizes[0, 0])
        if n_spins <= dense.MOST_QUBITS:
            return
        if n_spins > _MOST_SPINS:
            raise TooWide(
                tuple(np.unique(roots).tolist()), n_spins, "too many for a sum over paths"
            )
        (cone,) = search.listed(roots, targets, sizes)
        shape = Shape(self.p, cone.distances, cone.links, self._with_fields)
        self._fits(Program(shape, self._module(), MOST_WIDTH), cone.spins)

    def _fits(self, program: Program, spins: Ints) -> None:
        """Raise unless the tables of a program are small enough."""
        if not program.plan.complete:
            raise TooWide(
                tuple(spins[: program.shape.n_roots].tolist()),
                len(spins),
                f"whose sum over paths takes tables of more than 2^{MOST_WIDTH} numbers",
            )

    @property
    def seconds(self) -> float:
        """Seconds that the cones with loops take for a value on all threads, roughly."""
        products = sum(
            each.program.plan.cost * len(each.family.couplings) for each in self._sums
        ) + sum(dense.cost_of(cone.n_spins, self.p) for cone in self._dense)
        return float(products) / (_PRODUCTS_A_SECOND * self._threads)

    def described(self) -> str:
        """Return the numbers of cones by their ways, in words."""
        trees = len(self._tree_pairs) + len(self._tree_spins)
        parts = [f"{trees:,} {'trees' if trees > 1 else 'tree'}"] if trees else []
        looped = sum(len(each.family.targets) for each in self._sums)
        if looped:
            width = max(each.program.plan.width for each in self._sums)
            parts.append(f"{looped:,} with loops, in tables of up to 2^{width} numbers")
        inside = sum(len(each.targets) for each in self._dense)
        if inside:
            most = max(each.n_spins for each in self._dense)
            parts.append(f"{inside:,} as states of up to {most} qubits")
        return "; ".join(parts) or "no couplings"

    # -- values ---------------------------------------------------------------------------------

    def values(self, angles: Vector) -> tuple[Vector, Vector]:
        """Return ⟨Z⟩ of the spins and ⟨ZZ⟩ of the pairs at γ_1 … γ_p, β_1 … β_p."""
        gammas, betas = self._split(angles)
        found = np.zeros(self._n_pairs + self._n_spins)
        if len(self._tree_pairs) + len(self._tree_spins):
            z, zz = self._messages.values(gammas, betas)
            found[self._tree_pairs], found[self._tree_spins] = zz, z

        for each, own in zip(self._sums, self._mapped(_value, gammas, betas, 16), strict=True):
            found[each.family.targets] = each.family.signs * np.array(own)[each.family.which]
        for cone in self._dense:
            found[cone.targets] = cone.values(angles)
        return found[self._n_pairs :], found[: self._n_pairs]

    def values_and_gradient(
        self, angles: Vector, of_spins: Vector, of_pairs: Vector
    ) -> tuple[Vector, Vector, Vector]:
        """Return `values`, and the derivatives of a weighted sum of them by the angles.

        Args:
            angles: γ_1 … γ_p, β_1 … β_p.
            of_spins, of_pairs: the weights.
        """
        gammas, betas = self._split(angles)
        found = np.zeros(self._n_pairs + self._n_spins)
        weights, gradient = np.concatenate([of_pairs, of_spins]), np.zeros(2 * self.p)
        if len(self._tree_pairs) + len(self._tree_spins):
            self._messages.require(gradient=True)
            z, zz, gradient = self._messages.values_and_gradient(
                gammas, betas, weights[self._tree_spins], weights[self._tree_pairs]
            )
            found[self._tree_pairs], found[self._tree_spins] = zz, z

        for each, own in zip(self._sums, self._mapped(_slopes, gammas, betas, 32), strict=True):
            family = each.family
            found[family.targets] = family.signs * np.array([v for v, _ in own])[family.which]
            total = np.bincount(
                family.which, family.signs * weights[family.targets], len(family.couplings)
            )
            gradient = gradient + np.einsum("k,kl->l", total, np.array([s for _, s in own]))
        for cone in self._dense:
            found[cone.targets], part = cone.values_and_gradient(angles, weights[cone.targets])
            gradient = gradient + part
        return found[self._n_pairs :], found[: self._n_pairs], gradient

    def _split(self, angles: Vector) -> tuple[Vector, Vector]:
        """Return γ and β as contiguous arrays."""
        angles = np.ascontiguousarray(angles)
        return angles[: self.p].copy(), angles[self.p :].copy()

    def _mapped(
        self, function: Callable[[_Task], Any], gammas: Vector, betas: Vector, size: int
    ) -> list[list[Any]]:
        """Return the function of all distinct cones of each sum.

        They are tasks of the executor; without one of as many threads as the tables allow.

        Args:
            function: of a task.
            gammas, betas: the angles.
            size: bytes of a value in the tables.
        """
        tasks: list[_Task] = [
            (each.program, each.family.couplings[k], each.family.fields[k], gammas, betas)
            for each in self._sums
            for k in range(len(each.family.couplings))
        ]
        with open_mapper(self._executor or self._own_threads(len(tasks), size)) as mapper:
            found = iter(mapper.map(function, tasks))
        return [[next(found) for _ in each.family.couplings] for each in self._sums]

    def _own_threads(self, tasks: int, size: int) -> str:
        """Return the executor of as many threads as the tables allow."""
        largest = size * max((each.program.size for each in self._sums), default=0)
        memory.require(largest, "the tables of a sum over paths", "use fewer layers")
        threads = 1 if self._kernels == "numpy" else min(self._threads, tasks)
        free = memory.available_bytes() if threads > 1 else None
        if free is not None:
            threads = max(1, min(threads, free // max(2 * largest, 1)))
        return f"threads:{threads}" if threads > 1 else "serial"


def _value(task: _Task) -> float:
    """Return the value of a cone; workers call this."""
    program, couplings, fields, gammas, betas = task
    return program.value(couplings, fields, gammas, betas)


def _slopes(task: _Task) -> tuple[float, Vector]:
    """Return the value and the slopes of a cone; workers call this."""
    program, couplings, fields, gammas, betas = task
    return program.value_and_slopes(couplings, fields, gammas, betas)
