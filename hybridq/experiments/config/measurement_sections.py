"""Sections of a config for measured energies: shots, grouping, mitigation."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from hybridq.core.options import of_dataclass
from hybridq.core.registry import Registry
from hybridq.experiments.config.choice import Choice
from hybridq.experiments.config.configured_section import ConfiguredSection
from hybridq.experiments.config.option_models import one_of, section_model
from hybridq.experiments.section import Section
from hybridq.measurement import GROUPINGS
from hybridq.mitigation import MITIGATIONS

AUTO = "auto"
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]


class MeasurementSection(Section):
    """Shots of the final energy."""

    target_error: Positive | None = None
    """Standard error wanted; a plan finds the shots. Energies are not measured by default."""

    shots: Count | None = None
    """Shots of all circuits, in place of target_error."""

    grouping: one_of(GROUPINGS) | Literal["auto"] | None = None  # type: ignore[valid-type]
    """The grouping of the terms; auto, with the fewest shots, by default."""

    @model_validator(mode="after")
    def _is_definite(self) -> Self:
        if self.target_error is not None and self.shots is not None:
            raise ValueError("target_error finds the number of shots itself: omit shots")
        if self.grouping is not None and self.target_error is None and self.shots is None:
            raise ValueError("grouping says how an energy is measured: give target_error or shots")
        return self


class MitigationSection(ConfiguredSection):
    """A mitigation with its options."""

    registry: ClassVar[Registry[Any]] = MITIGATIONS


_MITIGATION_TYPES: dict[str, Any] = {
    "scales": Annotated[list[Annotated[float, Field(ge=1)]], Field(min_length=2)],
    "fit": Literal["linear", "polynomial", "exponential"],
    "folding": Literal["global", "gate"],
    "particles": Annotated[list[int], Field(min_length=2, max_length=2)] | None,
}

MITIGATION = Choice(
    "mitigation",
    {
        AUTO: section_model(AUTO, [], summary="Readout errors, where the engine's noise has them."),
        "none": section_model("none", [], summary="Values as measured."),
        **{
            name: section_model(
                name,
                of_dataclass(kind),
                base=MitigationSection,
                summary=kind.summary,
                limits=_MITIGATION_TYPES,
            )
            for name, kind in MITIGATIONS.items()
        },
    },
    MITIGATIONS,
    default=AUTO,
)
