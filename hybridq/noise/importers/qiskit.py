"""Snapshots of Qiskit backends."""

from __future__ import annotations

import math
from typing import Any

from hybridq.core.errors import ParameterError
from hybridq.noise.calibration import GateCalibration, QubitCalibration
from hybridq.noise.snapshot import DeviceSnapshot


def from_qiskit(device: Any, *, name: str | None = None) -> DeviceSnapshot:
    """Return the snapshot of a Qiskit backend or target, fake ones included.

    Errors and durations of gates, T1 and T2 are those of the `Target`. Readout errors are those of
    the backend's ``properties()`` where it has them, different for 0 and 1; otherwise the target's
    error of ``measure``, the same for both. `DeviceSnapshot.source` says which were used.

    Args:
        device: a ``BackendV2`` or a ``Target`` with qubits; needs the extra ``qiskit``.
        name: of the device; by default the backend's.

    Raises:
        ParameterError: Qiskit is not installed, another object, or a target without qubits, as
            that of an ideal simulator.
    """
    try:
        from qiskit.circuit import Gate
        from qiskit.transpiler import Target
    except ImportError:
        raise ParameterError(
            "snapshots of Qiskit backends need Qiskit, which is not installed",
            argument="device",
            remedy="install it: pip install 'hybridq[qiskit]'",
        ) from None
    target = device if isinstance(device, Target) else getattr(device, "target", None)
    if not isinstance(target, Target) or not target.num_qubits:
        raise ParameterError(
            argument="device", value=device, expected="a Qiskit BackendV2 or Target with qubits"
        )
    gates = []
    for operation in sorted(target.operation_names):
        kind = target.operation_from_name(operation)
        if not isinstance(kind, Gate) or kind.num_qubits not in (1, 2):
            continue
        for qubits, reported in (target[operation] or {}).items():
            if qubits is None:  # an ideal gate on all qubits
                continue
            error, duration = getattr(reported, "error", None), getattr(reported, "duration", None)
            gates.append(GateCalibration(operation, qubits, _number(error), _number(duration)))
    if not gates:
        raise ParameterError(
            argument="device",
            value=device,
            expected="a device that reports its gates by qubits",
            remedy="an ideal simulator has no calibration",
        )
    properties = _properties(device)
    measured = target["measure"] if "measure" in target.operation_names else None
    times = [_number(getattr(each, "duration", None)) for each in (measured or {}).values()]
    readouts = [_readout(q, properties, measured or {}) for q in range(target.num_qubits)]
    qubits = []
    for number, (p10, p01) in enumerate(readouts):
        known = target.qubit_properties
        each = known[number] if known and number < len(known) else None
        t1, t2 = _number(getattr(each, "t1", None)), _number(getattr(each, "t2", None))
        qubits.append(QubitCalibration(t1 or None, t2 or None, p10, p01))
    updated: Any = getattr(properties, "last_update_date", None)
    kind_of_readout = (
        "its properties" if properties else "the error of measure, the same for 0 and 1"
    )
    return DeviceSnapshot(
        name or getattr(device, "name", None) or target.description or "qiskit device",
        tuple(qubits),
        gates=tuple(gates),
        date=updated.isoformat() if hasattr(updated, "isoformat") else str(updated or ""),
        source=f"Qiskit {type(device).__name__}; readout errors of {kind_of_readout}",
        readout_duration=max((time for time in times if time is not None), default=None),
    )


def _number(value: Any) -> float | None:
    """Return a finite number as a float, None for others."""
    return None if value is None or not math.isfinite(value) else float(value)


def _properties(device: Any) -> Any:
    """Return a backend's properties, None where it has none by qubits."""
    get = getattr(device, "properties", None)
    found = get() if callable(get) else None
    return found if hasattr(found, "qubit_property") else None


def _readout(qubit: int, properties: Any, measured: Any) -> tuple[float | None, float | None]:
    """Return p10 and p01 of a qubit."""
    reported = measured.get((qubit,))
    found = None if properties is None else properties.qubit_property(qubit)
    names = ("prob_meas1_prep0", "prob_meas0_prep1")
    if found and all(name in found for name in names):
        p10, p01 = (found[name][0] for name in names)
    elif all(hasattr(reported, name) for name in names):
        p10, p01 = (getattr(reported, name) for name in names)
    else:
        p10 = p01 = getattr(reported, "error", None)
    return _number(p10), _number(p01)
