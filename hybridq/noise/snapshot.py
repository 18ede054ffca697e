"""Calibration of a device at one date: qubits, couplings, gates and their errors.

The JSON form has plain keys; times are in seconds, and a missing or null value was not reported::

    {"format": "hybridq-device-1", "name": "line", "date": "2026-11-30", "source": "by hand",
     "qubits": [{"t1": 1e-4, "t2": 8e-5, "p10": 0.01, "p01": 0.03}, {"t1": 2e-4, "t2": 1e-4}],
     "coupling": [[0, 1]],
     "gates": [{"name": "sx", "qubits": [0], "error": 3e-4, "duration": 3.5e-8},
               {"name": "cx", "qubits": [0, 1], "error": 8e-3, "duration": 3e-7}]}
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

from hybridq.core.checks import is_finite
from hybridq.core.configured import Configured
from hybridq.core.errors import DimensionError, FormatError, ParameterError, UnknownNameError
from hybridq.core.files import read_bytes, write_text
from hybridq.core.plain import json_value
from hybridq.noise.calibration import GateCalibration, QubitCalibration, as_qubits, check_text

FORMAT = "hybridq-device-1"
"""Mark of the JSON form."""

_MOST_QUBITS = 100_000
Edge = tuple[int, int]


@dataclass(frozen=True)
class DeviceSnapshot(Configured):
    """Qubits, couplings and gates of a device as they were calibrated at one date.

    Args:
        name: of the device.
        qubits: numbers of each qubit; their count is the width of the device.
        coupling: pairs of qubits on which two-qubit gates act, in any order; by default those of
            `gates`.
        gates: on each qubit and pair that has them.
        date: of the calibration, as the source writes it.
        source: origin of the numbers, with conversions of them, for people who read them.
        readout_duration: of a measurement, in seconds; None if it was not reported.

    Raises:
        ParameterError: an argument of another form, a gate that is listed twice, or one on a pair
            that is not coupled.
        DimensionError: a gate or a pair on a qubit that the device does not have.
    """

    name: str
    qubits: tuple[QubitCalibration, ...]
    gates: tuple[GateCalibration, ...] = field(default=(), kw_only=True)
    coupling: tuple[Edge, ...] = field(default=(), kw_only=True)
    date: str = field(default="", kw_only=True)
    source: str = field(default="", kw_only=True)
    readout_duration: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        for name in ("name", "date", "source"):
            check_text(name, getattr(self, name))
        object.__setattr__(self, "qubits", _all_of("qubits", self.qubits, QubitCalibration))
        object.__setattr__(self, "gates", _all_of("gates", self.gates, GateCalibration))
        if not 0 < len(self.qubits) <= _MOST_QUBITS:
            raise ParameterError(
                argument="qubits",
                value=len(self.qubits),
                expected=f"from 1 to {_MOST_QUBITS:,} qubits",
            )
        seen: set[tuple[str, tuple[int, ...]]] = set()
        for gate in self.gates:
            self._check_present(f"gate {gate.name} on {_listed(gate.qubits)}", gate.qubits)
            if (gate.name, gate.qubits) in seen:
                raise ParameterError(
                    f"gates holds {gate.name} on {_listed(gate.qubits)} twice: keep one of them",
                    argument="gates",
                )
            seen.add((gate.name, gate.qubits))
        used = {_edge(gate.qubits) for gate in self.gates if len(gate.qubits) == 2}
        coupled = used
        if not isinstance(self.coupling, Sequence):
            raise ParameterError(
                argument="coupling", value=self.coupling, expected="pairs such as [[0, 1]]"
            )
        if self.coupling:
            coupled = {_edge(as_qubits("coupling", pair, (2,))) for pair in self.coupling}
            for pair in coupled:
                self._check_present("coupling", pair)
            for pair in sorted(used - coupled)[:1]:
                raise ParameterError(
                    f"gates act on {_listed(pair)}, which coupling does not list: add the pair",
                    argument="coupling",
                )
        object.__setattr__(self, "coupling", tuple(sorted(coupled)))
        if self.readout_duration is not None and not (
            is_finite(self.readout_duration) and self.readout_duration >= 0
        ):
            raise ParameterError(
                argument="readout_duration", value=self.readout_duration, expected="a number >= 0"
            )

    def _check_present(self, what: str, qubits: Sequence[int]) -> None:
        """Raise for a qubit that the device does not have.

        Raises:
            DimensionError: it does not.
        """
        for qubit in qubits:
            if qubit >= self.n_qubits:
                raise DimensionError(
                    f"{what}: the snapshot {self.name} has no qubit {qubit}, its {self.n_qubits} "
                    f"qubits are 0 to {self.n_qubits - 1}",
                    argument="qubits",
                    value=qubit,
                )

    @property
    def n_qubits(self) -> int:
        """Width of the device."""
        return len(self.qubits)

    @property
    def basis(self) -> tuple[str, ...]:
        """Names of the gates, sorted."""
        return tuple(sorted({gate.name for gate in self.gates}))

    @cached_property
    def _table(self) -> dict[tuple[str, tuple[int, ...]], GateCalibration]:
        return {(gate.name, gate.qubits): gate for gate in self.gates}

    @cached_property
    def _by_qubits(self) -> dict[frozenset[int], list[GateCalibration]]:
        found: dict[frozenset[int], list[GateCalibration]] = {}
        for gate in self.gates:
            found.setdefault(frozenset(gate.qubits), []).append(gate)
        return found

    def gates_on(self, *qubits: int) -> tuple[GateCalibration, ...]:
        """Return the gates on one qubit or a pair, in either order of its qubits."""
        return tuple(self._by_qubits.get(frozenset(qubits), ()))

    def gate(self, name: str, qubits: Sequence[int]) -> GateCalibration | None:
        """Return the calibration of a gate on qubits in this order, None without one."""
        return self._table.get((name, tuple(qubits)))

    def part(self, qubits: Sequence[int]) -> DeviceSnapshot:
        """Return the device of some qubits, numbered in the given order.

        Args:
            qubits: different qubits of the device; entry i becomes qubit i.

        Raises:
            ParameterError: a qubit is repeated or not an integer.
            DimensionError: the device does not have it.
        """
        chosen = as_qubits("qubits", qubits)
        self._check_present("qubits", chosen)
        place = {qubit: i for i, qubit in enumerate(chosen)}
        return replace(
            self,
            qubits=tuple(self.qubits[qubit] for qubit in chosen),
            coupling=tuple(
                (place[a], place[b]) for a, b in self.coupling if a in place and b in place
            ),
            gates=tuple(
                replace(gate, qubits=tuple(place[qubit] for qubit in gate.qubits))
                for gate in self.gates
                if all(qubit in place for qubit in gate.qubits)
            ),
        )

    def clipped(self) -> DeviceSnapshot:
        """Return the device with each T2 above 2 T1 set to 2 T1, as Qiskit Aer does."""
        return replace(
            self,
            qubits=tuple(
                replace(each, t2=min(each.t2, 2.0 * each.t1)) if each.t1 and each.t2 else each
                for each in self.qubits
            ),
        )

    def describe(self) -> dict[str, Any]:
        """Return the snapshot as plain values, which `from_description` reads."""
        found: dict[str, Any] = {"format": FORMAT, "name": self.name}
        found |= {name: getattr(self, name) for name in ("date", "source") if getattr(self, name)}
        if self.readout_duration is not None:
            found["readout_duration"] = self.readout_duration
        found["qubits"] = [_reported(each) for each in self.qubits]
        found["coupling"] = [list(pair) for pair in self.coupling]
        found["gates"] = [{**_reported(each), "qubits": list(each.qubits)} for each in self.gates]
        return found

    def to_json(self) -> str:
        """Return the snapshot as JSON, a line for each qubit, pair and gate."""
        lines = []
        for key, value in self.describe().items():
            text = json.dumps(value)
            if isinstance(value, list) and value:
                text = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]"
            lines.append(f" {json.dumps(key)}: {text}")
        return "{\n" + ",\n".join(lines) + "\n}\n"

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write the snapshot to a JSON file, replacing one that is there.

        Raises:
            OutputError: the file cannot be written.
        """
        write_text(path, self.to_json())

    @classmethod
    def from_file(cls, path: str | os.PathLike[str]) -> DeviceSnapshot:
        """Return the snapshot in a JSON file.

        Raises:
            FormatError: the file cannot be read, or holds no snapshot.
        """
        data, name = read_bytes(path)
        try:
            return cls.from_json(data.decode("utf-8", "replace"))
        except (FormatError, ParameterError, DimensionError) as error:
            raise FormatError(f"no device snapshot: {error}", source=name) from None

    @classmethod
    def from_json(cls, text: str) -> DeviceSnapshot:
        """Return the snapshot that a JSON text describes.

        Raises:
            FormatError: the text is not JSON.
            ParameterError: it describes no snapshot.
        """
        return cls.from_description(json_value(text, "device snapshot"))

    @classmethod
    def from_description(cls, description: Any) -> DeviceSnapshot:
        """Return the snapshot that plain values describe.

        Args:
            description: the keys of the module's example; ``format``, ``name`` and ``qubits`` are
                necessary.

        Raises:
            ParameterError: a key or a value of another form; the message names qubit or gate.
            DimensionError: a gate on a qubit that is missing.
        """
        if not isinstance(description, Mapping) or description.get("format") != FORMAT:
            raise ParameterError(
                argument="snapshot",
                value=description,
                expected=f'a mapping with "format": "{FORMAT}"',
            )
        given = {str(key): value for key, value in description.items() if key != "format"}
        given["qubits"] = _entries(QubitCalibration, "qubits", given.get("qubits"))
        given["gates"] = _entries(GateCalibration, "gates", given.get("gates", ()))
        if "name" not in given:
            raise ParameterError("the device snapshot has no name", argument="name")
        return cls(**given)


