"""Running engine for QAOA of a state that is spread over ranks."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.core.randomness import RandomLike, as_generator
from hybridq.engines.base import (
    Engine,
    Vector,
    check_widths,
    checked_precision,
    checked_shots,
)
from hybridq.engines.diagonal.cost import plan_cost, whole_levels
from hybridq.engines.distributed.ranks import Job, Ranks
from hybridq.engines.info import EngineInfo
from hybridq.engines.layers import check_measured, read_layers
from hybridq.engines.simulators import COMPILED
from hybridq.operators.ising import Ising

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Observable


class DistributedEngine(Engine):
    """Exact simulation of layers e^{−iγH}, e^{iβΣX} on |+…+⟩, over 2^k ranks.

    A layer sends (1 − 1/R) 2^N / R amplitudes a rank, with N = n − 1 where the cost is spin-flip
    symmetric and N = n elsewhere; see `hybridq.engines.distributed.sharding`.

    Args:
        circuit: Hadamard gates on all qubits, then layers of a phase and a mixer.
        observable: the cost in the phases, again.
        ranks: the ranks.
        precision: ``"double"`` or ``"single"``.
        threads: threads of each rank; its share of the machine by default.
        kernels: ``"compiled"``, or ``"numpy"`` for the slow twin that needs no compiling.

    Attributes:
        job: the state and its cost, as every rank gets them.
        sent: bytes of amplitudes that this rank has sent so far.

    Raises:
        EngineError: the circuit has another form, or too few qubits for so many ranks.
        CapacityError: the state does not fit in the memory of the ranks.
        DimensionError: circuit and observable differ in width.
        ParameterError: the number of ranks is not a power of two.
    """

    name: ClassVar[str] = "distributed"

    def __init__(
        self,
        circuit: Circuit,
        observable: Observable,
        ranks: Ranks,
        *,
        precision: str = "double",
        threads: int | None = None,
        kernels: str = COMPILED,
    ) -> None:
        super().__init__(circuit)
        checked_precision(precision)
        self.precision = precision
        check_widths(circuit, observable)
        self._layers = read_layers(circuit, self.name)
        check_measured(self._layers.hamiltonian, observable, self.name)
        plan = plan_cost(Ising.from_pauli_sum(self._layers.hamiltonian))
        self._bits, self._symmetric, self._ising = plan.bits, plan.symmetric, plan.ising
        self._ranks = ranks
        self.job = Job(plan, precision, threads, kernels)
        number, self._shard = ranks.build(self.job)
        self._number = number
        weakref.finalize(self, ranks.drop, number)
        reason = "; ".join(filter(None, ["phases of a diagonal cost and X mixers", plan.share,
                                         ranks.shown]))  # fmt: skip
        self.info = EngineInfo(self.name, reason, precision, threads, kernels)

    @property
    def sent(self) -> int:
        """Bytes of amplitudes that this rank has sent so far."""
        return self._shard.sent

    def _angles(self, x: ArrayLike) -> Vector:
        """Return the angles γ_1 … γ_p, β_1 … β_p at the parameters `x`."""
        return self._layers.angles(self.checked_point(x))

    def expectation(self, x: ArrayLike) -> float:
        """Return ⟨H⟩ at the parameters `x`, shape (n_params,)."""
        value: float = self._ranks.run(self._number, self._shard, "energy", self._angles(x))
        return value

    def expectations(self, points: ArrayLike) -> Vector:
        """Return ⟨H⟩ at each row of `points`, shape (k, n_params) → (k,)."""
        rows = self.checked_points(points)
        return np.array([self.expectation(row) for row in rows], dtype=np.float64)

    def expectation_and_gradient(self, x: ArrayLike) -> tuple[float, Vector]:
        """Return ⟨H⟩ and its derivatives by the adjoint method, with two states in memory.

        Source: Jones, Gacon 2020, arXiv:2009.02823.

        Raises:
            CapacityError: two states do not fit in the memory of the ranks.
        """
        angles = self._angles(x)
        value, slopes = self._ranks.run(self._number, self._shard, "gradient", angles)
        return value, self._layers.slopes(slopes)

    def sample(self, x: ArrayLike, shots: int, rng: RandomLike = None) -> NDArray[np.int64]:
        """Return `shots` measured basis states as indices, shape (shots,), in any order.

        The same seed gives the same states on as many ranks.
        """
        shots = checked_shots(shots)
        angles = self._angles(x)
        generator = as_generator(rng)
        seed = int(generator.integers(2**63))
        found: NDArray[np.int64]
        found = self._ranks.run(self._number, self._shard, "sample", angles, shots, seed)
        if self._symmetric:
            # Either of the two states that one amplitude represents, with equal probability.
            found = found ^ generator.integers(0, 2, shots) * ((1 << self.n_qubits) - 1)
        return found

    def distribution(self, x: ArrayLike) -> tuple[Vector, Vector]:
        """Return the exact distribution of a cost whose values differ by integers.

        Returns:
            values that can occur, ascending, and the probability of each; shapes (k,).

        Raises:
            ParameterError: the values do not differ by integers, or are too many to list.
        """
        angles = self._angles(x)
        lowest, bins = whole_levels(self._ising)
        weights: Vector = self._ranks.run(
            self._number, self._shard, "histogram", angles, lowest, bins
        )
        seen = weights > 0.0
        values: Vector = lowest + np.arange(len(weights), dtype=np.float64)
        return values[seen], weights[seen]
