"""The first answer on a new machine: NumPy instead of waiting for the compiler."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from hybridq.circuits.circuit import Circuit
from hybridq.core.errors import HybridqError
from hybridq.engines.choose import choose_engine
from hybridq.engines.simulators import AUTO_KERNELS, COMPILED, KERNELS, NUMPY, Simulator
from hybridq.optimizers.capabilities import Capability
from hybridq.solver.choices import GrowingAnsatz

if TYPE_CHECKING:
    from hybridq.engines.config import EngineConfig
    from hybridq.optimizers import Optimizer
    from hybridq.problems.base import Problem
    from hybridq.solver.choices import AnsatzChoice
    from hybridq.storage.journal import Journal

VARIABLE = "HYBRIDQ_KERNELS"
"""Environment variable that decides for ``kernels="auto"``: ``compiled`` or ``numpy``."""

# Evaluations of a search from shots, and searches of a circuit that grows, roughly.
SAMPLED_EVALUATIONS = 1_000
SEARCHES_OF_GROWTH = 3


def with_kernels_chosen(
    engine: EngineConfig,
    problem: Problem,
    ansatz: AnsatzChoice,
    *,
    optimizer: Optimizer,
    objective_shots: int | None,
    restarts: int | None,
    max_evaluations: int | None,
    journal: Journal | None,
) -> EngineConfig:
    """Return the engine with ``kernels="auto"`` decided.

    NumPy where the kernels for the circuit are not compiled on this machine and would take longer
    to compile than the work in NumPy is estimated to. A resumed journal decides as it was begun.
    """
    if not isinstance(engine, Simulator) or engine.kernels != AUTO_KERNELS:
        return engine
    compiled, plain = (replace(engine, kernels=each) for each in (COMPILED, NUMPY))
    wish = os.environ.get(VARIABLE, "")
    recorded = None if journal is None else journal.recorded("engine_options")
    if recorded is not None:
        wish = recorded.get("kernels", COMPILED)
    if wish in KERNELS and wish != AUTO_KERNELS:
        return plain if wish == NUMPY else compiled
    circuit = _circuit(problem, ansatz)
    try:
        running: Any = choose_engine(circuit, problem.observable, engine=plain)
        if running.is_compiled():
            return compiled
        seconds = running.plain_seconds()
    except (HybridqError, AttributeError):  # told where the engine is bound
        return compiled
    evaluations = _evaluations(circuit, optimizer, objective_shots) * (1 + (restarts or 0))
    if isinstance(ansatz, GrowingAnsatz):
        evaluations *= SEARCHES_OF_GROWTH
    if max_evaluations is not None:
        evaluations = min(evaluations, max_evaluations)
    return plain if seconds * evaluations <= running.compiling_seconds else compiled


def _circuit(problem: Problem, ansatz: AnsatzChoice) -> Circuit:
    """Return the circuit that decides; UCCSD in place of one that grows."""
    if isinstance(ansatz, Circuit):
        return ansatz
    if isinstance(ansatz, GrowingAnsatz):
        from hybridq.ansatz.ucc import UCCSD

        return UCCSD(problem).circuit
    return ansatz.circuit


def _evaluations(circuit: Circuit, optimizer: Optimizer, shots: int | None) -> int:
    """Return about how many evaluations a search takes."""
    if shots is not None:
        return SAMPLED_EVALUATIONS
    if Capability.GRADIENT in optimizer.needs:
        return 30 + 3 * circuit.n_params
    return 50 * (2 + circuit.n_params)
