"""Picking the engine for a circuit, and saying why."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import EngineError
from hybridq.core.registry import Registry

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine, Observable


def _diagonal(*args: Any, **options: Any) -> Engine:
    from hybridq.engines.diagonal.engine import DiagonalEngine

    return DiagonalEngine(*args, **options)


def _sector(*args: Any, **options: Any) -> Engine:
    from hybridq.engines.sector.engine import SectorEngine

    return SectorEngine(*args, **options)


def _statevector(*args: Any, **options: Any) -> Engine:
    from hybridq.engines.statevector.engine import StatevectorEngine

    return StatevectorEngine(*args, **options)


ENGINES: Registry[Callable[..., Engine]] = Registry(
    "engine", {"diagonal": _diagonal, "sector": _sector, "statevector": _statevector}
)
"""Engines by name; the order is the order in which "auto" asks them."""


def choose_engine(
    circuit: Circuit,
    observable: Observable,
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
    if name != "auto":
        engine = ENGINES[name]
        try:
            return engine(circuit, observable, precision=precision, threads=threads)
        except EngineError as refusal:
            if engine is _statevector:
                raise
            raise EngineError(f"{refusal}; use engine='statevector' or engine='auto'") from None
    refusals = []
    for candidate, build in ENGINES.items():
        try:
            return build(circuit, observable, precision=precision, threads=threads)
        except EngineError as refusal:
            refusals.append(f"{candidate}: {refusal}")
    raise EngineError("no engine can run this circuit:\n  " + "\n  ".join(refusals))
