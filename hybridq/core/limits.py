"""Most of each thing that a file may declare or an option ask for, checked before any work.

Memory is checked where it is allocated (`hybridq.core.memory`). These limits are for what small
input can make long or large before that: they are far above what any engine here can run.
"""

from __future__ import annotations

from hybridq.core.errors import CapacityError, ParameterError

MOST_BYTES = 2**28
"""Of a file of any format that is read whole."""

MOST_BYTES_OF_SETTINGS = 10_000_000
"""Of a config or a file of angles."""

LONGEST_PATH = 4096
"""Letters of a path in a config."""

MOST_LAYERS = 10_000
"""Of an ansatz."""

MOST_INSTRUCTIONS = 1_000_000
"""Of a circuit that is built from layers or read from a program."""

MOST_COUNT = 1_000_000
"""Of what an optimizer holds at once: a population, a batch, candidates."""

MOST_RESTARTS = 100_000
"""Of a search from random points."""

MOST_INCLUDES = 100
"""Of files that a config includes, those included by them among them."""

MOST_FILES = 10_000
"""Of instances that a pattern matches."""

_IDLE = 10_000  # isolated nodes or idle qubits that are never too many


def too_many_idle(declared: int, used: int) -> bool:
    """Tell whether a file declares far more nodes or qubits than its edges or terms use."""
    return declared - used > max(_IDLE, 9 * used)


def check_layers(name: str, layers: int, instructions: int) -> None:
    """Refuse an ansatz that is too deep to be built.

    Args:
        name: of the option, as messages should write it.
        layers: how many are asked for.
        instructions: of one layer.

    Raises:
        ParameterError: more than `MOST_LAYERS` layers.
        CapacityError: more than `MOST_INSTRUCTIONS` instructions.
    """
    if layers > MOST_LAYERS:
        raise ParameterError(
            f"{name} must be at most {MOST_LAYERS:,}, got {layers:,}: use fewer layers"
        )
    total = layers * instructions
    if total > MOST_INSTRUCTIONS:
        raise CapacityError(
            f"{name}={layers:,} makes a circuit of {total:,} instructions, at most "
            f"{MOST_INSTRUCTIONS:,} are built: use fewer layers"
        )
