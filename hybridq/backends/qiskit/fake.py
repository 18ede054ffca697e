"""Fake devices: compiled by Qiskit, simulated here with their reported errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.backends.base import BackendError, Bits, Capabilities, Compilation, Execution, Price
from hybridq.backends.counts import bits_of_samples
from hybridq.backends.embedded import LocalConnection, drawn_by, sampling_engine
from hybridq.backends.qiskit.transpiled import compiled_for
from hybridq.backends.vendor import package_version
from hybridq.engines.protocols import SupportsSampling
from hybridq.noise import DeviceSnapshot

if TYPE_CHECKING:
    from hybridq.backends.qiskit.config import Qiskit
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine


class FakeDeviceConnection(LocalConnection):
    """Compiles for a target; simulates the qubits in use with noise.

    Args:
        backend: its configuration.
        target: of Qiskit's compiler.
        snapshot: errors of the device.
    """

    def __init__(self, backend: Qiskit, target: Any, snapshot: DeviceSnapshot) -> None:
        super().__init__()
        self._backend, self._target, self._snapshot = backend, target, snapshot
        self._compiled: dict[str, tuple[Compilation, Engine]] = {}
        self.version = package_version("qiskit")

    @property
    def capabilities(self) -> Capabilities:
        """Width, coupling and gates of the device."""
        snapshot = self._snapshot
        return Capabilities(
            snapshot.n_qubits,
            snapshot.coupling,
            snapshot.basis,
            price=self._backend.price or Price(),
            durable=False,
        )

    def compile(self, circuit: Circuit) -> Compilation:
        """Return the best compiled circuit on the qubits in use, with their noise.

        Raises:
            BackendError: it cannot be compiled, or not be simulated.
            CapacityError: its state does not fit in memory.
        """
        return self._made(circuit)[0]

    def _made(self, circuit: Circuit) -> tuple[Compilation, Engine]:
        """Return a compiled circuit and its simulator, both made once.

        The simulator is made with it, so that a dry run is refused where a run would be.
        """
        key = circuit.to_qasm(3)
        if key not in self._compiled:
            _, facts = compiled_for(circuit, self._target, self._snapshot)
            if facts.circuit is None or facts.noise is None:
                lacks = (
                    "it has gates that the embedded simulators do not have"
                    if facts.circuit is None
                    else "it reports no readout errors of some of the qubits in use"
                )
                raise BackendError(f"{self._snapshot.name} cannot be simulated: {lacks}")
            self._compiled[key] = facts, sampling_engine(facts.circuit, facts.noise)
        return self._compiled[key]

    def run(self, executions: Sequence[Execution]) -> list[Bits]:
        """Return the bits of each execution, drawn by its content."""
        return [self._sampled(each) for each in executions]

    def _sampled(self, execution: Execution) -> Bits:
        compiled, engine = self._made(execution.circuit)
        assert compiled.circuit is not None
        assert isinstance(engine, SupportsSampling)
        generator = drawn_by(execution, self._backend.seed)
        samples = engine.sample(np.array(execution.values), execution.shots, generator)
        bits = bits_of_samples(samples, compiled.circuit.n_qubits, generator)
        return np.ascontiguousarray(bits[:, list(compiled.measured)])
