"""Noise models: channels after gates, and errors of the measurement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from hybridq.core.checks import is_whole
from hybridq.core.configured import Configured
from hybridq.core.errors import DimensionError, FormatError, ParameterError
from hybridq.noise.base import Channel
from hybridq.noise.general import OverRotation
from hybridq.noise.measurement import AnyReadout, CorrelatedReadout, Readout

GateNoise: TypeAlias = Channel | OverRotation
"""Noise of one gate: a channel after it, or a coherent error of its angle."""

NoiseLike: TypeAlias = "GateNoise | Sequence[GateNoise] | None"
"""Noise of a gate: one, several in their order, or none."""


@dataclass(frozen=True)
class Rule(Configured):
    """Noise of some gates, in place of the model's `one_qubit` or `two_qubit`.

    Args:
        noise: after each of these gates; none for perfect ones, such as virtual Z rotations.
        gates: their names, such as ``("cx", "rzz")``, as in `Circuit.gate_counts` of one- and
            two-qubit gates; None for all names.
        qubits: the qubits that they act on, one tuple for each gate and in any order:
            ``((0,), (1, 2))``; None for all.

    Raises:
        ParameterError: noise of another type, or gates or qubits of another form.
    """

    noise: tuple[GateNoise, ...] | NoiseLike
    gates: tuple[str, ...] | None = field(default=None, kw_only=True)
    qubits: tuple[tuple[int, ...], ...] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise", _as_noise("noise", self.noise))
        if self.gates is not None:
            names = (self.gates,) if isinstance(self.gates, str) else tuple(self.gates)
            if not names or not all(isinstance(name, str) and name for name in names):
                raise ParameterError(
                    argument="gates", value=self.gates, expected="names such as ('cx', 'rzz')"
                )
            object.__setattr__(self, "gates", names)
        if self.qubits is not None:
            object.__setattr__(self, "qubits", _as_groups(self.qubits))

    def applies(self, gate: str, qubits: tuple[int, ...]) -> bool:
        """Return whether it is the noise of a gate on these qubits."""
        if self.gates is not None and gate not in self.gates:
            return False
        return self.qubits is None or set(qubits) in map(set, self.qubits)

    def describe(self) -> dict[str, Any]:
        """Return the rule as plain values."""
        found: dict[str, Any] = {"noise": _plain(self.noise)}
        if self.gates is not None:
            found["gates"] = list(self.gates)
        if self.qubits is not None:
            found["qubits"] = [list(group) for group in self.qubits]
        return found


@dataclass(frozen=True)
class NoiseModel(Configured):
    """Noise after every gate of a circuit as written, and errors of the measurement.

    Engines decompose instructions into gates on one and two qubits, and each gate has its own
    noise: a diagonal phase is one gate for each term, a mixer one for each qubit. Idle qubits and
    the preparation of |0⟩ are perfect. Calibrated errors of single gates leave out drift,
    crosstalk and leakage: such a model is a best case of a real machine.

    Args:
        one_qubit: after gates on one qubit: a channel, several in their order, or None.
        two_qubit: after gates on two qubits; a channel on one qubit acts on both of them.
        readout: errors of the measurement: one `Readout` for all qubits, or several with their
            qubits.
        rules: exceptions for some gates or qubits; the first that applies to a gate counts, in
            place of `one_qubit` or `two_qubit`.

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

    def __post_init__(self) -> None:
        for name, width in (("one_qubit", 1), ("two_qubit", 2)):
            noise = _as_noise(name, getattr(self, name))
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
        object.__setattr__(self, "readout", _as_readouts(self.readout))

    def after(self, gate: str, qubits: tuple[int, ...]) -> tuple[GateNoise, ...]:
        """Return the noise of a gate on one or two qubits, first applied first.

        Args:
            gate: its name, such as ``"cx"`` or ``"rzz"``.
            qubits: the qubits that it acts on.

        Raises:
            DimensionError: a rule gives a gate on one qubit a channel on two.
        """
        found = next((rule.noise for rule in self.rules if rule.applies(gate, qubits)), None)
        if found is None:
            found = self.one_qubit if len(qubits) == 1 else self.two_qubit
        noise: tuple[GateNoise, ...] = _as_noise("noise", found)
        for each in noise:
            if isinstance(each, Channel):
                _check_width("rules", each, len(qubits))
        return noise

    def readouts(self, n_qubits: int) -> tuple[CorrelatedReadout, ...]:
        """Return the readout of each group of qubits that has errors, none of them twice.

        Args:
            n_qubits: width of the circuit.

        Raises:
            DimensionError: a readout names a qubit that the circuit does not have.
        """
        given: tuple[AnyReadout, ...] = self.readout  # type: ignore[assignment]
        found: list[CorrelatedReadout] = []
        named: set[int] = set()
        for each in given:
            for qubit in each.qubits or ():
                if qubit >= n_qubits:
                    raise DimensionError(
                        f"readout on qubit {qubit}: the circuit has {n_qubits} qubits",
                        argument="readout",
                        value=qubit,
                    )
            named |= set(each.qubits or ())
            if isinstance(each, CorrelatedReadout):
                found.append(each)
            elif each.qubits is not None:
                found += [CorrelatedReadout(each.matrix, (qubit,)) for qubit in each.qubits]
        for each in given:
            if isinstance(each, Readout) and each.qubits is None:
                rest = (qubit for qubit in range(n_qubits) if qubit not in named)
                found += [CorrelatedReadout(each.matrix, (qubit,)) for qubit in rest]
        return tuple(each for each in found if each.matrix != _perfect(len(each.qubits)))

    def describe(self) -> dict[str, Any]:
        """Return the model as plain values, which `from_description` reads."""
        found: dict[str, Any] = {}
        for name in ("one_qubit", "two_qubit"):
            if getattr(self, name):
                found[name] = _plain(getattr(self, name))
        if self.readout:
            given: tuple[AnyReadout, ...] = self.readout  # type: ignore[assignment]
            each = [readout.describe() for readout in given]
            found["readout"] = each[0] if len(each) == 1 else each
        if self.rules:
            found["rules"] = [rule.describe() for rule in self.rules]
        return found

    def to_json(self) -> str:
        """Return the model as JSON."""
        return json.dumps(self.describe(), indent=2)

    @classmethod
    def from_json(cls, text: str) -> NoiseModel:
        """Return the model that a JSON text describes; see `from_description`.

        Raises:
            FormatError: the text is not JSON.
            ParameterError: it describes no noise model.
        """
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise FormatError(f"the noise model is not JSON: {error}") from None
        return cls.from_description(found)

    @classmethod
    def from_text(cls, text: str) -> NoiseModel:
        """Return the model that a short text describes, or a JSON file.

        Args:
            text: strengths of depolarizing noise and the readout's p10/p01, such as
                ``one_qubit=0.001,two_qubit=0.01,readout=0.01/0.04``; a text without ``=`` is the
                path of a JSON file, see `from_json`.

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
            description: the keys ``one_qubit``, ``two_qubit``, ``readout`` and ``rules``. Noise is
                a mapping with ``kind`` and options, a number for depolarizing noise of that
                strength, or a list of these.

        Raises:
            ParameterError: a key or a value of another form.
            UnknownNameError: a channel that does not exist.
        """
        from hybridq.noise.descriptions import model_from

        return model_from(description)


