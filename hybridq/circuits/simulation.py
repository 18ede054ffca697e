"""The simulator behind `Circuit.state` and related methods.

Circuits know no engine. The package provides one when it is imported (`hybridq/__init__.py`).
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, cast

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from hybridq.circuits.circuit import Circuit, Values
    from hybridq.core.randomness import RandomLike
    from hybridq.operators.electronic import ElectronicHamiltonian
    from hybridq.operators.pauli_sum import PauliSum


class Simulator(Protocol):
    """Functions that run one circuit once; `Circuit` documents each."""

    def state(self, circuit: Circuit, x: Values | None = None) -> NDArray[np.complexfloating]:
        """Return the state vector, shape (2**n_qubits,)."""

    def probabilities(
        self, circuit: Circuit, qubits: Sequence[int] | None = None, x: Values | None = None
    ) -> NDArray[np.float64]:
        """Return the probability of each outcome on `qubits`."""

    def sample(
        self,
        circuit: Circuit,
        shots: int,
        rng: RandomLike = None,
        x: Values | None = None,
        qubits: Sequence[int] | None = None,
    ) -> dict[str, int]:
        """Return counts by bitstring."""

    def expectation(
        self,
        circuit: Circuit,
        observable: PauliSum | ElectronicHamiltonian,
        x: Values | None = None,
    ) -> float:
        """Return the expectation value of `observable`."""


_module: list[str] = []


def provide(module: str) -> None:
    """Make a module the simulator; it is imported when used.

    Args:
        module: dotted name of a module with the functions of `Simulator`.
    """
    _module[:] = [module]


def simulator() -> Simulator:
    """Return the simulator that was provided."""
    return cast(Simulator, importlib.import_module(_module[0]))
