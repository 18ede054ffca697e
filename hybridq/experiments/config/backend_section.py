"""The section ``backend`` of a config: the machine that runs trained circuits."""

from __future__ import annotations

from typing import Any, ClassVar

from hybridq.backends import BACKENDS, Backend
from hybridq.core.options import of_dataclass
from hybridq.core.registry import Registry
from hybridq.experiments.config.choice import Choice
from hybridq.experiments.config.configured_section import ConfiguredSection
from hybridq.experiments.config.option_models import section_model
from hybridq.experiments.section import Section

NO_BACKEND = "none"
"""The kind of an absent section, which is not part of the conditions of a trial."""

# Types of options that take objects in Python.
_TYPES: dict[str, Any] = {
    "noise": dict[str, Any] | str | None,  # checked by the backend
    "device": str | None,
    "sampler": str,
    "path": str,
}


class BackendSection(ConfiguredSection):
    """A machine with its options."""

    registry: ClassVar[Registry[Any]] = BACKENDS


def _model(name: str, kind: type[Backend]) -> type[Section]:
    options = [each for each in of_dataclass(kind) if each.name not in kind.objects]
    return section_model(name, options, base=BackendSection, summary=kind.summary, limits=_TYPES)


BACKEND = Choice(
    "backend",
    {
        NO_BACKEND: section_model(
            NO_BACKEND, [], summary="The simulator samples the trained circuit itself."
        ),
        **{name: _model(name, kind) for name, kind in BACKENDS.items()},
    },
    BACKENDS,
    default=NO_BACKEND,
)
