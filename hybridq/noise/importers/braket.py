"""Snapshots of devices of Amazon Braket, from the JSON of their properties."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from hybridq.core.checks import is_finite
from hybridq.core.errors import ParameterError
from hybridq.noise.calibration import GateCalibration, QubitCalibration
from hybridq.noise.snapshot import DeviceSnapshot

_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_ON_ONE = ("rx", "ry", "rz", "prx", "gpi", "gpi2", "gz", "u", "r", "x", "v", "vi", "h")
_SPELLED = {"cnot": "cx", "cphaseshift": "cp", "phaseshift": "p", "i": "id", "v": "sx"}
_BENCHMARKS = ("RANDOMIZED_BENCHMARKING", "SIMULTANEOUS_RANDOMIZED_BENCHMARKING")


def from_braket(properties: Any, *, name: str) -> DeviceSnapshot:
    """Return the snapshot of a device of Amazon Braket.

    Numbers are those of ``standardized`` properties, or of ``provider`` where a device reports
    means alone, as trapped ions do. Fidelities of randomized benchmarking are average gate
    fidelities, those of one qubit at a time where both are reported; readout fidelities are the
    same for 0 and 1. Rotations about Z have no noise.

    Args:
        properties: ``AwsDevice(...).properties``, its JSON as a text, or a mapping of that.
        name: of the device.

    Raises:
        ParameterError: other content; the message names the missing key.

    Source of the keys: amazon-braket-schemas, ``braket.device_schema``.
    """
    given = _mapping(properties)
    paradigm = _section(given, "paradigm")
    standard = given.get("standardized") or {}
    provider = given.get("provider") or {}
    own = standard.get("oneQubitProperties") or {}
    pairs = list(_pairs(paradigm, standard))
    labels = sorted({*own, *(label for pair in pairs for label in pair)}, key=_place)
    if not labels:
        labels = [str(number) for number in range(int(_section(paradigm, "qubitCount")))]
    connectivity = paradigm.get("connectivity") or {}
    if connectivity.get("fullyConnected"):
        pairs = [*combinations(labels, 2)]
    place = {label: number for number, label in enumerate(labels)}
    timing, means = provider.get("timing") or {}, provider.get("fidelity") or {}
    native = [str(each).lower() for each in paradigm.get("nativeGateSet") or ()]
    ones = [_SPELLED.get(each, each) for each in native if each in _ON_ONE]
    twos = [_SPELLED.get(each, each) for each in native if each not in _ON_ONE]
    one_time = _first(_time(standard.get("singleQubitGateDuration")), timing.get("1Q"))
    two_time = _first(_time(standard.get("twoQubitGateDuration")), timing.get("2Q"))
    gates, qubits = [], []
    for label in labels:
        mine = own.get(label) or {}
        reported = mine.get("oneQubitFidelity") or standard.get("singleQubitFidelity")
        error = _first(_error(reported, _BENCHMARKS), _mean_error(means, "1Q"))
        for gate in dict.fromkeys([*ones, "rz"]):
            virtual = gate in ("rz", "gz")
            gates.append(
                GateCalibration(
                    gate, (place[label],), 0.0 if virtual else error, 0.0 if virtual else one_time
                )
            )
        wrong = _first(
            _error(mine.get("oneQubitFidelity"), ("READOUT",)),
            _error(standard.get("readoutFidelity"), ()),
            _mean_error(means, "spam"),
        )
        t1 = _first(_time(mine.get("T1")), _time(standard.get("T1")), timing.get("T1"))
        t2 = _first(_time(mine.get("T2")), _time(standard.get("T2")), timing.get("T2"))
        qubits.append(QubitCalibration(t1 or None, t2 or None, wrong, wrong, label))
    every = _first(_error(standard.get("twoQubitGateFidelity"), ()), _mean_error(means, "2Q"))
    by_pair = standard.get("twoQubitProperties") or {}
    for first, second in pairs:
        key = next((k for k in (f"{first}-{second}", f"{second}-{first}") if k in by_pair), None)
        ends = (place[first], place[second])
        if key is None:
            gates += [GateCalibration(gate, ends, every, two_time) for gate in twos]
            continue
        for each in by_pair[key].get("twoQubitGateFidelity") or ():
            gate = str(each.get("gateName")).lower()
            direction = each.get("direction") or {}
            control, target = (place.get(str(direction.get(e))) for e in ("control", "target"))
            order = ends if control is None or target is None else (control, target)
            known = _error([each], ())
            gates.append(GateCalibration(_SPELLED.get(gate, gate), order, known, two_time))
    updated = standard.get("updatedAt") or (given.get("service") or {}).get("updatedAt")
    return DeviceSnapshot(
        name,
        tuple(qubits),
        gates=tuple({(each.name, each.qubits): each for each in gates}.values()),
        coupling=tuple((place[a], place[b]) for a, b in pairs),
        date=str(updated or ""),
        source="Amazon Braket device properties; readout errors the same for 0 and 1",
        readout_duration=_first(_time(standard.get("readoutDuration")), timing.get("readout")),
    )


def _mapping(properties: Any) -> Mapping[str, Any]:
    """Return properties as a mapping.

    Raises:
        ParameterError: something else.
    """
    to_json = getattr(properties, "json", None)
    found = to_json() if callable(to_json) else properties
    if isinstance(found, str):
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            found = None
    if not isinstance(found, Mapping):
        raise ParameterError(
            argument="properties", value=properties, expected="the properties of a Braket device"
        )
    return found


def _section(given: Mapping[str, Any], key: str) -> Any:
    """Return a value that has to be there.

    Raises:
        ParameterError: it is missing.
    """
    if given.get(key) is None:
        raise ParameterError(
            f"properties of a Braket device must have the key {key}",
            argument="properties",
            remedy="give those of a gate-based device",
        )
    return given[key]


def _pairs(paradigm: Mapping[str, Any], standard: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each coupled pair once."""
    graph = (paradigm.get("connectivity") or {}).get("connectivityGraph") or {}
    listed = [(str(a), str(b)) for a, others in graph.items() for b in others]
    listed += [
        (first, second)
        for first, _, second in (k.partition("-") for k in standard.get("twoQubitProperties") or {})
    ]
    seen: set[frozenset[str]] = set()
    for pair in listed:
        if frozenset(pair) not in seen:
            seen.add(frozenset(pair))
            yield pair


