"""Samplers of Qiskit: circuits with parameters in, bits out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from hybridq.backends.base import (
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
from hybridq.backends.qiskit.convert import to_qiskit
from hybridq.backends.qiskit.transpiled import compiled_for
from hybridq.backends.vendor import package_version
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.backends.qiskit.config import Qiskit
    from hybridq.circuits.circuit import Circuit
    from hybridq.noise import DeviceSnapshot


class SamplerConnection(Connection):
    """Runs batches on a ``BaseSamplerV2``; its jobs end with this process.

    Args:
        backend: its configuration.
    """

    def __init__(self, backend: Qiskit) -> None:
        from qiskit.primitives import BackendSamplerV2, StatevectorSampler

        self._backend = backend
        device, sampler = backend.device, backend.sampler
        if isinstance(device, str):
            device, sampler = None, StatevectorSampler(seed=backend.seed)
        elif not hasattr(device, "target"):
            device, sampler = None, device
        elif sampler is None:
            sampler = BackendSamplerV2(backend=device)
        self._device, self._sampler = device, sampler
        self._snapshot = None if device is None else snapshot_of(device)
        self._circuits: dict[str, tuple[Any, Compilation]] = {}
        self._jobs: dict[str, Any] = {}
        self.version = package_version("qiskit")

    @property
    def capabilities(self) -> Capabilities:
        """Limits of the device; none without one."""
        device, price = self._device, self._backend.price
        # IBM's samplers refuse a job of circuits with different shots.
        equal_shots = type(self._sampler).__module__.startswith("qiskit_ibm_runtime")
        if device is None:
            here = isinstance(self._backend.device, str)
            price = price or (Price() if here else None)
            return Capabilities(equal_shots=equal_shots, price=price, durable=False)
        coupling = device.target.build_coupling_map()
        return Capabilities(
            device.target.num_qubits,
            None if coupling is None else tuple(sorted(map(tuple, coupling.get_edges()))),
            tuple(sorted(device.target.operation_names)),
            equal_shots=equal_shots,
            price=price,
            durable=False,
        )

    def compile(self, circuit: Circuit) -> Compilation:
        """Return the circuit as the device runs it."""
        return self._compiled(circuit)[1]

    def _compiled(self, circuit: Circuit) -> tuple[Any, Compilation]:
        """Return the circuit of Qiskit, compiled once, and facts about it."""
        key = circuit.to_qasm(3)
        if key not in self._circuits:
            if self._device is None:
                made, facts = to_qiskit(circuit), as_written(circuit)
            else:
                made, facts = compiled_for(circuit, self._device, self._snapshot)
            self._circuits[key] = (made, facts)
        return self._circuits[key]

    def submit(self, executions: Sequence[Execution], tag: str) -> str:
        """Submit one pub for each execution; the tag is the id of the job."""
        self._jobs[tag] = self._sampler.run([self._pub(each) for each in executions])
        return tag

    def _pub(self, execution: Execution) -> tuple[Any, Any, int]:
        """Return circuit, values by name and shots."""
        made, _ = self._compiled(execution.circuit)
        values = {each.name: execution.values[each.index] for each in made.parameters}
        return (made, {tuple(values): list(values.values())} if values else None, execution.shots)

    def status(self, job: str) -> Status:
        """Return the state of a job of this process."""
        known = self._jobs.get(job)
        if known is None:
            return Status.UNKNOWN
        return state_of(known)

    def reason(self, job: str) -> str:
        """Return the error of a job that has failed."""
        return reason_of(self._jobs[job])

    def fetch(self, job: str, shapes: Sequence[tuple[int, int]]) -> list[Bits]:
        """Return the bits of each pub, column i of bit i of the register ``c``."""
        return bits_of_result(self._jobs[job].result(), shapes)

    def cancel(self, job: str) -> None:
        """Cancel a job of this process."""
        if job in self._jobs:
            self._jobs[job].cancel()

    def find(self, tag: str) -> list[str]:
        """Return the job of a tag, if this process submitted it."""
        return [tag] if tag in self._jobs else []


def snapshot_of(device: Any) -> DeviceSnapshot | None:
    """Return the errors that a device reports, None for an ideal one."""
    from hybridq.noise import from_qiskit

    try:
        return from_qiskit(device)
    except ParameterError:
        return None


def state_of(job: Any) -> Status:
    """Return the state of a Qiskit job, of this process or of a service."""
    state = job.status()
    name = str(getattr(state, "name", state)).upper()
    if name in ("DONE", "COMPLETED"):
        return Status.DONE
    if name in ("ERROR", "FAILED"):
        return Status.FAILED
    return Status.CANCELLED if name == "CANCELLED" else Status.WAITING


def reason_of(job: Any) -> str:
    """Return the error of a Qiskit job that has failed."""
    try:
        job.result()
    except Exception as error:  # of a vendor
        return f"{type(error).__name__}: {error}"
    return ""


def bits_of_result(result: Any, shapes: Sequence[tuple[int, int]]) -> list[Bits]:
    """Return the bits of each pub of a result; ``BitArray`` has the last bit first.

    Raises:
        BackendError: another number of pubs, shots or bits.
    """
    found = []
    for pub, (shots, n_qubits) in zip(result, shapes, strict=True):
        data = pub.data.c
        octets = np.asarray(data.array, dtype=np.uint8).reshape(
            -1, np.asarray(data.array).shape[-1]
        )
        bits = np.unpackbits(octets[:, ::-1], axis=1, bitorder="little", count=n_qubits)
        if len(bits) != shots or data.num_bits != n_qubits:
            raise BackendError(
                f"a result has {len(bits):,} shots of {data.num_bits} bits: {shots:,} shots of "
                f"{n_qubits} bits are expected"
            )
        found.append(np.ascontiguousarray(bits))
    return found
