"""Snapshots of Google's processors, from the calibrations that cirq-google ships."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from hybridq.core.checks import is_real
from hybridq.core.errors import ParameterError
from hybridq.noise.calibration import GateCalibration, QubitCalibration
from hybridq.noise.snapshot import DeviceSnapshot

GATE_TIMES = {"phased_x_z": 25e-9, "cz": 32e-9, "sqrt_iswap": 32e-9, "syc": 12e-9}
"""Durations in seconds that Cirq calls "legacy": Google's calibrations report none."""

_PREFIXES = {"cz": "cz", "sqrt_iswap": "sqrt_iswap", "syc": "sycamore"}
_READOUT_TIME = 4e-6


def from_cirq_google(
    calibration: Mapping[str, Any],
    *,
    name: str,
    gate_times: Mapping[str, float] = GATE_TIMES,
) -> DeviceSnapshot:
    r"""Return the snapshot of a processor of Google.

    Pauli errors r of randomized benchmarking and of cycles of cross-entropy benchmarking become
    average gate errors r d/(d + 1). T2 follows from T1 and the incoherent error e of a gate on one
    qubit of duration t, as in Cirq: :math:`1/T_\phi = 3 e/t - 1/T_1` and
    :math:`1/T_2 = 1/(2 T_1) + 1/T_\phi`; coherent errors of the entangling angles are part of the
    error. Rotations about Z have no noise.

    Args:
        calibration: ``cirq_google.engine.load_median_device_calibration("willow_pink")``, or a
            mapping of the same metrics: by name, values by tuples of qubits.
        name: of the processor.
        gate_times: durations in seconds by the names of `GATE_TIMES`.

    Raises:
        ParameterError: another object, or metrics without errors of gates on one qubit.
    """
    if not isinstance(calibration, Mapping):
        raise ParameterError(
            argument="calibration", value=calibration, expected="a cirq_google Calibration"
        )
    for gate in gate_times:
        if gate not in GATE_TIMES:
            raise ParameterError(
                argument="gate_times", value=gate, expected=f"names of {', '.join(GATE_TIMES)}"
            )
    times = {**GATE_TIMES, **gate_times}
    pauli = _metric(calibration, "single_qubit_rb_pauli_error_per_gate")
    if not pauli:
        raise ParameterError(
            "the calibration has no metric single_qubit_rb_pauli_error_per_gate",
            argument="calibration",
        )
    order = sorted((key[0] for key in pauli), key=_place)
    place = {qubit: number for number, qubit in enumerate(order)}
    t1, incoherent, p10, p01 = (
        _metric(calibration, metric)
        for metric in (
            "single_qubit_idle_t1_micros",
            "single_qubit_rb_incoherent_error_per_gate",
            "single_qubit_p00_error",
            "single_qubit_p11_error",
        )
    )
    time = times["phased_x_z"]
    gates, qubits = [], []
    for qubit, number in place.items():
        key = (qubit,)
        gates.append(GateCalibration("phased_x_z", (number,), pauli[key] * 2 / 3, time))
        gates.append(GateCalibration("rz", (number,), 0.0, 0.0))
        relaxing = t1[key] * 1e-6 if key in t1 else None
        dephasing = None
        if relaxing is not None and key in incoherent:
            rate = max(0.0, 3 * incoherent[key] / time - 1 / relaxing)
            dephasing = min(1.0 / (0.5 / relaxing + rate), 2.0 * relaxing)
        qubits.append(QubitCalibration(relaxing, dephasing, p10.get(key), p01.get(key), str(qubit)))
    for gate, prefix in _PREFIXES.items():
        found = _metric(calibration, f"two_qubit_parallel_{prefix}_gate_xeb_pauli_error_per_cycle")
        for (first, second), error in found.items():
            if first in place and second in place:
                ends = (place[first], place[second])
                gates.append(GateCalibration(gate, ends, error * 4 / 5, times[gate]))
    stamp = getattr(calibration, "timestamp", None)
    date = datetime.fromtimestamp(stamp / 1000, UTC).isoformat() if is_real(stamp) else ""
    return DeviceSnapshot(
        name,
        tuple(qubits),
        gates=tuple(gates),
        date=date,
        source="cirq-google Calibration; Pauli errors as average errors, durations as given",
        readout_duration=_READOUT_TIME,
    )


def _metric(calibration: Mapping[str, Any], name: str) -> dict[tuple[Any, ...], float]:
    """Return the values of a metric by qubits, empty without it."""
    found = calibration.get(name, {})
    return {
        tuple(qubits): float(values[0] if isinstance(values, Sequence) else values)
        for qubits, values in found.items()
    }


def _place(qubit: Any) -> tuple[Any, ...]:
    """Return the key by which qubits are sorted: by row, then by column."""
    row, column = getattr(qubit, "row", None), getattr(qubit, "col", None)
    return (row, column, "") if row is not None else (0, 0, str(qubit))
