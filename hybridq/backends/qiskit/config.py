"""The backend of Qiskit and its targets by name."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, ClassVar

from hybridq.backends.base import BackendError, Connection
from hybridq.backends.vendor import OnDevice, vendor_module
from hybridq.core.checks import checked_count
from hybridq.core.errors import ParameterError
from hybridq.noise import DeviceSnapshot

EXTRA = "qiskit"
AT_LEAST = (1, 2)
STATEVECTOR = "statevector"

_FAKE = re.compile(r"fake-(\d+)")
_MOST_FAKE = 1_000
_TARGETS = (
    "'statevector', 'fake-27' or another number of qubits, a fake device of qiskit-ibm-runtime "
    "such as 'FakeManilaV2', the JSON file of a device snapshot, a BackendV2 or a BaseSamplerV2"
)


class OnQiskitDevice(OnDevice):
    """Base of backends whose `device` is a name or a device of Qiskit."""

    @property
    def spec(self) -> dict[str, Any]:
        """Name and options; a device that is an object is named by its class and name."""
        found = super().spec
        if not isinstance(self.device, str):
            found["device"] = described(self.device)
        return found


@dataclass(frozen=True, kw_only=True)
class Qiskit(OnQiskitDevice):
    """Devices and samplers of Qiskit; without a network also fake devices.

    Circuits are compiled once, with their parameters: Qiskit's optimizer with several seeds, and
    SWAP networks on a line; the candidate with the highest estimated probability of a run without
    errors is taken. Fake devices and snapshots are simulated here, with noise from their reported
    errors: a best case of a machine. A reported T2 above 2 T1 counts as 2 T1.

    Args:
        device: ``"statevector"`` for exact samples; ``"fake-27"`` for a device of 27 qubits with
            made-up errors; a fake device of ``qiskit_ibm_runtime.fake_provider`` by its class; the
            JSON file of a `DeviceSnapshot`; also a ``BackendV2`` or a ``BaseSamplerV2``.
        sampler: a ``BaseSamplerV2`` that runs circuits compiled for `device`; by default a
            ``BackendSamplerV2``.
        seed: of the samples of simulated devices, and of made-up errors.

    Raises:
        ParameterError: another device.
    """

    name: ClassVar[str] = "qiskit"
    summary: ClassVar[str] = "Any Qiskit BackendV2 or BaseSamplerV2; fake devices offline."
    source: ClassVar[str] = "https://quantum.cloud.ibm.com/docs/api/qiskit/primitives"
    target: ClassVar[str] = "device"
    objects: ClassVar[tuple[str, ...]] = ("sampler",)

    device: Any = field(default=STATEVECTOR, kw_only=False)
    sampler: Any = None
    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "seed", checked_count("seed", self.seed, at_least=0))
        if isinstance(self.device, os.PathLike):
            object.__setattr__(self, "device", os.fspath(self.device))
        if isinstance(self.device, str):
            self._check_name(self.device)
        elif not (hasattr(self.device, "target") or hasattr(self.device, "run")):
            raise ParameterError(argument="device", value=self.device, expected=_TARGETS)

    def _check_name(self, name: str) -> None:
        fake = _FAKE.fullmatch(name)
        if fake is not None:
            checked_count("device", int(fake[1]), at_least=2, at_most=_MOST_FAKE)
        elif name != STATEVECTOR and not name.startswith("Fake") and not name.endswith(".json"):
            raise ParameterError(argument="device", value=name, expected=_TARGETS)

    @property
    def identity(self) -> str:
        """Text of the machine; a snapshot is known by its content, not by its file."""
        found = super().identity
        if isinstance(self.device, str) and self.device.endswith(".json"):
            snapshot = DeviceSnapshot.from_file(self.device)
            return f"{found} {sha256(snapshot.to_json().encode()).hexdigest()[:12]}"
        return found

    def connect(self) -> Connection:
        """Return a connection to the device or the sampler.

        Raises:
            MissingExtraError: Qiskit, or the package of a fake device, is not installed.
            BackendError: its version is too old.
        """
        vendor_module("qiskit.primitives", "qiskit", EXTRA, "the backend qiskit", AT_LEAST)
        from hybridq.backends.qiskit.fake import FakeDeviceConnection
        from hybridq.backends.qiskit.sampler import SamplerConnection

        device = self.device
        if isinstance(device, str) and device != STATEVECTOR:
            target, snapshot = fake_device(device, self.seed)
            return FakeDeviceConnection(self, target, snapshot)
        return SamplerConnection(self)


def described(device: Any) -> str:
    """Return class and name of a device, and a digest of the errors that it reports.

    Devices with other errors are other machines, whose results are not pooled.
    """
    from hybridq.backends.qiskit.sampler import snapshot_of

    text = f"{type(device).__name__} {getattr(device, 'name', '')}".strip()
    snapshot = snapshot_of(device) if hasattr(device, "target") else None
    if snapshot is None:
        return text
    return f"{text} {sha256(snapshot.to_json().encode()).hexdigest()[:12]}"


def fake_device(name: str, seed: int) -> tuple[Any, DeviceSnapshot]:
    """Return target and snapshot of a fake device.

    Args:
        name: see `Qiskit`.
        seed: of made-up errors.

    Raises:
        MissingExtraError: qiskit-ibm-runtime is not installed.
        BackendError: it has no such device.
        FormatError: the file holds no snapshot.
    """
    from hybridq.backends.qiskit.targets import made_up, target_of

    if name.endswith(".json"):
        snapshot = DeviceSnapshot.from_file(name)
        return target_of(snapshot), snapshot
    fake = _FAKE.fullmatch(name)
    if fake is not None:
        return made_up(int(fake[1]), seed)
    module = vendor_module(
        "qiskit_ibm_runtime.fake_provider", "qiskit-ibm-runtime", "ibm", f"the fake device {name}"
    )
    kind = getattr(module, name, None)
    if kind is None:
        known = [each for each in dir(module) if each.startswith("Fake") and each.endswith("V2")]
        raise BackendError(
            f"qiskit-ibm-runtime has no fake device {name!r}",
            argument="device",
            value=name,
            remedy=f"choose one such as {', '.join(known[:5])}",
        )
    from hybridq.noise import from_qiskit

    device = kind()
    return device.target, from_qiskit(device)
