"""Cirq: any of its samplers, in this process."""

from __future__ import annotations

from collections.abc import Sequence
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
)
from hybridq.backends.compiled import as_written
from hybridq.backends.embedded import LocalConnection
from hybridq.backends.vendor import package_version, vendor_module
from hybridq.circuits.interop.cirq import KEY, to_cirq
from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

PACKAGE = "cirq-core"
SIMULATOR = "simulator"


@dataclass(frozen=True, kw_only=True)
class Cirq(Backend):
    """Any ``cirq.Sampler``, such as a simulator or an engine of a vendor.

    Without a device circuits are given on the line of qubits 0 to n - 1 in Cirq's common gates.
    For a device Cirq routes them along its couplings and writes them in its gates; of several sets
    of gates that with the fewest gates on two qubits is taken.

    Args:
        sampler: ``"simulator"`` for ``cirq.Simulator``, or a sampler.
        device: a ``cirq.Device`` with couplings and sets of gates; by default that of the
            sampler, where it has one.
        seed: of the simulator.

    Raises:
        ParameterError: another sampler or device.
    """

    name: ClassVar[str] = "cirq"
    summary: ClassVar[str] = "Any sampler of Cirq; its simulator by default."
    source: ClassVar[str] = "https://quantumai.google/reference/python/cirq/Sampler"
    target: ClassVar[str] = "sampler"
    objects: ClassVar[tuple[str, ...]] = ("device",)

    sampler: Any = field(default=SIMULATOR, kw_only=False)
    device: Any = None
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "seed", checked_count("seed", self.seed, at_least=0))
        if self.sampler != SIMULATOR and not hasattr(self.sampler, "run"):
            raise ParameterError(
                argument="sampler", value=self.sampler, expected=f"{SIMULATOR!r} or a cirq.Sampler"
            )
        if self.device is not None and _couplings(self.device) is None:
            raise ParameterError(
                argument="device",
                value=self.device,
                expected="a cirq.Device whose metadata has couplings and sets of gates",
            )

    def _shown(self, target: Any) -> str:
        return target if isinstance(target, str) else type(target).__name__

    def connect(self) -> Connection:
        """Return a connection to the sampler.

        Raises:
            MissingExtraError: Cirq is not installed.
        """
        return CirqConnection(self, vendor_module("cirq", PACKAGE, "cirq", "the backend cirq"))


def _couplings(device: Any) -> Any:
    """Return the graph of couplings of a device; None where it has none, or no gates."""
    metadata = getattr(device, "metadata", None)
    graph = getattr(metadata, "nx_graph", None)
    return graph if getattr(metadata, "compilation_target_gatesets", ()) else None


def _device_of(sampler: Any) -> Any:
    """Return the device of a sampler of an engine, None for others."""
    find = getattr(getattr(sampler, "processor", None), "get_device", None)
    device = None if find is None else find()
    return None if _couplings(device) is None else device


class CirqConnection(LocalConnection):
    """Runs circuits on a sampler in this process.

    Args:
        backend: its configuration.
        cirq: the module.
    """

    def __init__(self, backend: Cirq, cirq: Any) -> None:
        super().__init__()
        self._backend, self._cirq = backend, cirq
        named = isinstance(backend.sampler, str)
        self._sampler = cirq.Simulator(seed=backend.seed) if named else backend.sampler
        self._free = named
        self._device = _device_of(self._sampler) if backend.device is None else backend.device
        self.version = package_version(PACKAGE)

    @property
    def capabilities(self) -> Capabilities:
        """Width of the device; limits of a sampler without one are not known beforehand."""
        price = self._backend.price or (Price() if self._free else None)
        width = None if self._device is None else len(_couplings(self._device))
        return Capabilities(width, price=price, durable=False)

    def compile(self, circuit: Circuit) -> Compilation:
        """Return the circuit as it is written, or the counts of the compiled one.

        Gates do not depend on the angles, unless they are special.

        Raises:
            BackendError: the device cannot run it.
        """
        if self._device is None:
            written = as_written(circuit)
            return Compilation(written.depth, written.two_qubit_gates)
        made = self._compiled(circuit.bind(0.1 + 0.01 * np.arange(circuit.n_params)))
        depth = len(made) - 1  # the last moment measures
        return Compilation(
            depth, _two_qubit_gates(made), "Cirq's router and gates", compiled_again=True
        )

    def _compiled(self, circuit: Circuit) -> Any:
        """Return a circuit of Cirq for the device, measured at the end.

        Raises:
            BackendError: the device cannot run it.
        """
        cirq, made = self._cirq, to_cirq(circuit, measure=True)
        if self._device is None:
            return made
        try:
            routed = cirq.RouteCQC(_couplings(self._device))(made)
            found = [
                cirq.optimize_for_target_gateset(routed, gateset=each)
                for each in self._device.metadata.compilation_target_gatesets
            ]
            best = min(found, key=_two_qubit_gates)
            self._device.validate_circuit(best)
        except ValueError as error:
            raise BackendError(
                f"Cirq cannot compile the circuit for the device: {error}"
            ) from error
        return best

    def run(self, executions: Sequence[Execution]) -> list[Bits]:
        """Return the bits of each execution.

        Raises:
            BackendError: the sampler refuses the circuit.
        """
        found = []
        for each in executions:
            made = self._compiled(each.circuit.bind(each.values))
            try:
                result = self._sampler.run(made, repetitions=each.shots)
            except (ValueError, TypeError) as error:
                raise BackendError(f"the sampler of Cirq refuses the circuit: {error}") from error
            found.append(np.ascontiguousarray(result.measurements[KEY], dtype=np.uint8))
        return found


def _two_qubit_gates(made: Any) -> int:
    """Return the number of gates on two qubits of a circuit of Cirq."""
    return sum(
        len(step.qubits) == 2 and "measure" not in str(step) for step in made.all_operations()
    )
