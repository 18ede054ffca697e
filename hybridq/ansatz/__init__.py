"""Parameterized circuits (ansätze), their mixers, pools and initial points."""

from hybridq.ansatz.hardware_efficient import HardwareEfficient
from hybridq.ansatz.hva import HVA
from hybridq.ansatz.k_upccgsd import KUpCCGSD
from hybridq.ansatz.qaoa import QAOA
from hybridq.ansatz.registry import ANSATZE
from hybridq.ansatz.ucc import UCCSD
from hybridq.circuits.circuit import Circuit
from hybridq.circuits.instructions import Angle
from hybridq.circuits.parameters import Parameter

__all__ = [
    "ANSATZE",
    "HVA",
    "QAOA",
    "UCCSD",
    "Angle",
    "Circuit",
    "HardwareEfficient",
    "KUpCCGSD",
    "Parameter",
]