def _perfect(width: int) -> tuple[tuple[float, ...], ...]:
    """Return the identity as tuples."""
    size = 1 << width
    return tuple(tuple(float(i == j) for j in range(size)) for i in range(size))


def _check_width(name: str, channel: Channel, width: int) -> None:
    """Raise for a channel on two qubits that is given to gates on one.

    Raises:
        DimensionError: it is.
    """
    try:
        channel.kraus(width)
    except DimensionError as error:
        raise error.with_argument(name) from None


def _as_noise(argument: str, noise: Any) -> tuple[GateNoise, ...]:
    """Return noise of a gate as a tuple.

    Raises:
        ParameterError: something else.
    """
    if noise is None:
        return ()
    several = noise if isinstance(noise, Sequence) and not isinstance(noise, str) else (noise,)
    for each in several:
        if not isinstance(each, GateNoise):
            raise ParameterError(
                argument=argument,
                value=each,
                expected="noise such as hybridq.noise.depolarizing(0.001), or several",
            )
    return tuple(several)


def _as_groups(groups: Any) -> tuple[tuple[int, ...], ...]:
    """Return tuples of qubits.

    Raises:
        ParameterError: something else.
    """
    try:
        found = tuple(tuple(group) for group in groups)
    except TypeError:
        found = ()
    good = all(
        0 < len(group) <= 2
        and len(set(group)) == len(group)
        and all(is_whole(qubit) and qubit >= 0 for qubit in group)
        for group in found
    )
    if not found or not good:
        raise ParameterError(
            argument="qubits",
            value=groups,
            expected="tuples of one or two qubits, such as ((0,), (1, 2))",
        )
    return tuple(tuple(int(qubit) for qubit in group) for group in found)


def _as_readouts(given: Any) -> tuple[AnyReadout, ...]:
    """Return readouts as a tuple.

    Raises:
        ParameterError: something else, or a qubit with two of them.
    """
    if given is None:
        return ()
    several = (
        tuple(given) if isinstance(given, Sequence) and not isinstance(given, str) else (given,)
    )
    named: list[int | None] = []
    for each in several:
        if not isinstance(each, AnyReadout):
            raise ParameterError(
                argument="readout",
                value=each,
                expected="errors such as hybridq.noise.readout(p10=0.01, p01=0.04), or several",
            )
        named += (None,) if each.qubits is None else each.qubits
    twice = next((qubit for qubit in named if named.count(qubit) > 1), -1)
    if twice != -1:
        whom = "all other qubits" if twice is None else f"qubit {twice}"
        raise ParameterError(f"readout gives {whom} two errors", argument="readout", value=given)
    return several


def _plain(noise: Any) -> Any:
    """Return noise of a gate as plain values: one, or a list."""
    found = [each.describe() for each in _as_noise("noise", noise)]
    return found[0] if len(found) == 1 else found
