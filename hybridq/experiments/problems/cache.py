"""Instances built once a process: a thousand trials on one molecule compute its integrals once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from hybridq.experiments.problems.base import ProblemSection
from hybridq.experiments.records import Plain, canonical

if TYPE_CHECKING:
    from hybridq.problems.base import Problem

_MOST = 32  # instances that are kept

_built: OrderedDict[str, Instance] = OrderedDict()


@dataclass(frozen=True)
class Instance:
    """A problem that was built, and what decides it."""

    facts: Plain
    problem: Problem

    @cached_property
    def digest(self) -> str:
        """What is asked, to the last bit of every number: tells two draws apart."""
        from hybridq.strategies.report import problem_digest

        return problem_digest(self.problem)


def built(
    section: ProblemSection, base: Path, seed: int, contents: Mapping[str, bytes]
) -> Instance:
    """The instance of a section; see `ProblemSection.build`.

    Those used last are kept.
    """
    facts = section.facts(base, seed)
    key = canonical(facts)
    instance = _built.get(key)
    if instance is None:
        instance = Instance(facts, section.build(base, seed, contents))
        _built[key] = instance
        while len(_built) > _MOST:
            _built.popitem(last=False)
    _built.move_to_end(key)
    return instance
