"""The section ``problem`` of a config: instances of a family, chosen by ``kind``.

Families come from the registry (`families`), with sources of their data (`sources`, `graphs`,
`random_graphs`). Molecules, lattice models and Hamiltonians have sections of their own.
"""

from __future__ import annotations

from typing import Annotated, Any, Union

from pydantic import Field, TypeAdapter

from hybridq.core.registry import Registry
from hybridq.experiments.problems.base import ProblemSection
from hybridq.experiments.problems.families import family_sections
from hybridq.experiments.problems.files import FILES
from hybridq.experiments.problems.graphs import GRAPHS
from hybridq.experiments.problems.models import MODELS
from hybridq.experiments.problems.molecules import MOLECULES
from hybridq.experiments.problems.random_graphs import RANDOM_GRAPHS

__all__ = ["PROBLEM_KINDS", "ProblemConfig", "ProblemSection", "problem_section"]

_BY_HAND: tuple[type[ProblemSection], ...] = (
    *RANDOM_GRAPHS,
    *GRAPHS,
    *FILES,
    *MODELS,
    *MOLECULES,
)


def _kind(section: type[ProblemSection]) -> str:
    return str(section.model_fields["kind"].default)


_ALL = (*_BY_HAND, *family_sections(tuple(map(_kind, _BY_HAND))))

#: Every kind of problem that a config can name.
PROBLEM_KINDS: Registry[type[ProblemSection]] = Registry(
    "kind of problem",
    {_kind(section): section for section in _ALL},
    aliases={"sk": "complete", "erdos-rényi": "erdos-renyi", "max-cut": "maxcut"},
)

#: Any of the sections, chosen by its ``kind``.
ProblemConfig: Any = Annotated[Union[_ALL], Field(discriminator="kind")]  # noqa: UP007

_ADAPTER: TypeAdapter[Any] = TypeAdapter(ProblemConfig)


def problem_section(plain: Any) -> ProblemSection:
    """Return the section of plain values, such as those of a trial's conditions.

    Raises:
        ValueError: they are not those of a section (`pydantic.ValidationError`).
    """
    section: ProblemSection = _ADAPTER.validate_python(plain)
    return section
