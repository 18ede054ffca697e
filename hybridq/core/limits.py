"""Upper limits on input sizes and options, checked before any work.

Memory is checked where it is allocated (`hybridq.core.memory`). These limits guard against small
input that expands to long or large work before that; they are far above what any engine can run.
"""

from __future__ import annotations

from hybridq.core.errors import CapacityError, ParameterError, Setting

MOST_BYTES = 2**28
"""Bytes of a file of any format."""

MOST_BYTES_OF_SETTINGS = 10_000_000
"""Bytes of a config or a file of angles."""

LONGEST_PATH = 4096
"""Characters of a path in a config."""

MOST_OF_A_STATE = 34
"""Qubits of a state of 2^n amplitudes, in any memory."""

MOST_LAYERS = 10_000
"""Layers of an ansatz."""

MOST_INSTRUCTIONS = 1_000_000
"""Instructions of a circuit built from layers or read from a program."""

MOST_COUNT = 1_000_000
"""Points that an optimizer holds at once: a population, a batch, candidates."""

MOST_RESTARTS = 100_000
"""Restarts of a search from random points."""

MOST_INCLUDES = 100
"""Files that a config includes, directly and indirectly."""

MOST_FILES = 10_000
"""Instance files that a pattern matches."""

_IDLE = 10_000  # isolated nodes or idle qubits that are always accepted


def too_many_idle(declared: int, used: int) -> bool:
    """Return whether far more nodes or qubits are declared than used."""
    return declared - used > max(_IDLE, 9 * used)


def check_layers(name: str, layers: int, instructions: int) -> None:
    """Raise if an ansatz is too deep to be built.

    Args:
        name: the argument that sets the number of layers.
        layers: number of layers.
        instructions: number of instructions of one layer.

    Raises:
        ParameterError: more than `MOST_LAYERS` layers.
        CapacityError: more than `MOST_INSTRUCTIONS` instructions.
    """
    if layers > MOST_LAYERS:
        raise ParameterError(
            argument=name,
            value=layers,
            expected=f"at most {MOST_LAYERS:,}",
            remedy="use fewer layers",
        )
    total = layers * instructions
    if total > MOST_INSTRUCTIONS:
        raise CapacityError(
            (
                Setting(name, layers),
                f" makes a circuit of {total:,} instructions, and at most "
                f"{MOST_INSTRUCTIONS:,} are built",
            ),
            argument=name,
            value=layers,
            remedy="use fewer layers",
        )
