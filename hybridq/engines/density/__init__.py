"""Simulation of noisy circuits on density matrices in the Pauli basis.

`program` makes blocks of gates with their channels, `kernels` and `plain` sweep over them,
`engine` measures.
"""
