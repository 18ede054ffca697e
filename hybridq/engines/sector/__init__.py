"""Sector engine: circuits that conserve particle numbers, on their sector.

`reading` reads a circuit, `steps` and `blocks` compile it to a program, `support` drops states
that it does not reach, `walker` runs it, `action` applies the Hamiltonian, `engine` is the running
engine, and `kernels` the compiled code.
"""
