"""Qiskit: devices, samplers and fake devices.

`config` holds the backend and its targets; `convert` circuits in both directions; `transpiled`
chooses among compiled circuits; `sampler` and `fake` run them.
"""

from hybridq.backends.qiskit.config import Qiskit

__all__ = ["Qiskit"]
