"""Parameterized circuits: instructions, gates, parameters, OpenQASM and drawing.

`base` has the base class of instructions, `instructions`, `rotations` and `excitations` the
instruction set, `circuit` the immutable `Circuit`. `decompose` splits an instruction into simpler
ones, `spectra` has the frequencies along each parameter, `qasm/` reads and writes OpenQASM,
`layout`, `text` and `figure` draw. Engines are a floor above; `simulation` finds the one that the
package provides.
"""
