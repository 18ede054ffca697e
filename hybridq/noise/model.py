"""Noise models: channels after gates, and errors of the measurement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from hybridq.core.checks import checked_count
from hybridq.core.configured import Configured
from hybridq.core.errors import DimensionError, EngineError, ParameterError
from hybridq.core.plain import json_value
from hybridq.noise.base import Channel
from hybridq.noise.idle import Idle, as_idle, idle_on
from hybridq.noise.measurement import AnyReadout, CorrelatedReadout, as_readouts, readouts_on
from hybridq.noise.rules import (
    GateNoise,
    NoiseLike,
    Rule,
    as_noise,
    check_flag,
    checked_time,
    plain_noise,
)

if TYPE_CHECKING:
    from hybridq.noise.snapshot import DeviceSnapshot


@dataclass(frozen=True)
class NoiseModel(Configured):
    """Noise after every gate of a circuit as written, and errors of the measurement.

    Engines decompose instructions into gates on one and two qubits, and each gate has its own
    noise: a diagonal phase is one gate for each term, a mixer one for each qubit. Idle qubits are
    perfect without `idle`, and the preparation of |0⟩ always. Calibrated errors of single gates
    leave out drift, crosstalk and leakage: such a model is a best case of a real machine.

    Args:
        one_qubit: after gates on one qubit: a channel, several in their order, or None.
        two_qubit: after gates on two qubits; a channel on one qubit acts on both of them.
        readout: errors of the measurement: one `Readout` for all qubits, or several with their
            qubits.
        rules: exceptions for some gates or qubits; the first that applies to a gate counts, in
            place of `one_qubit` or `two_qubit`.
        idle: noise of qubits that wait: one `Idle` for all qubits, or several with their qubits.
            It depends on the gates' times.
        one_qubit_time: duration of a gate on one qubit, in the unit of T1 and T2 of `idle`, unless
            a rule gives another one.
        two_qubit_time: the same for gates on two qubits.
        n_qubits: the width of the device: wider circuits are refused, and readouts of qubits that
            a circuit does not have are left out. None for a model of any width.
        strict: whether a gate is refused to which neither a rule nor `one_qubit` or `two_qubit`
            gives noise, such as one on two qubits that the device does not couple.

    Raises:
        ParameterError: an argument of another type, or a qubit with two readouts.

    Example:
        ``NoiseModel(one_qubit=depolarizing(0.001), two_qubit=depolarizing(0.01),
        readout=readout(p10=0.01, p01=0.04))``.
    """

    one_qubit: tuple[GateNoise, ...] | NoiseLike = field(default=(), kw_only=True)
    two_qubit: tuple[GateNoise, ...] | NoiseLike = field(default=(), kw_only=True)
    readout: tuple[AnyReadout, ...] | AnyReadout | Sequence[AnyReadout] | None = field(
        default=(), kw_only=True
    )
    rules: tuple[Rule, ...] | Sequence[Rule] = field(default=(), kw_only=True)
    idle: tuple[Idle, ...] | Idle | Sequence[Idle] | None = field(default=(), kw_only=True)
    one_qubit_time: float = field(default=0.0, kw_only=True)
    two_qubit_time: float = field(default=0.0, kw_only=True)
    n_qubits: int | None = field(default=None, kw_only=True)
    strict: bool = field(default=False, kw_only=True)

    def __post_init__(self) -> None:
        for name, width in (("one_qubit", 1), ("two_qubit", 2)):
            noise = as_noise(name, getattr(self, name))
            for each in noise:
                if isinstance(each, Channel):
                    _check_width(name, each, width)
            object.__setattr__(self, name, noise)
        rules = tuple(self.rules)
        if not all(isinstance(rule, Rule) for rule in rules):
            raise ParameterError(
                argument="rules",
                value=self.rules,
                expected="rules such as rule(None, gates=['rz'])",
            )
        object.__setattr__(self, "rules", rules)
        object.__setattr__(self, "readout", as_readouts(self.readout))
        object.__setattr__(self, "idle", as_idle(self.idle))
        for name in ("one_qubit_time", "two_qubit_time"):
            object.__setattr__(self, name, checked_time(name, getattr(self, name)))
        if self.n_qubits is not None:
            object.__setattr__(self, "n_qubits", checked_count("n_qubits", self.n_qubits))
        check_flag("strict", self.strict)

    @cached_property
    def _rules_by_qubits(self) -> dict[frozenset[int] | None, list[tuple[int, Rule]]]:
        """Rules with their numbers by the qubits that they name, None for all."""
        found: dict[frozenset[int] | None, list[tuple[int, Rule]]] = {}
        for number, rule in enumerate(self.rules):
            for group in rule.qubits or (None,):
                key = None if group is None else frozenset(group)
                found.setdefault(key, []).append((number, rule))
        return found

    def check_width(self, n_qubits: int) -> None:
        """Raise for a circuit wider than the device.

        Raises:
            DimensionError: it is.
        """
        if self.n_qubits is not None and n_qubits > self.n_qubits:
            raise DimensionError(
                f"the circuit has {n_qubits} qubits, and the device of the noise model has "
                f"{self.n_qubits}",
                argument="noise",
                value=self.n_qubits,
                remedy="use a smaller problem, or the noise of a wider device",
            )

    def restricted(self, n_qubits: int) -> NoiseModel:
        """Return the model of the first qubits of a device, for a circuit on them.

        Raises:
            DimensionError: the circuit is wider than the device.
        """
        self.check_width(n_qubits)
        if self.n_qubits is None or self.n_qubits == n_qubits:
            return self
        rules = (rule.restricted(n_qubits) for rule in self.rules)
        readout = tuple(
            each
            for each in self.readout  # type: ignore[union-attr]
            if not each.qubits or min(each.qubits) < n_qubits
        )
        idle = tuple(
            each
            for each in self.idle  # type: ignore[union-attr]
            if not each.qubits or min(each.qubits) < n_qubits
        )
        kept = tuple(each for each in rules if each)
        return replace(self, rules=kept, readout=readout, idle=idle)

    def _rule_of(self, gate: str, qubits: tuple[int, ...]) -> Rule | None:
        """Return the first rule that applies to a gate, None without one."""
        table = self._rules_by_qubits
        near = [*table.get(frozenset(qubits), ()), *table.get(None, ())]
        applying = [(number, rule) for number, rule in near if rule.applies(gate, qubits)]
        return min(applying, key=itemgetter(0))[1] if applying else None

    def duration(self, gate: str, qubits: tuple[int, ...]) -> float:
        """Return the time that a gate on one or two qubits takes; see `after`."""
        rule = self._rule_of(gate, qubits)
        time = self.one_qubit_time if len(qubits) == 1 else self.two_qubit_time
        if rule is None:
            return time
        return rule.times * (time if rule.duration is None else rule.duration)

    def idle_on(self, n_qubits: int) -> dict[int, Idle]:
        """Return the noise of each qubit that waits, without those that are perfect.

        Raises:
            DimensionError: it names a qubit that neither circuit nor device has.
        """
        given: tuple[Idle, ...] = self.idle  # type: ignore[assignment]
        return idle_on(given, n_qubits, self.n_qubits or n_qubits)

    def after(self, gate: str, qubits: tuple[int, ...]) -> tuple[GateNoise, ...]:
        """Return the noise of a gate on one or two qubits, first applied first.

        Args:
            gate: its name, such as ``"cx"`` or ``"rzz"``.
            qubits: the qubits that it acts on.

        Raises:
            DimensionError: a rule gives a gate on one qubit a channel on two.
            EngineError: the model is strict and has no noise of the gate.
        """
        rule = self._rule_of(gate, qubits)
        default = self.one_qubit if len(qubits) == 1 else self.two_qubit
        found = default if rule is None else rule.noise
        if rule is None and not default and self.strict:
            plural = "qubit" if len(qubits) == 1 else "qubits"
            raise EngineError(
                f"the noise model has no {gate} on {plural} {' and '.join(map(str, qubits))}: the "
                "device does not couple them, or reports no error below that of random results",
                argument="noise",
                remedy="compile the circuit for the device, choose other qubits of it, or give "
                "such gates the median noise (uncoupled=median)",
            )
        noise: tuple[GateNoise, ...] = as_noise("noise", found)
        for each in noise:
            if isinstance(each, Channel):
                _check_width("rules", each, len(qubits))
        return noise if rule is None else noise * rule.times

    def readouts(self, n_qubits: int) -> tuple[CorrelatedReadout, ...]:
        """Return the readout of each group of qubits that has errors, none of them twice.

        Args:
            n_qubits: width of the circuit.

        Raises:
            DimensionError: a readout names a qubit that the circuit does not have, or the circuit
                is wider than the device.
        """
        self.check_width(n_qubits)
        given: tuple[AnyReadout, ...] = self.readout  # type: ignore[assignment]
        return readouts_on(given, n_qubits, self.n_qubits)

    def describe(self) -> dict[str, Any]:
        """Return the model as plain values, which `from_description` reads."""
        found: dict[str, Any] = {}
        for name in ("one_qubit", "two_qubit"):
            if getattr(self, name):
                found[name] = plain_noise(getattr(self, name))
        if self.readout:
            given: tuple[AnyReadout, ...] = self.readout  # type: ignore[assignment]
            each = [readout.describe() for readout in given]
            found["readout"] = each[0] if len(each) == 1 else each
        if self.rules:
            found["rules"] = [rule.describe() for rule in self.rules]
        if self.idle:
            waiting: tuple[Idle, ...] = self.idle  # type: ignore[assignment]
            several = [idle.describe() for idle in waiting]
            found["idle"] = several[0] if len(several) == 1 else several
        for name in ("one_qubit_time", "two_qubit_time", "n_qubits"):
            if getattr(self, name):
                found[name] = getattr(self, name)
        return {**found, "strict": True} if self.strict else found

    def to_json(self) -> str:
        """Return the model as JSON."""
        return json.dumps(self.describe(), indent=2)

    @classmethod
    def from_snapshot(
        cls,
        snapshot: DeviceSnapshot,
        qubits: Sequence[int] | None = None,
        *,
        uncoupled: str = "refuse",
        clip_t2: bool = False,
        readout: bool = True,
        idle: bool = True,
    ) -> NoiseModel:
        r"""Return the noise of a calibrated device, a best case of the device itself.

        After each gate there is depolarizing noise, then thermal relaxation for its duration, so
        that the average gate fidelity is 1 − the reported error. Drift, crosstalk, leakage and
        coherent errors are left out.

        The circuit's qubit i is the device's qubit i, or ``qubits[i]``. A gate that the device
        does not have is as noisy as the fewest gates of the device that make it: one for any gate
        on one qubit (the worst by the report; none for a phase where rz takes no time), one or two
        for cx, cy and cz, two for other gates on two qubits, three for swap.

        Args:
            snapshot: the device.
            qubits: the device's qubits in the circuit's order, by default all of them.
            uncoupled: noise of gates on two qubits that the device does not couple: ``"refuse"``
                them, or give them that of the pair with the ``"median"`` error, as if all were
                coupled.
            clip_t2: whether T2 above 2 T1 becomes 2 T1; otherwise it is refused.
            readout: whether measurements have their reported errors.
            idle: whether qubits that wait relax, for the reported durations of the gates on others
                (a gate without one takes no time).

        Raises:
            ParameterError: an argument of another form, T2 > 2 T1, or readout errors that were not
                reported; the message names the qubits.
            DimensionError: a qubit that the device does not have.

        Source of the formula: Qiskit Aer's noise models of devices, which clip T2.
        """
        from hybridq.noise.calibrated import model_of

        return model_of(
            snapshot, qubits, uncoupled=uncoupled, clip_t2=clip_t2, readout=readout, idle=idle
        )

    @classmethod
    def resolved(cls, given: NoiseModel | Mapping[str, Any] | str | None) -> NoiseModel | None:
        """Return the model of an option `noise`; None without one.

        Args:
            given: a model, its description, or a text of `from_text`.

        Raises:
            ParameterError: something else, or a description of no model.
        """
        if isinstance(given, Mapping):
            return cls.from_description(given)
        if isinstance(given, str):
            return cls.from_text(given)
        if not isinstance(given, NoiseModel | None):
            raise ParameterError(
                argument="noise",
                value=given,
                expected="a NoiseModel such as hybridq.NoiseModel("
                "two_qubit=hybridq.noise.depolarizing(0.01)), or its description",
            )
        return given

    @classmethod
    def from_json(cls, text: str) -> NoiseModel:
        """Return the model that a JSON text describes, or that of a device snapshot.

        Raises:
            FormatError: the text is not JSON.
            ParameterError: it describes no noise model.
        """
        return cls.from_description(json_value(text, "noise model"))

    @classmethod
    def from_text(cls, text: str) -> NoiseModel:
        """Return the model that a short text describes, or a JSON file.

        Args:
            text: strengths of depolarizing noise and the readout's p10/p01, such as
                ``one_qubit=0.001,two_qubit=0.01,readout=0.01/0.04``; or a device snapshot with
                options of `from_snapshot`, ``snapshot=FILE,uncoupled=median,qubits=3/5/8``; a text
                without ``=`` is the path of a JSON file of a model or a snapshot.

        Raises:
            ParameterError: another key, a key given twice, or a value that is not a number.
            FormatError: the file cannot be read, or is not JSON.
        """
        from hybridq.noise.descriptions import model_from_text

        return model_from_text(text)

    @classmethod
    def from_description(cls, description: Mapping[str, Any]) -> NoiseModel:
        """Return the model that plain values describe.

        Args:
            description: the fields of a model; noise is a mapping with ``kind`` and options, a
                number for depolarizing noise of that strength, or a list of these. Or the key
                ``snapshot``, a file or the plain values of a `DeviceSnapshot`, with options of
                `from_snapshot`; or those plain values alone.

        Raises:
            ParameterError: a key or a value of another form.
            UnknownNameError: a channel that does not exist.
        """
        from hybridq.noise.descriptions import model_from

        return model_from(description)


def _check_width(name: str, channel: Channel, width: int) -> None:
    """Raise for a channel on two qubits that is given to gates on one.

    Raises:
        DimensionError: it is.
    """
    try:
        channel.check_width(width)
    except DimensionError as error:
        raise error.with_argument(name) from None
