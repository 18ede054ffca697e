"""Simulation of noisy circuits on statevectors with records of Pauli errors.

`records` draws and enumerates errors, `states` runs them, `engine` averages.
"""
