"""Amazon Braket: its local simulator, and devices by their ARN."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from hybridq.backends.base import (
    BackendError,
    Bits,
    Capabilities,
    Compilation,
    Connection,
    Execution,
    Price,
    ServiceError,
    Status,
)
from hybridq.backends.compiled import as_written
from hybridq.backends.vendor import OnDevice, package_version, vendor_module
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

PACKAGE = "amazon-braket-sdk"
LOCAL = ("local", "braket_sv", "braket_dm")
_PURPOSE = "the backend braket"
_TAG = "hybridq"
_PROGRAM_SET = "braket.ir.openqasm.program_set"
_SETTLE = 60.0  # seconds in which a submission becomes visible, with a margin
_STATES = {
    "COMPLETED": Status.DONE,
    "FAILED": Status.FAILED,
    "CANCELLED": Status.CANCELLED,
    "CANCELLING": Status.CANCELLED,
}


@dataclass(frozen=True, kw_only=True)
class Braket(OnDevice):
    """Amazon Braket, which compiles circuits itself.

    Args:
        device: ``"local"`` for the SDK's simulator (``"braket_sv"``, ``"braket_dm"``), the ARN of
            a device, or a device object of the SDK.

    Raises:
        ParameterError: another device.
    """

    name: ClassVar[str] = "braket"
    summary: ClassVar[str] = "Amazon Braket: the local simulator, and devices by their ARN."
    source: ClassVar[str] = "https://docs.aws.amazon.com/braket/"
    target: ClassVar[str] = "device"

    device: Any = field(default=LOCAL[0], kw_only=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        named = isinstance(self.device, str)
        good = self.device in LOCAL or self.device.startswith("arn:aws:braket") if named else True
        if not good or not (named or hasattr(self.device, "run")):
            raise ParameterError(
                argument="device",
                value=self.device,
                expected=f"{', '.join(LOCAL)}, an ARN such as "
                "'arn:aws:braket:::device/quantum-simulator/amazon/sv1', or a device",
            )

    def connect(self) -> Connection:
        """Return a connection to the device.

        Raises:
            MissingExtraError: the SDK is not installed.
            BackendError: the device cannot be reached.
        """
        vendor_module("braket.devices", PACKAGE, "braket", _PURPOSE)
        return BraketConnection(self)


class BraketConnection(Connection):
    """Quantum tasks: one for each batch, as a program set where the device takes them.

    Args:
        backend: its configuration.
    """

    def __init__(self, backend: Braket) -> None:
        self._backend, device = backend, backend.device
        self._remote = isinstance(device, str) and device not in LOCAL
        try:
            self._device = self._opened(device) if isinstance(device, str) else device
        except Exception as error:  # errors of the account, the network or the ARN
            raise BackendError(
                f"the device {device!r} cannot be reached: {error}",
                argument="backend",
                value=backend.title,
                remedy="check the ARN, the region and the credentials of AWS",
            ) from None
        self._sets = self._program_sets()
        self._tasks: dict[str, Any] = {}
        self.version = package_version(PACKAGE)

    @staticmethod
    def _opened(device: str) -> Any:
        if device in LOCAL:
            from braket.devices import LocalSimulator

            return LocalSimulator("default" if device == LOCAL[0] else device)
        from braket.aws import AwsDevice

        return AwsDevice(device)

    def _program_sets(self) -> Any:
        """Return the limits of program sets, None for a device or an SDK without them."""
        try:
            importlib.import_module("braket.program_sets")
        except ImportError:
            return None
        actions = getattr(getattr(self._device, "properties", None), "action", None) or {}
        found = {str(getattr(key, "value", key)): value for key, value in actions.items()}
        return found.get(_PROGRAM_SET)

    @property
    def capabilities(self) -> Capabilities:
        """Width of the device, and its largest batch."""
        paradigm = getattr(getattr(self._device, "properties", None), "paradigm", None)
        n_qubits = getattr(paradigm, "qubitCount", None)
        local = isinstance(self._backend.device, str) and not self._remote
        return Capabilities(
            n_qubits,
            most_executions=getattr(self._sets, "maximumExecutables", None) or 1,
            most_batch_shots=getattr(self._sets, "maximumTotalShots", None),
            equal_shots=True,
            price=self._backend.price or (Price() if local else None),
            durable=self._remote,
            settle=_SETTLE if self._remote else 0.0,
        )

    def compile(self, circuit: Circuit) -> Compilation:
        """Return the circuit as it is written; the service compiles it for its device."""
        written = as_written(circuit)
        method = "as written, compiled by the service" if self._remote else "as written"
        return Compilation(
            written.depth, written.two_qubit_gates, method, compiled_again=self._remote
        )

    def submit(self, executions: Sequence[Execution], tag: str) -> str:
        """Submit one task with the tag: several executions are a program set."""
        from braket.ir.openqasm import Program

        texts = [
            each.circuit.bind(each.values).to_qasm(3, dialect="braket", measure=True)
            for each in executions
        ]
        shots = sum(each.shots for each in executions)
        program: Any = Program(source=texts[0])
        if len(texts) > 1:
            from braket.program_sets import ProgramSet

            program = ProgramSet(texts, shots_per_executable=executions[0].shots)
        further = {"tags": {_TAG: tag}} if self._remote else {}
        try:
            task = self._device.run(program, shots=shots, **further)
        except Exception as error:
            if not self._remote:
                raise BackendError(f"Braket refuses the circuit: {error}") from error
            raise ServiceError(f"the submission failed: {error}") from error
        if self._remote:
            return str(task.id)
        self._tasks[tag] = task
        return tag

    def _task(self, job: str) -> Any:
        if not self._remote:
            return self._tasks.get(job)
        from braket.aws import AwsQuantumTask

        return AwsQuantumTask(arn=job)

    def status(self, job: str) -> Status:
        """Return the state of a task."""
        task = self._task(job)
        if task is None:
            return Status.UNKNOWN
        try:
            return _STATES.get(str(task.state()), Status.WAITING)
        except Exception as error:
            raise ServiceError(f"the state of {job} cannot be read: {error}") from error

    def fetch(self, job: str, shapes: Sequence[tuple[int, int]]) -> list[Bits]:
        """Return the bits of each execution, sorted by its measured qubits.

        Raises:
            BackendError: other qubits were measured, or other programs came back.
        """
        try:
            result = self._task(job).result()
        except Exception as error:
            raise ServiceError(f"the result of {job} cannot be fetched: {error}") from error
        measured = [result] if len(shapes) == 1 else [one for entry in result for one in entry]
        if len(measured) != len(shapes):
            raise BackendError(
                f"task {job} has results of {len(measured)} programs: {len(shapes)} are expected"
            )
        return [self._bits(job, one, *shape) for one, shape in zip(measured, shapes, strict=True)]

    @staticmethod
    def _bits(job: str, result: Any, shots: int, n_qubits: int) -> Bits:
        """Return the bits of one program; see `fetch`."""
        order = list(result.measured_qubits)
        rows = np.asarray(result.measurements, dtype=np.uint8)
        if sorted(order) != list(range(n_qubits)) or rows.shape != (shots, n_qubits):
            raise BackendError(
                f"task {job} measured {rows.shape[0]:,} shots of the qubits {order}: "
                f"{shots:,} shots of {n_qubits} qubits are expected"
            )
        return np.ascontiguousarray(rows[:, np.argsort(order)])

    def cancel(self, job: str) -> None:
        """Cancel a task."""
        self._task(job).cancel()

    def find(self, tag: str) -> list[str]:
        """Return the tasks of a tag."""
        if not self._remote:
            return [tag] if tag in self._tasks else []
        client = self._device.aws_session.boto_session.client("resourcegroupstaggingapi")
        try:
            found = client.get_resources(TagFilters=[{"Key": _TAG, "Values": [tag]}])
        except Exception as error:
            raise ServiceError(f"tasks cannot be listed: {error}") from error
        return [each["ResourceARN"] for each in found["ResourceTagMappingList"]]