def _place(label: str) -> tuple[int, str]:
    """Return the key by which qubits are sorted: numbers first, by value."""
    return (int(label), "") if label.isdigit() else (1 << 62, label)


def _time(reported: Any) -> float | None:
    """Return a time with a unit in seconds, None where there is none."""
    if not isinstance(reported, Mapping) or not is_finite(reported.get("value")):
        return None
    unit = str(reported.get("unit", "s")).lower()
    if unit not in _SECONDS:
        raise ParameterError(
            argument="unit", value=reported.get("unit"), expected="one of s, ms, us, ns"
        )
    return float(reported["value"]) * _SECONDS[unit]


def _error(reported: Any, kinds: tuple[str, ...]) -> float | None:
    """Return 1 − the fidelity of the first reported kind, of any without kinds."""
    entries = {str((each.get("fidelityType") or {}).get("name")): each for each in reported or ()}
    for kind in kinds or tuple(entries):
        if kind in entries and is_finite(entries[kind].get("fidelity")):
            return 1.0 - float(entries[kind]["fidelity"])
    return None


def _mean_error(means: Mapping[str, Any], key: str) -> float | None:
    """Return 1 − the mean fidelity of a kind of operation."""
    mean = (means.get(key) or {}).get("mean")
    return 1.0 - float(mean) if is_finite(mean) else None


def _first(*values: float | None) -> float | None:
    """Return the first value that was reported."""
    return next((float(value) for value in values if value is not None), None)
