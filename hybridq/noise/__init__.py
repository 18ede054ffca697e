"""Noise: channels of gates, errors of the measurement, and models of both.

``hybridq.noise.depolarizing(0.01)`` makes a channel; each convention is in the class's docstring.
A `NoiseModel` says which noise acts after which gate, and the engines ``density`` and
``trajectories`` run circuits with it.
"""

from hybridq.noise.base import Channel
from hybridq.noise.channels import (
    AmplitudeDamping,
    Depolarizing,
    PhaseDamping,
    ThermalRelaxation,
)
from hybridq.noise.descriptions import CHANNELS
from hybridq.noise.general import KrausChannel, OverRotation, PauliChannel, twirled
from hybridq.noise.measurement import CorrelatedReadout, Readout
from hybridq.noise.model import NoiseModel, Rule

depolarizing = Depolarizing
amplitude_damping = AmplitudeDamping
phase_damping = PhaseDamping
thermal_relaxation = ThermalRelaxation
pauli = PauliChannel
kraus = KrausChannel
over_rotation = OverRotation
readout = Readout
correlated_readout = CorrelatedReadout
rule = Rule

__all__ = [
    "CHANNELS",
    "AmplitudeDamping",
    "Channel",
    "CorrelatedReadout",
    "Depolarizing",
    "KrausChannel",
    "NoiseModel",
    "OverRotation",
    "PauliChannel",
    "PhaseDamping",
    "Readout",
    "Rule",
    "ThermalRelaxation",
    "amplitude_damping",
    "correlated_readout",
    "depolarizing",
    "kraus",
    "over_rotation",
    "pauli",
    "phase_damping",
    "readout",
    "rule",
    "thermal_relaxation",
    "twirled",
]
