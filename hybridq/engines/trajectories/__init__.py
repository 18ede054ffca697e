"""Simulation of noisy circuits on statevectors with records of errors.

`records` draws and enumerates errors, `program` makes matrices of blocks with them, `kernels` and
`plain` sweep over states, `jumps` samples errors that change norms, `engine` averages.
"""
