"""Circuits of Qiskit, Cirq and PennyLane, both ways, exact up to a global phase.

The packages are optional and imported on use. Methods of `Circuit` call these functions.
"""
