"""The promise every ansatz keeps: a circuit, a box for its parameters, and places to start."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.checks import checked_point
from hybridq.core.randomness import RandomLike

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

Vector = NDArray[np.float64]


class Ansatz(ABC):
    """A family of states: a circuit and its parameters.

    Attributes:
        kind: the family's plain name, as on the command line (``"uccsd"``).
        starts: names that `initial_point` takes, the default first.
    """

    kind: ClassVar[str]
    starts: ClassVar[tuple[str, ...]] = ("zero", "random")

    @property
    @abstractmethod
    def circuit(self) -> Circuit:
        """The circuit that prepares the state from |0…0⟩."""

    @property
    def n_qubits(self) -> int:
        """Width of the circuit."""
        return self.circuit.n_qubits

    @property
    def n_params(self) -> int:
        """Length of the parameter vector."""
        return self.circuit.n_params

    @property
    def bounds(self) -> Vector:
        """A box that holds every sensible choice of angles, shape (n_params, 2)."""
        return np.array([[-np.pi, np.pi]] * self.n_params).reshape(-1, 2)

    def into_bounds(self, x: ArrayLike) -> Vector:
        """The point of `bounds` that is nearest to `x`."""
        return np.clip(np.asarray(x, dtype=np.float64), self.bounds[:, 0], self.bounds[:, 1])

    def initial_point(self, start: str | ArrayLike | None = None, rng: RandomLike = None) -> Vector:
        """A parameter vector to start from, shape (n_params,).

        Args:
            start: one of `starts` (the first by default), or the parameters themselves.
            rng: for random starts.

        Raises:
            UnknownNameError: no start of that name.
            DimensionError: parameters of another number.
            ParameterError: parameters that are not finite.
        """
        if start is None or isinstance(start, str):
            from hybridq.core.registry import Registry

            names = Registry("initial point", {name: name for name in self.starts})
            return self._start(names[start or self.starts[0]], rng)
        return checked_point(f"the {self.kind} ansatz", start, self.n_params)

    @abstractmethod
    def _start(self, name: str, rng: RandomLike) -> Vector:
        """The point called `name`, one of `starts`."""

    def describe(self) -> dict[str, Any]:
        """Facts for a result: plain names and plain values."""
        return {"kind": self.kind, "n_params": self.n_params}
