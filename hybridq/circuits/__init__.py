"""Parameterized circuits: instructions, gates, parameters, OpenQASM and drawing.

`instructions` holds what every ansatz is written in and every engine reads, `circuit` the
immutable `Circuit`, `transforms` and `decompose` rewrite single instructions, `spectra` says how a
state depends on each parameter, `qasm/` reads and writes OpenQASM, `layout`, `text` and `figure`
draw. Nothing here runs a circuit: `simulation` asks the engine that the package provides.
"""
