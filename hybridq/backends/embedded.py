"""The embedded simulators as a backend, with or without noise."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hybridq.backends.base import (
    Backend,
    BackendError,
    Bits,
    Capabilities,
    Compilation,
    Connection,
    Execution,
    Price,
    Status,
)
from hybridq.backends.compiled import as_written
from hybridq.backends.counts import bits_of_samples
from hybridq.core.checks import checked_count
from hybridq.engines.choose import Auto, choose_engine
from hybridq.engines.first_answer import with_kernels_chosen
from hybridq.engines.noisy import Density, Trajectories
from hybridq.engines.protocols import SupportsSampling
from hybridq.engines.run import own_observable
from hybridq.noise import NoiseModel

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine

_SMALL_DENSITY = 10  # qubits up to which a density matrix is quicker than records of errors


@dataclass(frozen=True, kw_only=True)
class Embedded(Backend):
    """The embedded simulators as a machine, free of charge.

    Samples depend on the circuit, its values and the seed alone.

    Args:
        noise: a noise model, its description, or a text: a JSON file or
            ``one_qubit=0.001,two_qubit=0.01,readout=0.01/0.04``; None for a perfect machine.
        seed: of the samples.
        qubits: width of the machine; None without a limit.

    Raises:
        ParameterError: the noise describes no model, or a number is not accepted.
    """

    name: ClassVar[str] = "embedded"
    summary: ClassVar[str] = "The embedded simulators as a machine, with noise on request."
    target: ClassVar[str] = "noise"

    noise: NoiseModel | Mapping[str, Any] | str | None = field(default=None, kw_only=False)
    seed: int = 0
    qubits: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "noise", NoiseModel.resolved(self.noise))
        object.__setattr__(self, "seed", checked_count("seed", self.seed, at_least=0))
        if self.qubits is not None:
            object.__setattr__(self, "qubits", checked_count("qubits", self.qubits))

    def options(self) -> dict[str, Any]:
        """Return the options that are not at their defaults, the noise as plain values."""
        given = super().options()
        if isinstance(self.noise, NoiseModel):
            given["noise"] = self.noise.describe()
        return given

    @property
    def title(self) -> str:
        """The name, and whether there is noise."""
        return self.name if self.noise is None else f"{self.name} with noise"

    def connect(self) -> Connection:
        """Return a connection, which keeps results in memory."""
        return EmbeddedConnection(self)


class LocalConnection(Connection):
    """A connection that runs batches in this process and keeps their bits in memory."""

    def __init__(self) -> None:
        self._jobs: dict[str, list[Bits]] = {}

    def submit(self, executions: Sequence[Execution], tag: str) -> str:
        """Run the batch; its tag is the id of the job."""
        self._jobs[tag] = self.run(executions)
        return tag

    @abstractmethod
    def run(self, executions: Sequence[Execution]) -> list[Bits]:
        """Return the bits of each execution."""

    def status(self, job: str) -> Status:
        """Return `Status.DONE` for the jobs of this process."""
        return Status.DONE if job in self._jobs else Status.UNKNOWN

    def fetch(self, job: str, shapes: Sequence[tuple[int, int]]) -> list[Bits]:
        """Return the bits of each execution."""
        found = self._jobs[job]
        if [bits.shape for bits in found] != list(shapes):
            raise BackendError(f"the job {job} has results of other shapes than asked for")
        return found

    def cancel(self, job: str) -> None:
        """Forget a job."""
        self._jobs.pop(job, None)

    def find(self, tag: str) -> list[str]:
        """Return the job of a tag, if this process ran it."""
        return [tag] if tag in self._jobs else []


class EmbeddedConnection(LocalConnection):
    """Runs circuits on the embedded engines.

    Args:
        backend: its configuration.
    """

    def __init__(self, backend: Embedded) -> None:
        super().__init__()
        self._backend = backend
        self._engines: dict[str, Engine] = {}

    @property
    def capabilities(self) -> Capabilities:
        """Any circuit that an engine takes, free of charge."""
        backend = self._backend
        return Capabilities(backend.qubits, price=backend.price or Price(), durable=False)

    def compile(self, circuit: Circuit) -> Compilation:
        """Return the circuit as it is written.

        Raises:
            BackendError: no engine can run it.
        """
        self._engine(circuit)
        noise = self._backend.noise
        return as_written(circuit, noise if isinstance(noise, NoiseModel) else None)

    def run(self, executions: Sequence[Execution]) -> list[Bits]:
        """Return the bits of each execution, drawn by its content."""
        return [self._sampled(each) for each in executions]

    def _sampled(self, execution: Execution) -> Bits:
        generator = drawn_by(execution, self._backend.seed)
        engine = self._engine(execution.circuit)
        assert isinstance(engine, SupportsSampling)
        samples = engine.sample(np.array(execution.values), execution.shots, generator)
        return bits_of_samples(samples, execution.n_qubits, generator)

    def _engine(self, circuit: Circuit) -> Engine:
        """Return the engine of a circuit, made once."""
        key = circuit.to_qasm(3)
        if key not in self._engines:
            noise = self._backend.noise
            self._engines[key] = sampling_engine(
                circuit, noise if isinstance(noise, NoiseModel) else None
            )
        return self._engines[key]


def drawn_by(execution: Execution, seed: int) -> np.random.Generator:
    """Return the generator of an execution's samples: equal content draws equal bits."""
    return np.random.default_rng([seed, execution.done, int(execution.content, 16)])


def sampling_engine(circuit: Circuit, noise: NoiseModel | None) -> Engine:
    """Return an engine that draws samples of a circuit.

    Samples follow the exact distribution of the noise model: up to 10 qubits they are drawn from
    the density matrix, beyond from a record of errors each.

    Args:
        circuit: any.
        noise: after every gate; None for none.

    Raises:
        EngineError: the circuit cannot be run with this noise.
        CapacityError: the state does not fit in memory.
    """
    observable = own_observable(circuit)
    if noise is None:
        config = with_kernels_chosen(Auto(), circuit, observable, 1)
        return choose_engine(circuit, observable, engine=config, needs=(SupportsSampling,))
    if circuit.n_qubits <= _SMALL_DENSITY:
        return Density(noise).bind(circuit, observable)
    return Trajectories(noise).bind(circuit, observable)
