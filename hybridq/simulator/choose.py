"""Picking the engine for a circuit, and saying why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hybridq.registry import Registry

if TYPE_CHECKING:
    from hybridq.ansatz.circuit import Circuit
    from hybridq.operators.pauli_sum import PauliSum
    from hybridq.simulator.engine import Engine


def _diagonal(*args: Any, **options: Any) -> Engine:
    from hybridq.simulator.diagonal import DiagonalEngine

    return DiagonalEngine(*args, **options)


ENGINES: Registry[Callable[..., Engine]] = Registry("engine", {"diagonal": _diagonal})
"""Engines by name; the order is the order in which "auto" asks them."""


def choose_engine(
    circuit: Circuit,
    observable: PauliSum,
    *,
    name: str = "auto",
    precision: str = "double",
    threads: int | None = None,
) -> Engine:
    """The engine that will run `circuit` and measure `observable`.

    Args:
        name: an engine of `ENGINES`, or ``"auto"`` for the first that can.

    Raises:
        UnknownNameError: no engine of that name.
        EngineError: the engine cannot run this circuit; the message says what stands in the way.
        CapacityError: the state does not fit in memory.
    """
    chosen = next(iter(ENGINES)) if name == "auto" else ENGINES.canonical(name)
    return ENGINES[chosen](circuit, observable, precision=precision, threads=threads)
