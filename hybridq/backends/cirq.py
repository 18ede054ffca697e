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

    Circuits are given on the line of qubits 0 to n - 1 in Cirq's common gates. A sampler with
    gates or couplings of its own has to compile them.

    Args:
        sampler: ``"simulator"`` for ``cirq.Simulator``, or a sampler.
        seed: of the simulator.

    Raises:
        ParameterError: another sampler.
    """

    name: ClassVar[str] = "cirq"
    summary: ClassVar[str] = "Any sampler of Cirq; its simulator by default."
    source: ClassVar[str] = "https://quantumai.google/reference/python/cirq/Sampler"
    target: ClassVar[str] = "sampler"

    sampler: Any = field(default=SIMULATOR, kw_only=False)
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "seed", checked_count("seed", self.seed, at_least=0))
        if self.sampler != SIMULATOR and not hasattr(self.sampler, "run"):
            raise ParameterError(
                argument="sampler", value=self.sampler, expected=f"{SIMULATOR!r} or a cirq.Sampler"
            )

    def _shown(self, target: Any) -> str:
        return target if isinstance(target, str) else type(target).__name__

    def connect(self) -> Connection:
        """Return a connection to the sampler.

        Raises:
            MissingExtraError: Cirq is not installed.
        """
        return CirqConnection(self, vendor_module("cirq", PACKAGE, "cirq", "the backend cirq"))


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
        self.version = package_version(PACKAGE)

    @property
    def capabilities(self) -> Capabilities:
        """Limits of a sampler are not known beforehand."""
        price = self._backend.price or (Price() if self._free else None)
        return Capabilities(price=price, durable=False)

    def compile(self, circuit: Circuit) -> Compilation:
        """Return the circuit as it is written."""
        written = as_written(circuit)
        return Compilation(written.depth, written.two_qubit_gates)

    def run(self, executions: Sequence[Execution]) -> list[Bits]:
        """Return the bits of each execution.

        Raises:
            BackendError: the sampler refuses the circuit.
        """
        found = []
        for each in executions:
            made = to_cirq(each.circuit.bind(each.values), measure=True)
            try:
                result = self._sampler.run(made, repetitions=each.shots)
            except (ValueError, TypeError) as error:
                raise BackendError(f"the sampler of Cirq refuses the circuit: {error}") from error
            found.append(np.ascontiguousarray(result.measurements[KEY], dtype=np.uint8))
        return found
