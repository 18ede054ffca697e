"""Statevector engine: every circuit, on all 2^n amplitudes.

`program` compiles a circuit to operations, `schedule` gathers them into passes over the state,
`small` simulates a few qubits without compiling, `engine` is the running engine, and `kernels` the
compiled code.
"""
