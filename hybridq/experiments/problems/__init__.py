"""The section ``problem`` of a config: which instances, told apart by ``kind``."""

from __future__ import annotations

from typing import Annotated, Any, Union

from pydantic import Field, TypeAdapter

from hybridq.core.registry import Registry
from hybridq.experiments.problems.base import ProblemSection
from hybridq.experiments.problems.files import FILES
from hybridq.experiments.problems.graphs import GRAPHS
from hybridq.experiments.problems.models import MODELS
from hybridq.experiments.problems.molecules import MOLECULES
from hybridq.experiments.problems.random_graphs import RANDOM_GRAPHS

__all__ = ["PROBLEM_KINDS", "ProblemConfig", "ProblemSection", "problem_section"]

_ALL: tuple[type[ProblemSection], ...] = (*RANDOM_GRAPHS, *GRAPHS, *FILES, *MODELS, *MOLECULES)

#: Every kind of problem that a config can name.
PROBLEM_KINDS: Registry[type[ProblemSection]] = Registry(
    "kind of problem",
    {kind.model_fields["kind"].default: kind for kind in _ALL},
    aliases={"sk": "complete", "erdos-rényi": "erdos-renyi", "max-cut": "maxcut"},
)

#: Any of the sections, chosen by its ``kind``.
ProblemConfig: Any = Annotated[Union[_ALL], Field(discriminator="kind")]  # noqa: UP007

_ADAPTER: TypeAdapter[Any] = TypeAdapter(ProblemConfig)


def problem_section(plain: Any) -> ProblemSection:
    """The section that plain values say, such as those of a trial's conditions.

    Raises:
        ValueError: they say none (`pydantic.ValidationError`).
    """
    section: ProblemSection = _ADAPTER.validate_python(plain)
    return section
