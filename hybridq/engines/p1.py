"""Running engine for one layer of QAOA in closed form."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import ArrayLike

from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import EngineError, Setting
from hybridq.engines.base import Engine, Observable, Vector, check_widths, checked_threads
from hybridq.engines.info import EngineInfo
from hybridq.engines.layers import quadratic, read_layers
from hybridq.engines.simulators import COMPILED
from hybridq.operators.p1 import OneLayer, Sums


class P1Engine(Engine):
    """Exact expectation values and correlations of one layer, in closed form.

    The circuit takes |+…+⟩ through one phase and one X mixer. The engine holds no state, so that
    the number of qubits is unlimited; see `OneLayer` for the formulas.

    Args:
        circuit: Hadamard gates on all qubits, a phase by a quadratic cost, and the X mixer.
        observable: any diagonal Hamiltonian of terms of at most two qubits.
        threads: the number of threads; all cores by default.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin that needs no compiling.

    Raises:
        EngineError: the circuit has another form or more layers, or a term has a higher order.
        CapacityError: the couplings do not fit in the memory that is free.
        DimensionError: circuit and observable differ in width.
        ParameterError: threads < 1.
    """

    name: ClassVar[str] = "p1"
    holds_state: ClassVar[bool] = False

    def __init__(
        self,
        circuit: Circuit,
        observable: Observable,
        *,
        threads: int | None = None,
        kernels: str = COMPILED,
    ) -> None:
        super().__init__(circuit)
        self.kernels = kernels
        count = checked_threads(threads)
        check_widths(circuit, observable)
        self._layers = read_layers(circuit, self.name)
        if self._layers.p > 1:
            raise EngineError(
                f"the p1 engine is the closed form of one layer, and the circuit has "
                f"{self._layers.p}",
                argument="engine",
                value=self.name,
                remedy=_engines_of_more_layers(),
            )
        cost = quadratic(self._layers.hamiltonian, "cost", self.name)
        measured = quadratic(observable, "observable", self.name)
        self._layer = OneLayer(
            cost, cost if measured == cost else measured, threads=count, kernels=kernels
        )
        reason = f"one layer in closed form, {len(cost.pairs):,} couplings, no state"
        self.info = EngineInfo(self.name, reason, self.precision, count, kernels)

    def _angles(self, x: ArrayLike) -> tuple[float, float]:
        """Return γ and β at the parameters `x`."""
        gamma, beta = self._layers.angles(self.checked_point(x)).tolist()
        return gamma, beta

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the parameters `x`, shape (n_params,)."""
        return self._layer.energy(*self._angles(x))

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives, which cost nothing beyond the value."""
        value, *slopes = self._layer.energy_and_gradient(*self._angles(x))
        return value, self._layers.slopes(np.array(slopes))

    def expectations(self, points: ArrayLike) -> Vector:
        """Return ⟨H⟩ at each row of `points`; each γ is computed once for all β."""
        angles = np.array([self._layers.angles(row) for row in self.checked_points(points)])
        known: dict[float, Sums] = {}
        values = []
        for gamma, beta in angles.tolist():
            if gamma not in known:
                known[gamma] = self._layer.sums(gamma)
            values.append(self._layer.measured.constant + known[gamma].energy(beta))
        return np.array(values, dtype=np.float64)

    def correlations(self, x: ArrayLike, pairs: ArrayLike | None = None) -> tuple[Vector, Vector]:
        """Return ⟨Z_i⟩ and ⟨Z_iZ_j⟩; see `SupportsCorrelations`."""
        return self._layer.correlations(*self._angles(x), pairs)


def _engines_of_more_layers() -> tuple[str | Setting, ...]:
    """Return the remedy that names the engines for more than one layer."""
    from hybridq.engines.choose import AUTO, ENGINES

    named = [name for name in ("lightcone", "diagonal", "statevector") if name in ENGINES]
    parts: list[str | Setting] = ["use "]
    for name in named:
        parts += [Setting("engine", name), ", "]
    return (*parts[:-1], " or ", Setting("engine", AUTO))
