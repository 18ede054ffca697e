"""Ansatz and mixer of a trial, built for instances of its problem."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.ansatz.qaoa import QAOA
from hybridq.core.errors import ABSENT, HybridqError, Setting
from hybridq.experiments.config.choices import AUTO
from hybridq.experiments.config.errors import Mistake, shown
from hybridq.experiments.problems.cache import built
from hybridq.experiments.problems.limits import MOST_OF_A_STATE
from hybridq.experiments.section import Section
from hybridq.solver.choices import resolve_ansatz

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

_INSTANCES = 3  # of each problem
_MOST_OF_ELECTRONS = 16  # qubits; the terms of larger molecules are too many to sort


def misfits(sections: Mapping[str, Section], base: Path, seed: int) -> Iterator[Mistake]:
    """Yield the mistake of an ansatz, mixer or strategy that fits no instance.

    Circuits are described, not simulated. Nothing is found where an instance is the result of a
    long calculation or too large, or where no ansatz is named: the default one fits.

    Args:
        sections: sections of one trial without other mistakes, by key.
        base: folder of relative paths.
        seed: seed of the experiment.
    """
    problem: Any = sections["problem"]
    ansatz: Any = sections["ansatz"]
    if ansatz.kind == AUTO or problem.is_calculated:
        return
    found: list[Mistake] = []
    for each in islice(problem.expand(base), _INSTANCES):
        try:
            instance = built(each, base, seed, {}).problem
        except HybridqError:
            return  # reported of the problem itself
        mistake = _misfit(instance, ansatz, sections["strategy"])
        if mistake is None:
            return
        found.append(mistake)
    yield from found[:1]


def _misfit(instance: Problem, ansatz: Any, strategy: Any) -> Mistake | None:
    """Return the mistake of an ansatz that an instance does not suit, else None."""
    electrons = instance.electronic is not None
    if instance.n_qubits > (_MOST_OF_ELECTRONS if electrons else MOST_OF_A_STATE):
        return None
    options = ansatz.model_dump(exclude_none=True)
    kind = options.pop("kind")
    try:
        made = resolve_ansatz(instance, kind, p=None, mixer=None, initial="auto", options=options)
    except HybridqError as error:
        key = next((name for name in options if name == error.argument), "kind")
        text = f"ansatz {kind!r} does not fit {instance.name}: {error.render(_in_yaml)}"
        return Mistake(("ansatz", key), text, of_values=False)
    if isinstance(made, QAOA):
        try:
            strategy.made().check_ansatz(made)
        except HybridqError as error:
            return Mistake(("strategy", "kind"), error.render(_in_yaml), of_values=False)
    return None


def _in_yaml(setting: Setting) -> str:
    """Return a reference to an argument as a key, with its value where there is one."""
    value = "" if setting.value is ABSENT else f": {_bare(setting.value)}"
    return f"{setting.argument}{value}"


def _bare(value: object) -> str:
    return value if isinstance(value, str) else shown(value)