def is_description(value: object) -> bool:
    """Return whether plain values are those of a snapshot."""
    return isinstance(value, Mapping) and str(value.get("format")).startswith("hybridq-device")


def _entries(kind: type[Any], key: str, values: object) -> list[Any]:
    """Return objects of a class from a list of mappings; errors name the entry.

    Raises:
        ParameterError: another form, or a value that the class does not accept.
    """
    if not isinstance(values, list | tuple) or not all(isinstance(v, Mapping) for v in values):
        raise ParameterError(argument=key, value=values, expected="a list of mappings")
    found = []
    known = [each.name for each in fields(kind)]
    for number, value in enumerate(values):
        for option in value:
            if option not in known:
                raise UnknownNameError(f"key of {key}[{number}]", str(option), known, argument=key)
        try:
            found.append(kind(**value))
        except ParameterError as error:
            raise ParameterError(f"{key}[{number}]: {error}", argument=key, value=value) from None
        except TypeError:
            raise ParameterError(
                argument=f"{key}[{number}]", value=dict(value), expected="a gate's name and qubits"
            ) from None
    return found


def _reported(entry: Any) -> dict[str, Any]:
    """Return the fields of an entry that are not None or empty."""
    values = {each.name: getattr(entry, each.name) for each in fields(entry)}
    return {name: value for name, value in values.items() if value is not None and value != ""}


def _all_of(name: str, values: Any, kind: type[Any]) -> tuple[Any, ...]:
    """Return a sequence of objects of a class as a tuple.

    Raises:
        ParameterError: something else.
    """
    found = tuple(values) if isinstance(values, Sequence) else (values,)
    for each in found:
        if not isinstance(each, kind):
            raise ParameterError(argument=name, value=each, expected=f"{kind.__name__} objects")
    return found


def _edge(qubits: tuple[int, ...]) -> Edge:
    """Return a pair, the lower qubit first."""
    low, high = sorted(qubits)
    return low, high


def _listed(qubits: Sequence[int]) -> str:
    """Return ``qubit 3`` or ``qubits 3 and 4``."""
    return f"{'qubit' if len(qubits) == 1 else 'qubits'} {' and '.join(map(str, qubits))}"
