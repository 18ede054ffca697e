"""Base class of ansätze: a circuit, bounds of its parameters, and initial points."""

from __future__ import annotations

import dataclasses
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hybridq.ansatz.checks import checked_point
from hybridq.core.configured import Configured
from hybridq.core.errors import ParameterError
from hybridq.core.randomness import RandomLike
from hybridq.core.registry import Registry

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.operators.electronic import ElectronicHamiltonian
    from hybridq.operators.pauli_sum import PauliSum
    from hybridq.problems.base import Problem

Vector = NDArray[np.float64]


class NoProblemError(ParameterError, TypeError):
    """An ansatz is called with options, but without a problem.

    Args:
        ansatz: the name of the class.
        argument: its first argument.
    """

    def __init__(self, ansatz: str, argument: str) -> None:
        super().__init__(
            f"{ansatz} needs a problem or a Hamiltonian as its first argument",
            argument=argument,
            remedy=f"write {ansatz}(problem, ...)",
        )


class Ansatz(Configured, ABC):
    """A family of states: a circuit and its parameters.

    A subclass is a frozen dataclass; its fields after the first are its options.

    Attributes:
        kind: the family's plain name, as on the command line (``"uccsd"``).
        summary: one line that says what it is for.
        source: where it is published.
        starts: names that `initial_point` takes, the default first.
    """

    #: Numbers of spin-up and spin-down electrons that the circuit keeps, None without such.
    particles: tuple[int, int] | None = None

    kind: ClassVar[str]
    summary: ClassVar[str] = ""
    source: ClassVar[str] = ""
    starts: ClassVar[tuple[str, ...]] = ("zero", "random")

    def __new__(cls, *positional: Any, **options: Any) -> Self:
        """Return an ansatz to be initialized.

        Raises:
            UnknownOptionError: it does not take an option.
            NoProblemError: options are given, but no problem.
        """
        made = super().__new__(cls, *positional, **options)
        first = dataclasses.fields(cls)[0].name if dataclasses.is_dataclass(cls) else None
        if options and not positional and first is not None and first not in options:
            raise NoProblemError(cls.__name__, first)
        return made

    @classmethod
    def for_problem(cls, problem: Problem, **options: Any) -> Self:
        """Return the ansatz for `problem`.

        Args:
            problem: the problem, which gives the first field.
            options: the other fields.

        Raises:
            ParameterError: the problem does not fit, or an option has a value that is not accepted.
        """
        return cls(problem, **options)

    @classmethod
    def suits(cls, family: type[Problem]) -> bool:
        """Return whether the ansatz can be built for problems of a family."""
        return True

    @classmethod
    def options_for(cls, family: type[Problem]) -> tuple[str, ...]:
        """Return the names of the options with a meaning for problems of a family."""
        return tuple(field.name for field in dataclasses.fields(cls)[1:])  # type: ignore[arg-type]

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
        """Lowest and highest value of each parameter, shape (n_params, 2)."""
        return np.array([[-np.pi, np.pi]] * self.n_params).reshape(-1, 2)

    def into_bounds(self, x: ArrayLike) -> Vector:
        """Return the point of `bounds` that is nearest to `x`."""
        return np.clip(np.asarray(x, dtype=np.float64), self.bounds[:, 0], self.bounds[:, 1])

    @property
    def periods(self) -> Vector:
        """Periods up to a global phase, infinite if unknown; shape (n_params,)."""
        return np.full(self.n_params, np.inf)

    @property
    def parameter_names(self) -> tuple[str, ...]:
        """A name of each parameter, such as ``theta_1``."""
        return tuple(f"theta_{number + 1}" for number in range(self.n_params))

    def reduced(self, x: ArrayLike, near: ArrayLike = 0.0) -> Vector:
        """Return parameters of the same state within half a period of `near`.

        Shape (n_params,). Those that are there already, or have no known period, stay as they are.
        """
        point, periods = np.array(x, dtype=np.float64), self.periods
        distance = point - np.asarray(near, dtype=np.float64)
        outside = np.abs(distance) > periods / 2.0
        period = periods[outside]
        point[outside] -= period * np.round(distance[outside] / period)
        return point

    def initial_point(self, start: str | ArrayLike | None = None, rng: RandomLike = None) -> Vector:
        """Return a parameter vector to start from, shape (n_params,).

        Args:
            start: one of `starts` (the first by default), or the parameters themselves.
            rng: for random starts.

        Raises:
            UnknownNameError: no start of that name.
            DimensionError: parameters of another number.
            ParameterError: parameters that are not finite.
        """
        if start is None or isinstance(start, str):
            names = Registry("initial point", {name: name for name in self.starts})
            return self._start(names[start or self.starts[0]], rng)
        return checked_point(f"the {self.kind} ansatz", start, self.n_params)

    @abstractmethod
    def _start(self, name: str, rng: RandomLike) -> Vector:
        """Return the point called `name`, one of `starts`."""

    @classmethod
    def richer(cls, facts: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
        """Return options of more expressive circuits of the family, the nearest first.

        Args:
            facts: those of `describe` in a result.
        """
        return ()

    def measured(self, problem: Problem) -> PauliSum | ElectronicHamiltonian:
        """Return the observable of a problem that a search with this circuit measures."""
        return problem.observable

    def describe(self) -> dict[str, Any]:
        """Return facts for a result: plain names and plain values."""
        return {"kind": self.kind, "n_params": self.n_params}
