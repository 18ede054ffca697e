"""Refusals of the library in the words of the command line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from hybridq.cli.words import as_options
from hybridq.core.errors import (
    CapacityError,
    DimensionError,
    EngineError,
    OutputError,
    ParameterError,
)

if TYPE_CHECKING:
    from hybridq.optimizers import Optimizer

_GIB = 2**30
_LAYERS = re.compile(r"QAOA\(p=(\d+)\)")
# What a registry calls its entries -> the option that names one.
_NAMED_BY = {
    "initial point": "--initial",
    "entangler": "--entangler",
    "entangling gate": "--entangling-gate",
    "rotation": "--rotations",
}
_UNKNOWN = re.compile(rf"unknown ({'|'.join(_NAMED_BY)}) '")
_AMPLITUDE = {"double": 16, "single": 8}  # bytes


@contextmanager
def in_words_of_options(initial: str | Path) -> Iterator[None]:
    """Within the block, refusals name options of the command line, and the file of angles."""
    try:
        yield
    except (ParameterError, CapacityError, EngineError) as error:
        text = as_options(str(error))
        unknown = _UNKNOWN.match(text)
        if unknown:
            text = f"{_NAMED_BY[unknown[1]]}: {text}"
        if isinstance(error, DimensionError) and isinstance(initial, Path):
            text = f"--initial {initial}: {_LAYERS.sub(_layers, text)}"
        error.args = (text,)
        raise
    except OutputError as error:  # a journal that is there already
        error.args = (str(error).replace("resume=True", "--resume"),)
        raise


def _layers(match: re.Match[str]) -> str:
    return f"QAOA with --p {match[1]}"


def check_memory(graph: str, nodes: int, precision: str, optimizer: str | Optimizer | None) -> None:
    """Refuse a graph whose simulation does not fit in the memory that is free.

    A spin-flip symmetric state of n nodes has 2**(n - 1) amplitudes; a search with gradients
    holds two states.

    Args:
        graph: what to call the graph.
        nodes: its number of nodes.
        precision: ``"double"`` or ``"single"``.
        optimizer: the method, or its name; the default one when None.

    Raises:
        CapacityError: it does not fit; the message says what does.
    """
    from hybridq.core import memory
    from hybridq.optimizers.choice import chosen_optimizer
    from hybridq.solver import DEFAULT_OPTIMIZER

    free = memory.available_bytes()
    if free is None:
        return
    states = 2 if chosen_optimizer(optimizer or DEFAULT_OPTIMIZER).uses_gradient else 1
    largest = _largest(free, states * _AMPLITUDE[precision])
    if nodes <= largest:
        return
    needed = states * _AMPLITUDE[precision] << (nodes - 1)
    raise CapacityError(
        f"{graph} has {nodes} nodes: simulating it takes {_size(needed)}, "
        f"{free / _GIB:.3g} are free{memory.limited_by()}; up to {largest} nodes fit"
        f"{_alternatives(free, nodes, largest, states, precision)}"
    )


def _alternatives(free: int, nodes: int, largest: int, states: int, precision: str) -> str:
    """The options that make room for more, those that suffice first, or nothing."""
    tries = [("--precision single", states, 8)] if precision == "double" else []
    if states == 2:
        tries.append(("--optimizer cobyla", 1, _AMPLITUDE[precision]))
        if precision == "double":
            tries.append(("--precision single --optimizer cobyla", 1, 8))
    for options, count, size in tries:
        if _largest(free, count * size) >= nodes:
            return f" ({_largest(free, count * size)} with {options})"
    return ""


def _largest(free: int, unit: int) -> int:
    """The most nodes n with `unit` * 2**(n - 1) bytes in `free`, and 0 if there is none."""
    return (free // unit).bit_length()


def _size(needed: int) -> str:
    # Hundreds of nodes would overflow a float, and no unit says anything there.
    exponent = needed.bit_length() - 31
    return f"{needed / _GIB:.4g} GiB" if exponent < 20 else f"2**{exponent} GiB"
