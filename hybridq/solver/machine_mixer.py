"""Mixers for machines: those whose circuits have gates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from hybridq.ansatz.mixers import MIXERS, fitting_mixers
from hybridq.ansatz.qaoa import QAOA
from hybridq.circuits.subspace import FeasibleMixer, FeasibleState, NoCircuitError
from hybridq.core.errors import ParameterError, Setting

if TYPE_CHECKING:
    from hybridq.problems.base import BinaryProblem
    from hybridq.solver.machine import Machine


def with_gates(
    machine: Machine, problem: BinaryProblem, ansatz: QAOA, *, asked: bool
) -> tuple[Machine, QAOA]:
    """Return QAOA with a mixer of gates, and the machine that knows why.

    Some mixers act on feasible states as a whole, which simulators do and machines do not.

    Args:
        machine: that runs it.
        problem: the question.
        ansatz: perhaps with a mixer without gates.
        asked: whether its mixer was asked for, so that another one is named but not taken.

    Raises:
        ParameterError: no mixer has gates, or not the one that was asked for.
    """
    if _has_gates(ansatz):
        return machine, ansatz
    kind = ansatz.mixer.kind
    reason = f"{kind} has no circuit of gates on these feasible states"
    others = (QAOA(problem, ansatz.p, mixer=name) for name in _candidates(problem))
    found = next(filter(_has_gates, others), None)
    if found is not None and not asked:
        return replace(machine, mixer=f"{found.mixer.kind}: {reason}"), found
    if found is not None:
        remedy: tuple[str | Setting, ...] = ("choose ", Setting("mixer", found.mixer.kind))
    elif problem.confined and problem.penalty_remedy:
        remedy = ("use ", *problem.penalty_remedy)
    else:
        remedy = ("leave out ", Setting("backend"))
    raise ParameterError(
        ("the mixer ", f"{reason}, which a machine needs"),
        argument="mixer",
        value=kind,
        remedy=remedy,
    )


def _candidates(problem: BinaryProblem) -> list[str]:
    """Return the mixers that fit: products of hops before x, which needs penalties."""
    fitting = fitting_mixers(problem.space, confined=problem.confined)
    family = [each for name in problem.mixers for each in (name, f"{name}-trotter")]
    ordered = [name for name in dict.fromkeys((*family, *MIXERS)) if name in fitting]
    return sorted(ordered, key=lambda name: name == "x")


def _has_gates(ansatz: QAOA) -> bool:
    """Return whether the mixer and its initial state are made of gates."""
    for step in ansatz.circuit.instructions:
        if isinstance(step, FeasibleMixer | FeasibleState):
            try:
                step.decompose()
            except NoCircuitError:
                return False
    return True
