"""The first answer on a new machine: NumPy instead of waiting for the compiler."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hybridq.core.errors import HybridqError, ParameterError
from hybridq.engines.exact import ExactEngine
from hybridq.engines.simulators import AUTO_KERNELS, COMPILED, KERNELS, NUMPY, Simulator

if TYPE_CHECKING:
    from hybridq.circuits.circuit import Circuit
    from hybridq.engines.base import Engine, Observable
    from hybridq.engines.config import EngineConfig

VARIABLE = "HYBRIDQ_KERNELS"
"""Environment variable that decides for ``kernels="auto"``: ``compiled`` or ``numpy``."""


def usual_evaluations(circuit: Circuit) -> int:
    """Return about how many values with gradients a search from one start takes."""
    return 30 + 3 * circuit.n_params


def with_kernels_chosen(
    engine: EngineConfig,
    circuit: Circuit,
    observable: Observable,
    evaluations: int,
    recorded: Mapping[str, Any] | None = None,
) -> EngineConfig:
    """Return the engine with ``kernels="auto"`` decided.

    NumPy where the kernels for the circuit are not compiled on this machine and would take longer
    to compile than the work in NumPy is estimated to.

    Args:
        engine: a configured engine; others than simulators are returned as they are.
        circuit: what runs.
        observable: what is measured.
        evaluations: about how many values and gradients are needed.
        recorded: options of the engine that a run recorded, which is resumed.

    Raises:
        ParameterError: the environment variable `VARIABLE` has another value.
    """
    if not isinstance(engine, Simulator) or engine.kernels != AUTO_KERNELS:
        return engine
    compiled, plain = (replace(engine, kernels=each) for each in (COMPILED, NUMPY))
    if recorded is not None:
        return plain if recorded.get("kernels") == NUMPY else compiled
    wish = _wish()
    if wish != AUTO_KERNELS:
        return plain if wish == NUMPY else compiled
    running = _holding_a_state(plain, circuit, observable)
    if not isinstance(running, ExactEngine) or running.is_compiled():
        return compiled
    seconds = running.plain_seconds() * evaluations
    return plain if seconds <= running.compiling_seconds else compiled


def _holding_a_state(
    engine: EngineConfig, circuit: Circuit, observable: Observable
) -> Engine | None:
    """Return the engine that will run a circuit, None for one that holds no state."""
    for candidate in engine.candidates():
        if not candidate.holds_state:  # others may take long to lay out
            return None
        if candidate.most_qubits is not None and circuit.n_qubits > candidate.most_qubits:
            continue
        try:
            return candidate.bind(circuit, observable)
        except HybridqError:  # raised again where the engine is bound
            continue
    return None


def _wish() -> str:
    """Return the kernels that the environment asks for, ``"auto"`` by default.

    Raises:
        ParameterError: another value.
    """
    wish = os.environ.get(VARIABLE) or AUTO_KERNELS
    if wish not in KERNELS:
        raise ParameterError(
            f"the environment variable {VARIABLE} must be {', '.join(KERNELS)} or unset, "
            f"got {wish!r}",
            argument="kernels",
            value=wish,
        )
    return wish
