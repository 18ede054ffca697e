"""Rules of noise models: the noise of some gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from hybridq.core.checks import checked_count, is_finite, is_whole
from hybridq.core.configured import Configured
from hybridq.core.errors import ParameterError
from hybridq.noise.base import Channel
from hybridq.noise.general import OverRotation

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
        ordered: whether a gate on two qubits must have them in the given order.
        times: how often the noise acts, as often as gates of a device make such a gate.
        duration: of one of these, for the noise of idle qubits, in the unit of their T1 and T2;
            None for the model's `one_qubit_time` or `two_qubit_time`.

    Raises:
        ParameterError: noise of another type, or gates or qubits of another form.
    """

    noise: tuple[GateNoise, ...] | NoiseLike
    gates: tuple[str, ...] | None = field(default=None, kw_only=True)
    qubits: tuple[tuple[int, ...], ...] | None = field(default=None, kw_only=True)
    ordered: bool = field(default=False, kw_only=True)
    times: int = field(default=1, kw_only=True)
    duration: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise", as_noise("noise", self.noise))
        if self.gates is not None:
            names = (self.gates,) if isinstance(self.gates, str) else tuple(self.gates)
            if not names or not all(isinstance(name, str) and name for name in names):
                raise ParameterError(
                    argument="gates", value=self.gates, expected="names such as ('cx', 'rzz')"
                )
            object.__setattr__(self, "gates", names)
        if self.qubits is not None:
            object.__setattr__(self, "qubits", _as_groups(self.qubits))
        check_flag("ordered", self.ordered)
        object.__setattr__(self, "times", checked_count("times", self.times))
        if self.duration is not None:
            object.__setattr__(self, "duration", checked_time("duration", self.duration))

    def applies(self, gate: str, qubits: tuple[int, ...]) -> bool:
        """Return whether it is the noise of a gate on these qubits."""
        if self.gates is not None and gate not in self.gates:
            return False
        if self.qubits is None or qubits in self.qubits:
            return True
        return not self.ordered and set(qubits) in map(set, self.qubits)

    def restricted(self, n_qubits: int) -> Rule | None:
        """Return the rule on the first qubits, None if it names none of them alone."""
        if self.qubits is None:
            return self
        kept = tuple(group for group in self.qubits if max(group) < n_qubits)
        return replace(self, qubits=kept) if kept else None

    def describe(self) -> dict[str, Any]:
        """Return the rule as plain values."""
        found: dict[str, Any] = {"noise": plain_noise(self.noise)}
        if self.gates is not None:
            found["gates"] = list(self.gates)
        if self.qubits is not None:
            found["qubits"] = [list(group) for group in self.qubits]
        if self.ordered:
            found["ordered"] = True
        if self.duration is not None:
            found["duration"] = self.duration
        return {**found, "times": self.times} if self.times > 1 else found


def as_noise(argument: str, noise: Any) -> tuple[GateNoise, ...]:
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


def plain_noise(noise: Any) -> Any:
    """Return noise of a gate as plain values: one, or a list."""
    found = [each.describe() for each in as_noise("noise", noise)]
    return found[0] if len(found) == 1 else found


def check_flag(name: str, value: object) -> None:
    """Raise for something else than True or False.

    Raises:
        ParameterError: it is.
    """
    if not isinstance(value, bool):
        raise ParameterError(argument=name, value=value, expected="True or False")


def checked_time(name: str, value: Any) -> float:
    """Return a time as a float.

    Raises:
        ParameterError: it is not a finite number >= 0.
    """
    if not is_finite(value) or value < 0:
        raise ParameterError(argument=name, value=value, expected="a number >= 0")
    return float(value)
