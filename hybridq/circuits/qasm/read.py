"""Read OpenQASM 2 and 3."""

from __future__ import annotations

import os
import re

from hybridq.circuits.circuit import Circuit
from hybridq.circuits.qasm.program import Program
from hybridq.circuits.qasm.tokens import Tokens
from hybridq.core import memory
from hybridq.core.errors import FormatError
from hybridq.core.files import read_bytes

_BLANKS = r"(?:\s|//[^\n]*\n|/\*[^*]*\*+(?:[^/*][^*]*\*+)*/)*+"
_VERSION = re.compile(rf"({_BLANKS})OPENQASM\s++(\d++(?:\.\d++)?)")


@memory.capacity("reading the program", "give a smaller program")
def read_qasm(source: str | os.PathLike[str]) -> Circuit:
    """Read the circuit of an OpenQASM program, exact up to a global phase.

    Registers are placed one after the other in the order of their declaration. Supported are the
    gates of ``qelib1.inc`` (version 2) and ``stdgates.inc`` (version 3), definitions of gates,
    several registers, arithmetic, gates on whole registers, and in version 3 inputs, which become
    free parameters, and the modifiers ``inv``, ``pow`` and ``ctrl``. Barriers, final measurements,
    resets of unused qubits and gates declared opaque that are not used are left out. Statements
    that are not part of a unitary circuit are errors: conditions, loops, other resets, and gates
    on a measured qubit.

    Args:
        source: the program's text, or the path of its file.

    Raises:
        FormatError: the file or the program cannot be read; with the line.

    Source: Cross, Bishop, Smolin, Gambetta 2017, arXiv:1707.03429 (version 2); Cross et al. 2022,
    arXiv:2104.14722 (version 3).
    """
    if isinstance(source, str) and (
        not source or ";" in source or "\n" in source or "OPENQASM" in source
    ):
        text, name = source, "OpenQASM text"
    else:
        name = str(source)
        try:
            text = read_bytes(source)[0].decode("utf-8-sig")
        except FormatError as error:
            raise FormatError(
                f"the program cannot be read ({error.message})", source=name
            ) from None
        except UnicodeDecodeError:
            raise FormatError(
                "the program cannot be read: it is not UTF-8 text", source=name
            ) from None
    program = _program_of(text, name)
    tokens = Tokens(text, name)
    try:
        return program(tokens).circuit()
    except RecursionError:
        tokens.fail("the program is nested too deeply")


def _program_of(text: str, name: str) -> type[Program]:
    """Return the reader of the program's version, which is checked first."""
    start = _VERSION.match(text)
    if start is None:
        raise FormatError(
            "an OpenQASM program begins with OPENQASM 2.0; or OPENQASM 3.0;", source=name, line=1
        )
    version = start[2]
    if version.partition(".")[0] == "2":
        return Program
    if version.partition(".")[0] == "3":
        from hybridq.circuits.qasm.program3 import Program3

        return Program3
    raise FormatError(
        f"version {version[:40]} cannot be read: OpenQASM 2 and 3 can",
        source=name,
        line=start[1].count("\n") + 1,
    )
