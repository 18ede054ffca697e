"""Compatibility of the sections of a trial."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hybridq.angles.references import is_reference
from hybridq.ansatz.qaoa import INITIAL_POINTS, QAOA
from hybridq.ansatz.registry import ANSATZE
from hybridq.core.errors import HybridqError
from hybridq.engines.choose import ENGINES
from hybridq.experiments.config.backend_section import NO_BACKEND
from hybridq.experiments.config.choices import AUTO
from hybridq.experiments.config.errors import Mistake, nearest
from hybridq.experiments.problems.limits import MOST_OF_A_STATE
from hybridq.experiments.section import Section
from hybridq.experiments.starts import is_file
from hybridq.objectives.registry import OBJECTIVES
from hybridq.optimizers import OPTIMIZERS
from hybridq.problems.base import Problem
from hybridq.solver.choices import ADAPT, QAOA_NAME, GrowingAnsatz
from hybridq.strategies.registry import DEFAULT_STRATEGY, STRATEGIES


def incompatibilities(sections: Mapping[str, Section]) -> Iterator[Mistake]:
    """Yield the mistakes in a combination of sections that are valid alone.

    Args:
        sections: sections of one trial, by key.
    """
    problem: Any = sections["problem"]
    objective: Any = sections["objective"]
    strategy: Any = sections["strategy"]
    ansatz: Any = sections["ansatz"]
    over_bits, what = problem.over_bits, f"problem {problem.kind!r}"
    kind = ansatz.kind if ansatz.kind != AUTO else (QAOA_NAME if over_bits else AUTO)
    is_qaoa = kind in ANSATZE and issubclass(ANSATZE[kind].made, QAOA)
    if not _suits(kind, problem.family):
        others = [name for name in (AUTO, *ANSATZE) if _suits(name, problem.family)]
        yield Mistake(
            ("ansatz",),
            f"ansatz {kind!r} cannot be built for {what}: choose from {', '.join(others)}",
        )
    diagonal = over_bits or problem.may_be_diagonal
    if OBJECTIVES[objective.kind].needs_diagonal and not diagonal:
        yield Mistake(
            ("objective",),
            f"objective {objective.kind!r} needs a diagonal Hamiltonian, and {what} has none: "
            "use expectation",
        )
    backend: Any = sections["backend"]
    if backend.kind != NO_BACKEND and (kind == ADAPT or (over_bits and not is_qaoa)):
        yield Mistake(
            ("backend",),
            f"backend {backend.kind!r} runs the ansatz 'qaoa' of problems over bits, and circuits "
            f"of a fixed form for energies, not {kind!r}: leave it out",
        )
    if strategy.kind != DEFAULT_STRATEGY and not is_qaoa:
        yield Mistake(
            ("strategy",),
            f"strategy {strategy.kind!r} searches the angles of the ansatz 'qaoa', not of "
            f"{kind!r}: use direct",
        )
    elif not is_qaoa:
        for option in strategy.options():
            yield Mistake(
                ("strategy", option),
                f"strategy {strategy.kind!r} has options for the angles of the ansatz 'qaoa' "
                f"only, not of {kind!r}: omit {option}",
            )
    if kind == ADAPT:
        if strategy.restarts:
            yield Mistake(("strategy", "restarts"), "adapt grows from one start: omit restarts")
        if objective.kind != "expectation" or objective.shots is not None:
            yield Mistake(
                ("objective",), "adapt minimizes the exact expectation value: omit objective"
            )
    yield from _measurement(sections, over_bits, what)
    yield from _too_many_qubits(problem, ansatz, sections["engine"])
    yield from _start(strategy, kind, is_qaoa)
    yield from _optimizer(sections["optimizer"])


def _measurement(sections: Mapping[str, Any], over_bits: bool, what: str) -> Iterator[Mistake]:
    """Yield mistakes of energies that are not measured."""
    measurement, mitigation = sections["measurement"], sections["mitigation"]
    measured = measurement.target_error is not None or measurement.shots is not None
    if over_bits and measurement.model_dump(exclude_none=True):
        yield Mistake(
            ("measurement",),
            f"measurement is for energies, and samples answer {what}: use the key shots",
        )
    elif mitigation.kind != AUTO and not measured and sections["backend"].kind == NO_BACKEND:
        yield Mistake(
            ("mitigation",),
            "mitigation corrects what a machine measures: give a backend"
            if over_bits
            else "mitigation corrects measured energies: give measurement.target_error or "
            "measurement.shots",
        )


def _suits(kind: str, family: type[Problem]) -> bool:
    """True if an ansatz of this kind can be built for problems of a family."""
    if kind == ADAPT:
        return GrowingAnsatz.suits(family)
    return kind not in ANSATZE or ANSATZE[kind].suits(family)


def _too_many_qubits(problem: Any, ansatz: Any, engine: Any) -> Iterator[Mistake]:
    """Yield mistakes of problems that fit into a symmetry sector only.

    The qubits of instances in files and of molecules are not known here; their trials raise.
    """
    if problem.qubits is None or problem.qubits <= MOST_OF_A_STATE:
        return
    limit = (
        f"{MOST_OF_A_STATE} qubits at most, and this problem has {problem.qubits}: "
        "use fewer sites, or"
    )
    if engine.kind in ENGINES and ENGINES[engine.kind].most_qubits is not None:
        yield Mistake(("engine",), f"the engine {engine.kind!r} holds {limit} auto")
    if ansatz.kind == "hardware-efficient" and _leaves_sectors(ansatz):
        yield Mistake(
            ("ansatz",),
            f"the ansatz {ansatz.kind!r} leaves the sector, which allows {limit} hva",
        )


def _leaves_sectors(ansatz: Any) -> bool:
    """True if rotations of a hardware-efficient circuit change the number of ones."""
    last = ansatz.final_rotations
    return any(
        name != "rz" for name in [*ansatz.rotations, *([] if isinstance(last, bool) else last)]
    )


def _start(strategy: Any, kind: str, is_qaoa: bool) -> Iterator[Mistake]:
    """Yield the mistake of an unknown initial point."""
    initial = strategy.initial
    if not isinstance(initial, str) or initial == AUTO or is_file(initial):
        return
    if is_qaoa and is_reference(initial):
        return
    if is_qaoa:
        if strategy.kind in STRATEGIES and STRATEGIES[strategy.kind].has_own_circuits:
            return
        known = list(INITIAL_POINTS)
        if initial in INITIAL_POINTS:
            return
    else:
        starts = ANSATZE[kind].made.starts if kind in ANSATZE else None
        if not isinstance(starts, tuple):  # it depends on the molecule
            return
        known = [AUTO, *starts]
        if initial.strip().lower().replace("_", "-") in known:
            return
    yield Mistake(
        ("strategy", "initial"),
        f"the ansatz {kind!r} has no initial point {initial!r}{nearest(initial, known)}"
        " (the name of a file of angles ends in .json)",
    )


def _optimizer(section: Any) -> Iterator[Mistake]:
    """Yield the mistake of an optimizer whose package is not installed."""
    if section.kind == AUTO:
        return
    options = section.model_dump()
    try:
        OPTIMIZERS[options.pop("kind")](**options).prepare()
    except HybridqError as error:
        yield Mistake(("optimizer",), str(error))
