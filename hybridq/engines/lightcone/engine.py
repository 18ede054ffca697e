"""Running engine for QAOA of any depth on graphs with small light cones."""

from __future__ import annotations

import weakref
from contextlib import ExitStack
from functools import cached_property
from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import CapacityError, Setting
from hybridq.core.executors import ExecutorLike, open_mapper
from hybridq.core.mapper import Mapper
from hybridq.engines.base import Engine, Observable, Vector, check_widths, checked_threads
from hybridq.engines.correlations import measured_pairs
from hybridq.engines.info import EngineInfo
from hybridq.engines.layers import quadratic, read_layers
from hybridq.engines.lightcone.routes import Routes, TooWide
from hybridq.engines.simulators import COMPILED
from hybridq.operators.ising import Ising

Ints = NDArray[np.int64]


class LightConeEngine(Engine):
    """Exact expectation values and correlations of QAOA, one light cone at a time.

    ⟨Z_iZ_j⟩ depends only on the qubits at most p couplings away from i or j. Each measured pair
    takes the way that suits its cone: messages along a tree, a sum over the paths of all qubits,
    or a simulation of the cone alone. The engine holds no state, so that the number of qubits is
    unlimited.

    Args:
        circuit: Hadamard gates on all qubits, then phases by a quadratic cost and X mixers.
        observable: any diagonal Hamiltonian of terms of at most two qubits.
        threads: the number of threads; all cores by default.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin that needs no compiling.
        executor: has the sums over paths as tasks; see `hybridq.core.executors.open_mapper`.

    Raises:
        EngineError: the circuit has another form, or a term has a higher order.
        CapacityError: a light cone is too wide; the message names it, and the largest depth whose
            cones all fit. Or messages and tables do not fit in memory.
        DimensionError: circuit and observable differ in width.
        ParameterError: threads < 1.
    """

    name: ClassVar[str] = "lightcone"
    holds_state: ClassVar[bool] = False

    def __init__(
        self,
        circuit: Circuit,
        observable: Observable,
        *,
        threads: int | None = None,
        kernels: str = COMPILED,
        executor: ExecutorLike = None,
    ) -> None:
        super().__init__(circuit)
        self.kernels = kernels
        self._mapper: Mapper | None = None
        if executor is not None:
            opened = ExitStack()
            self._mapper = opened.enter_context(open_mapper(executor))
            weakref.finalize(self, opened.close)
        self._threads = checked_threads(threads)
        check_widths(circuit, observable)
        self._layers = read_layers(circuit, self.name)
        self._cost = quadratic(self._layers.hamiltonian, "cost", self.name)
        self._measured = quadratic(observable, "observable", self.name)
        self._asked: tuple[Ints, Routes] | None = None  # the pairs of the last call, routed
        self._spins = np.flatnonzero(self._measured.linear)
        self._routes = self._routed(self._measured.pairs, self._spins)
        depth = f"{self._layers.p} layer{'s' * (self._layers.p > 1)}"
        reason = f"light cones of {depth}, no state: {self._routes.described()}"
        self.info = EngineInfo(self.name, reason, self.precision, self._threads, kernels)

    def _at(self, p: int, pairs: Ints, spins: Ints) -> Routes:
        """Return the routes of pairs and single spins at a depth."""
        return Routes(
            self._cost, p, pairs, spins, threads=self._threads, kernels=self.kernels,
            executor=self._mapper,
        )  # fmt: skip

    def _routed(self, pairs: Ints, spins: Ints) -> Routes:
        """Return the routes of pairs and single spins.

        Raises:
            CapacityError: a light cone is too wide.
        """
        try:
            return self._at(self._layers.p, pairs, spins)
        except TooWide as wide:
            roots = " and ".join(map(str, wide.roots))
            raise CapacityError(
                f"the light cone of {self._layers.p} layers around qubit"
                f"{'s' * (len(wide.roots) > 1)} {roots} has {wide.n_spins:,} qubits, {wide.reason}",
                argument="p",
                value=self._layers.p,
                remedy=self._largest(pairs, spins),
            ) from None

    def _largest(self, pairs: Ints, spins: Ints) -> tuple[str | Setting, ...]:
        """Return the remedy that names the largest depth whose cones all fit."""
        for p in range(self._layers.p - 1, 1, -1):
            try:
                self._at(p, pairs, spins)
            except (TooWide, CapacityError):
                continue
            return ("use ", Setting("p", p), ", the largest whose light cones all fit")
        return ("use ", Setting("p", 1), ", which has a closed form")

    @cached_property
    def _default(self) -> Routes:
        """The routes of all qubits and the measured pairs."""
        if not self._cost.linear.any() or len(self._spins) == self.n_qubits:
            return self._routes
        return self._routed(self._measured.pairs, np.arange(self.n_qubits))

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the parameters `x`, shape (n_params,)."""
        angles = self._layers.angles(self.checked_point(x))
        return self._energy(*self._routes.values(angles))

    @property
    def seconds_of_a_value(self) -> float:
        """Seconds that an expectation value takes, roughly; 0 where that is short."""
        return self._routes.seconds

    def _energy(self, z: Vector, zz: Vector) -> float:
        """Return the measured energy from mean spins and correlations."""
        measured: Ising = self._measured
        energy = measured.constant + (measured.couplings * zz).sum()
        return float(energy + (measured.linear[self._spins] * z).sum())

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives, by passes in reverse."""
        angles = self._layers.angles(self.checked_point(x))
        z, zz, slopes = self._routes.values_and_gradient(
            angles, self._measured.linear[self._spins], self._measured.couplings
        )
        return self._energy(z, zz), self._layers.slopes(slopes)

    def expectations(self, points: ArrayLike) -> Vector:
        """Return ⟨H⟩ at each row of `points`."""
        rows = self.checked_points(points)
        return np.array([self.expectation(row) for row in rows], dtype=np.float64)

    def correlations(self, x: ArrayLike, pairs: ArrayLike | None = None) -> tuple[Vector, Vector]:
        """Return ⟨Z_i⟩ and ⟨Z_iZ_j⟩; see `SupportsCorrelations`.

        Pairs that are not coupled take the light cone of both qubits.

        Raises:
            CapacityError: a light cone is too wide.
        """
        angles = self._layers.angles(self.checked_point(x))
        if pairs is None:
            routes = self._default
        else:
            chosen = np.sort(measured_pairs(self._layers.hamiltonian, pairs), axis=1)
            if self._asked is None or not np.array_equal(self._asked[0], chosen):
                self._asked = (chosen, self._routed(chosen, np.arange(self.n_qubits)))
            routes = self._asked[1]
        z, zz = routes.values(angles)
        if len(z) < self.n_qubits:  # no fields: all mean spins are 0
            z = np.zeros(self.n_qubits)
        return z, zz
