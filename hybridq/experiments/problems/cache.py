"""Cache of built instances: trials of one process share their integrals."""

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

_MOST = 32  # instances in the cache

_built: OrderedDict[str, Instance] = OrderedDict()


@dataclass(frozen=True)
class Instance:
    """A built problem with the facts that determine it."""

    facts: Plain
    problem: Problem

    @cached_property
    def digest(self) -> str:
        """Fingerprint of the problem, exact to the last bit of every number."""
        from hybridq.strategies.report import problem_digest

        return problem_digest(self.problem)


def built(
    section: ProblemSection, base: Path, seed: int, contents: Mapping[str, bytes]
) -> Instance:
    """Return the instance of a section; see `ProblemSection.build`.

    The most recently used ones are kept.
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
