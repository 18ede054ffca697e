"""Noise: channels of gates, errors of the measurement, and models of both.

``hybridq.noise.depolarizing(0.01)`` makes a channel; each convention is in the class's docstring.
A `NoiseModel` says which noise acts after which gate, and the engines ``density`` and
``trajectories`` run circuits with it. A `DeviceSnapshot` holds a device's calibration, of which
``NoiseModel.from_snapshot`` makes a model: a best case, since drift, crosstalk and leakage are not
in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.lazy_names import lazy_names
from hybridq.noise.base import Channel
from hybridq.noise.calibration import GateCalibration, QubitCalibration
from hybridq.noise.channels import (
    AmplitudeDamping,
    Depolarizing,
    PhaseDamping,
    ThermalRelaxation,
)
from hybridq.noise.descriptions import CHANNELS
from hybridq.noise.general import KrausChannel, OverRotation, PauliChannel, twirled
from hybridq.noise.idle import Idle
from hybridq.noise.measurement import CorrelatedReadout, Readout
from hybridq.noise.model import NoiseModel
from hybridq.noise.qubitwise import QubitwiseChannel
from hybridq.noise.rules import Rule
from hybridq.noise.snapshot import DeviceSnapshot

if TYPE_CHECKING:
    from hybridq.noise.importers import from_braket, from_cirq_google, from_qiskit

depolarizing = Depolarizing
amplitude_damping = AmplitudeDamping
phase_damping = PhaseDamping
thermal_relaxation = ThermalRelaxation
pauli = PauliChannel
kraus = KrausChannel
qubitwise = QubitwiseChannel
over_rotation = OverRotation
readout = Readout
idle = Idle
correlated_readout = CorrelatedReadout
rule = Rule

__all__ = [
    "CHANNELS",
    "AmplitudeDamping",
    "Channel",
    "CorrelatedReadout",
    "Depolarizing",
    "DeviceSnapshot",
    "GateCalibration",
    "Idle",
    "KrausChannel",
    "NoiseModel",
    "OverRotation",
    "PauliChannel",
    "PhaseDamping",
    "QubitCalibration",
    "QubitwiseChannel",
    "Readout",
    "Rule",
    "ThermalRelaxation",
    "amplitude_damping",
    "correlated_readout",
    "depolarizing",
    "from_braket",
    "from_cirq_google",
    "from_qiskit",
    "idle",
    "kraus",
    "over_rotation",
    "pauli",
    "phase_damping",
    "qubitwise",
    "readout",
    "rule",
    "thermal_relaxation",
    "twirled",
]

__getattr__, __dir__ = lazy_names(
    __name__, dict.fromkeys(("from_braket", "from_cirq_google", "from_qiskit"), "importers")
)
