"""Device snapshots from what vendors publish, one file a vendor."""

from hybridq.noise.importers.braket import from_braket
from hybridq.noise.importers.cirq_google import from_cirq_google
from hybridq.noise.importers.qiskit import from_qiskit

__all__ = ["from_braket", "from_cirq_google", "from_qiskit"]
