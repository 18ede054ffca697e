"""Pauli twirls of noise models, for circuits too wide for density matrices."""

from __future__ import annotations

from dataclasses import dataclass, fields

from hybridq.noise import Channel, Idle, NoiseModel, twirled
from hybridq.noise.rules import GateNoise


@dataclass(frozen=True)
class TwirledIdle(Idle):
    """Pauli twirl of the relaxation of qubits that wait."""

    def channel(self, time: float) -> Channel:
        """Return the twirl of the noise of waiting for a time."""
        return twirled(super().channel(time))


@dataclass(frozen=True)
class TwirledNoise(NoiseModel):
    """Noise with each channel replaced by its Pauli twirl, of the same fidelity.

    An approximation: relaxation towards |0⟩ becomes flips in both directions.
    """

    def after(self, gate: str, qubits: tuple[int, ...]) -> tuple[GateNoise, ...]:
        """Return the twirled noise of a gate, first applied first."""
        return tuple(
            twirled(each, len(qubits)) if isinstance(each, Channel) else each
            for each in super().after(gate, qubits)
        )


def twirled_noise(model: NoiseModel) -> TwirledNoise:
    """Return the Pauli twirl of a noise model."""
    given = {each.name: getattr(model, each.name) for each in fields(model)}
    given["idle"] = tuple(
        TwirledIdle(each.t1, each.t2, each.excited, each.qubits) for each in given["idle"]
    )
    return TwirledNoise(**given)
