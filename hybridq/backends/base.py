"""The contract of a backend: a configuration that connects, and its connection.

A backend runs batches of executions, each a circuit with values of its parameters and shots,
measured in the computational basis. Bits are arrays, column i is qubit i of the circuit.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hybridq.circuits.placed import PlacedCircuit
from hybridq.core.checks import checked_count, is_finite
from hybridq.core.configured import Configured
from hybridq.core.errors import DimensionError, HybridqError, ParameterError
from hybridq.core.plain import plain

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.noise import NoiseModel

Bits: TypeAlias = NDArray[np.uint8]
"""Measured bits, shape (shots, n_qubits), column i is qubit i."""


class BackendError(HybridqError):
    """A backend cannot run what is asked for, or what came back is not usable."""


class ServiceError(HybridqError):
    """A call of a service failed in transit and can be repeated.

    Whether a submission has reached the service is not known then.
    """


class PendingError(HybridqError):
    """Jobs are submitted and have no results yet.

    Args:
        message: the jobs, and what is to be done.
        jobs: their ids.
        remedy: what to do.
    """

    is_pending: ClassVar[bool] = True

    def __init__(self, message: str, jobs: Sequence[str], remedy: str | None = None) -> None:
        self.jobs = tuple(jobs)
        super().__init__(message, remedy=remedy)


class Status(StrEnum):
    """State of a job at a backend.

    Attributes:
        WAITING: queued or running.
        DONE: its results can be fetched.
        FAILED: it ended without results.
        CANCELLED: it was cancelled.
        UNKNOWN: the backend has no job of that id.
    """

    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Execution:
    """One run: a circuit, values of its parameters, and shots.

    Args:
        circuit: measured at the end, on all qubits or those of a `PlacedCircuit`.
        values: of its parameters, in their order.
        shots: number of measurements, at least 1.
        done: number of earlier shots of the same circuit and values, by which simulators draw
            further ones.

    Raises:
        DimensionError: another number of values than parameters.
        ParameterError: a value that is not finite, or no positive number of shots.
    """

    circuit: Circuit
    values: tuple[float, ...]
    shots: int
    done: int = 0

    def __post_init__(self) -> None:
        values = tuple(float(value) for value in self.values)
        if len(values) != self.circuit.n_params:
            raise DimensionError(
                argument="values",
                value=list(values),
                expected=f"{self.circuit.n_params} numbers, one for each parameter",
            )
        if not all(map(is_finite, values)):
            raise ParameterError(argument="values", value=list(values), expected="finite numbers")
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "shots", checked_count("shots", self.shots))

    @property
    def n_qubits(self) -> int:
        """Number of measured qubits."""
        return len(self.circuit.measured)

    @cached_property
    def program(self) -> str:
        """The circuit as OpenQASM 3, measured at the end, its parameters as inputs."""
        return self.circuit.to_qasm(3, measure=True)

    @cached_property
    def content(self) -> str:
        """Digest of circuit and values, equal for equal content: 32 hexadecimal digits."""
        text = json.dumps([self.program, [value.hex() for value in self.values]])
        return sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True)
class Price:
    """Price of executions, in one currency.

    Args:
        execution: of each execution.
        shot: of each shot.
        currency: its name.
    """

    execution: float = 0.0
    shot: float = 0.0
    currency: str = "USD"

    def of(self, executions: int, shots: int) -> float:
        """Return the price of executions with so many shots in all."""
        return self.execution * executions + self.shot * shots


@dataclass(frozen=True)
class Capabilities:
    """Limits and properties of a backend.

    Attributes:
        n_qubits: the widest circuit that it takes; None without a limit.
        coupling: pairs of qubits with gates between them; None for all pairs.
        basis: names of its gates; empty where any gate is taken.
        most_shots: of one execution; None without a limit.
        most_executions: of one batch; None without a limit.
        most_batch_shots: of one batch; None without a limit.
        equal_shots: whether the executions of a batch need equal numbers of shots.
        price: of executions; None where it is not known.
        durable: whether jobs outlive the process that submitted them.
        waits: whether results come while a process waits; else by hand, later.
        settle: seconds after which a submission is visible to `Connection.find` or never will be.
    """

    n_qubits: int | None = None
    coupling: tuple[tuple[int, int], ...] | None = None
    basis: tuple[str, ...] = ()
    most_shots: int | None = None
    most_executions: int | None = None
    most_batch_shots: int | None = None
    equal_shots: bool = False
    price: Price | None = None
    durable: bool = True
    waits: bool = True
    settle: float = 0.0


@dataclass(frozen=True)
class Compilation:
    """A circuit as a backend runs it.

    Attributes:
        depth: longest chain of dependent gates on one and two qubits.
        two_qubit_gates: number of gates on two qubits.
        method: how it was made.
        layout: qubit of the machine for each qubit of the circuit; empty where it is not known.
        success: estimated probability of a run without any error; None where errors are not known.
        circuit: the compiled circuit on the qubits in use; None where it is not known.
        noise: of `circuit`; None where errors are not known.
        measured: qubit of `circuit` for each qubit of the circuit.
        places: qubit of the machine for each qubit of `circuit`, where it runs a `PlacedCircuit`
            of these gates as it is; empty otherwise.
        compiled_again: whether the service compiles once more, and may cancel gates.
    """

    depth: int
    two_qubit_gates: int
    method: str = "as written"
    layout: tuple[int, ...] = ()
    success: float | None = None
    circuit: Circuit | None = field(default=None, repr=False)
    noise: NoiseModel | None = field(default=None, repr=False)
    measured: tuple[int, ...] = ()
    places: tuple[int, ...] = ()
    compiled_again: bool = False

    def placed(self, circuit: Circuit) -> Circuit:
        """Return a circuit whose further gates change nothing of how it is compiled.

        Args:
            circuit: of which this is the compilation, without parameters.

        Returns:
            the compiled circuit on its places, or the circuit itself where the machine takes none.
        """
        if self.circuit is None or not self.places:
            return circuit
        made = self.circuit
        return PlacedCircuit(
            made.n_qubits, made.instructions, places=self.places, outcomes=self.measured
        )


class Connection(ABC):
    """An open backend, which runs batches.

    Calls of a service that fail in transit raise `ServiceError` and may be repeated; `submit` is
    only repeated after `find` has shown that the batch is absent.

    Class attributes:
        version: of the vendor's package; the canary runs again after a change.
    """

    version: str = ""

    @property
    @abstractmethod
    def capabilities(self) -> Capabilities:
        """Limits and properties of the backend."""

    @abstractmethod
    def compile(self, circuit: Circuit) -> Compilation:
        """Return the circuit as the backend runs it; parameters are kept.

        Equal circuits are compiled once.

        Raises:
            BackendError: it cannot be compiled.
        """

    @abstractmethod
    def submit(self, executions: Sequence[Execution], tag: str) -> str:
        """Submit a batch and return the id of its job.

        Args:
            executions: at least one.
            tag: a text by which `find` finds the job.

        Raises:
            ServiceError: the call failed in transit.
            BackendError: the batch is refused.
        """

    @abstractmethod
    def status(self, job: str) -> Status:
        """Return the state of a job."""

    def reason(self, job: str) -> str:
        """Return why a job has failed, in the words of the backend; empty if not known."""
        return ""

    @abstractmethod
    def fetch(self, job: str, shapes: Sequence[tuple[int, int]]) -> list[Bits]:
        """Return the bits of each execution of a job that is done.

        Args:
            job: its id.
            shapes: shots and qubits of each execution.

        Raises:
            BackendError: the results have another form.
        """

    @abstractmethod
    def cancel(self, job: str) -> None:
        """Cancel a job that is not done."""

    @abstractmethod
    def find(self, tag: str) -> list[str]:
        """Return the ids of the jobs with a tag."""

    def awaited(self, jobs: Sequence[str]) -> str:
        """Return where to read how results come by hand, before what to do then."""
        return ""

    def corrected(self, jobs: Sequence[str]) -> str:
        """Return how results that came by hand are corrected."""
        return "correct the results"


@dataclass(frozen=True, kw_only=True)
class Backend(Configured, ABC):
    """A configured backend; its fields are its options.

    To add one, write such a class and a subclass of `Connection` in one file, and name it in
    `BACKENDS` (or in the entry points ``hybridq.backends`` of another package). On the command
    line and in YAML it is ``name`` or ``name:target``.

    Args:
        execution_price: price of an execution, where the backend does not know it.
        shot_price: price of a shot, where the backend does not know it.

    Class attributes:
        name: the plain name.
        summary: one line that says when to choose it.
        source: where it is documented.
        target: the option that a text after the name and a colon sets; empty for none.
        objects: options that only objects in Python can set.
    """

    name: ClassVar[str]
    summary: ClassVar[str]
    source: ClassVar[str] = ""
    target: ClassVar[str] = ""
    objects: ClassVar[tuple[str, ...]] = ()

    execution_price: float | None = None
    shot_price: float | None = None

    def __post_init__(self) -> None:
        for option in ("execution_price", "shot_price"):
            value = getattr(self, option)
            if value is not None and not (is_finite(value) and value >= 0):
                raise ParameterError(argument=option, value=value, expected="a number >= 0")

    @abstractmethod
    def connect(self) -> Connection:
        """Return an open connection.

        Raises:
            MissingExtraError: a package is not installed, or has another version.
            BackendError: the target is not known.
        """

    @property
    def price(self) -> Price | None:
        """The price given by options, None without them."""
        if self.execution_price is None and self.shot_price is None:
            return None
        return Price(self.execution_price or 0.0, self.shot_price or 0.0)

    def options(self) -> dict[str, Any]:
        """Return the options that are not at their defaults."""
        given = {each.name: (getattr(self, each.name), each.default) for each in fields(self)}
        return {name: value for name, (value, default) in given.items() if value != default}

    @property
    def spec(self) -> dict[str, Any]:
        """Name and options as plain values, from which `resolve_backend` makes it again.

        Options that hold an object of a vendor are texts here, those of `objects` the names of
        their classes, and cannot be made again.
        """
        given = self.options()
        named = {
            name: type(given[name]).__name__ for name in self.objects if given.get(name) is not None
        }
        return {"name": self.name, **plain(given), **named}

    @property
    def identity(self) -> str:
        """Text of the machine: results of different ones are never pooled."""
        priceless = {k: v for k, v in self.spec.items() if not k.endswith("_price")}
        return json.dumps(priceless, sort_keys=True)

    @property
    def title(self) -> str:
        """The name and the target, as on the command line."""
        target = self.options().get(self.target)
        return self.name if target is None else f"{self.name}:{self._shown(target)}"

    def _shown(self, target: Any) -> str:
        """Return the target as the command line spells it."""
        return str(target)
