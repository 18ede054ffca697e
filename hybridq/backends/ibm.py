"""IBM's machines through qiskit-ibm-runtime: one job a batch, found by its tag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from hybridq.backends.base import (
    BackendError,
    Bits,
    Capabilities,
    Compilation,
    Connection,
    Execution,
    ServiceError,
    Status,
)
from hybridq.backends.qiskit.config import OnQiskitDevice
from hybridq.backends.vendor import package_version, vendor_module
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit

PACKAGE, AT_LEAST = "qiskit-ibm-runtime", (0, 30)
_PURPOSE = "the backend ibm"
_SETTLE = 60.0  # seconds in which a submission becomes visible, with a margin
_MOST_EXECUTIONS = 100  # of a batch
_REFUSALS = ("IBMInputValueError",)
_TAGGED = 10  # jobs of one tag that are asked for


@dataclass(frozen=True, kw_only=True)
class Ibm(OnQiskitDevice):
    """A machine of IBM, with the account saved by qiskit-ibm-runtime.

    Circuits are compiled as by `Qiskit`. Nothing beyond the circuit is asked of the machine:
    statistics and mitigation stay here.

    Args:
        device: name of the machine, such as ``"ibm_fez"``; also a backend object of the package,
            local fake ones included.
        instance: of the account, where it has several.

    Raises:
        ParameterError: no device.
    """

    name: ClassVar[str] = "ibm"
    summary: ClassVar[str] = "Machines of IBM, with the account saved by qiskit-ibm-runtime."
    source: ClassVar[str] = "https://quantum.cloud.ibm.com/docs/api/qiskit-ibm-runtime"
    target: ClassVar[str] = "device"

    device: Any = field(default=None, kw_only=False)
    instance: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (isinstance(self.device, str) and self.device) and not hasattr(
            self.device, "target"
        ):
            raise ParameterError(
                argument="device", value=self.device, expected="a name such as 'ibm_fez'"
            )

    def connect(self) -> Connection:
        """Return a connection to the machine.

        Raises:
            MissingExtraError: qiskit-ibm-runtime is not installed.
            BackendError: its version is too old, or the account has no such machine.
        """
        runtime = vendor_module("qiskit_ibm_runtime", PACKAGE, "ibm", _PURPOSE, AT_LEAST)
        return IbmConnection(self, runtime)


def sampler_class(runtime: Any) -> Any:
    """Return the class of the sampler: that of the client side where there is one.

    ``SamplerV2`` of the service is deprecated since version 0.50.
    """
    import importlib

    try:
        return importlib.import_module("qiskit_ibm_runtime.executor_sampler").Sampler
    except (ImportError, AttributeError):
        return runtime.SamplerV2


class IbmConnection(Connection):
    """Jobs of the runtime service.

    Args:
        backend: its configuration.
        runtime: the module ``qiskit_ibm_runtime``.
    """

    def __init__(self, backend: Ibm, runtime: Any) -> None:
        from hybridq.backends.qiskit.sampler import snapshot_of

        self._backend, self._runtime = backend, runtime
        device = backend.device
        self._service: Any = getattr(device, "service", None)
        if isinstance(device, str):
            try:
                self._service = runtime.QiskitRuntimeService(instance=backend.instance)
                device = self._service.backend(device)
            except Exception as error:  # errors of the account, the network or the name
                raise BackendError(
                    f"the machine {backend.device!r} of IBM cannot be reached: {error}",
                    argument="backend",
                    value=backend.title,
                    remedy="check its name and the saved account of qiskit-ibm-runtime",
                ) from None
        self._device, self._snapshot = device, snapshot_of(device)
        self._circuits: dict[str, tuple[Any, Compilation]] = {}
        self._local: dict[str, Any] = {}  # jobs of fake devices, which no service keeps
        self.version = package_version(PACKAGE)

    @property
    def capabilities(self) -> Capabilities:
        """Limits of the machine."""
        target, remote = self._device.target, self._service is not None
        coupling = target.build_coupling_map()
        return Capabilities(
            target.num_qubits,
            None if coupling is None else tuple(sorted(map(tuple, coupling.get_edges()))),
            tuple(sorted(target.operation_names)),
            most_executions=_MOST_EXECUTIONS,
            equal_shots=True,
            price=self._backend.price,
            durable=remote,
            settle=_SETTLE if remote else 0.0,
        )

    def compile(self, circuit: Circuit) -> Compilation:
        """Return the best of several compiled circuits."""
        return self._compiled(circuit)[1]

    def _compiled(self, circuit: Circuit) -> tuple[Any, Compilation]:
        from hybridq.backends.qiskit.transpiled import compiled_for

        key = circuit.to_qasm(3)
        if key not in self._circuits:
            self._circuits[key] = compiled_for(circuit, self._device, self._snapshot)
        return self._circuits[key]

    def submit(self, executions: Sequence[Execution], tag: str) -> str:
        """Submit one job with a pub for each execution, and the tag."""
        pubs = []
        for each in executions:
            made, _ = self._compiled(each.circuit)
            values = {one.name: each.values[one.index] for one in made.parameters}
            bound = {tuple(values): list(values.values())} if values else None
            pubs.append((made, bound, each.shots))
        sampler = sampler_class(self._runtime)(mode=self._device)
        if self._service is not None:
            sampler.options.environment.job_tags = [tag]
        try:
            job = sampler.run(pubs)
        except Exception as error:
            refused = isinstance(error, ValueError | TypeError) or type(error).__name__ in _REFUSALS
            if refused or self._service is None:
                raise BackendError(f"IBM's sampler refuses the batch: {error}") from error
            # Whether it has arrived is not known.
            raise ServiceError(f"the submission failed: {error}") from error
        if self._service is None:
            self._local[tag] = job
            return tag
        return str(job.job_id())

    def _job(self, job: str) -> Any:
        if self._service is None:
            return self._local.get(job)
        try:
            return self._service.job(job)
        except Exception as error:
            if type(error).__name__ == "RuntimeJobNotFound":
                return None
            raise ServiceError(f"the job {job} cannot be reached: {error}") from error

    def status(self, job: str) -> Status:
        """Return the state of a job."""
        from hybridq.backends.qiskit.sampler import state_of

        known = self._job(job)
        return Status.UNKNOWN if known is None else state_of(known)

    def reason(self, job: str) -> str:
        """Return the error of a job that has failed."""
        from hybridq.backends.qiskit.sampler import reason_of

        return reason_of(self._job(job))

    def fetch(self, job: str, shapes: Sequence[tuple[int, int]]) -> list[Bits]:
        """Return the bits of each pub."""
        from hybridq.backends.qiskit.sampler import bits_of_result

        try:
            result = self._job(job).result()
        except Exception as error:
            raise ServiceError(f"the result of {job} cannot be fetched: {error}") from error
        return bits_of_result(result, shapes)

    def cancel(self, job: str) -> None:
        """Cancel a job."""
        self._job(job).cancel()

    def find(self, tag: str) -> list[str]:
        """Return the jobs of a tag."""
        if self._service is None:
            return [tag] if tag in self._local else []
        try:
            found = self._service.jobs(job_tags=[tag], limit=_TAGGED)
        except Exception as error:
            raise ServiceError(f"jobs cannot be listed: {error}") from error
        return [str(job.job_id()) for job in found]
