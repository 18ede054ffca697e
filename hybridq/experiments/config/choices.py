"""Sections of a config for the solution of a problem, made from the registries.

Every name of `ANSATZE`, `OBJECTIVES`, `OPTIMIZERS`, `STRATEGIES` and `ENGINES` is a ``kind``, and
its options are the other keys of the section: a new entry can be named in a config at once.
"""

from __future__ import annotations

import inspect
import json
import re
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from hybridq.ansatz import hardware_efficient as hea
from hybridq.ansatz.mixers import MIXERS
from hybridq.ansatz.pools import POOLS
from hybridq.ansatz.registry import ANSATZE
from hybridq.core.limits import MOST_LAYERS, MOST_RESTARTS
from hybridq.core.options import Option, of_dataclass, of_function
from hybridq.core.registry import Registry
from hybridq.engines.choose import ENGINES, Auto
from hybridq.experiments.config.backend_section import BACKEND
from hybridq.experiments.config.choice import Choice, Group, Single
from hybridq.experiments.config.configured_section import ConfiguredSection
from hybridq.experiments.config.measurement_sections import MITIGATION, MeasurementSection
from hybridq.experiments.config.option_models import one_of, section_model
from hybridq.experiments.problems import PROBLEM_KINDS
from hybridq.experiments.section import Section
from hybridq.experiments.starts import START_KEYS
from hybridq.objectives import OBJECTIVES
from hybridq.optimizers import OPTIMIZERS
from hybridq.optimizers.adam import SCHEDULES
from hybridq.solver import adapt
from hybridq.strategies.adapt import adapt_vqe
from hybridq.strategies.registry import STRATEGIES, configured_strategy

AUTO = "auto"
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(gt=0)]


# ----- ansatz -----

Layers = Annotated[int, Field(ge=1, le=MOST_LAYERS)]

_ANSATZ_TYPES: dict[str, Any] = {
    "layers": Layers,
    "repetitions": Layers,
    "k": Layers,
    "max_operators": Count,
    "rotations": Annotated[list[one_of(hea.ROTATIONS)], Field(min_length=1)],  # type: ignore[misc]
    "final_rotations": bool | list[one_of(hea.ROTATIONS)],  # type: ignore[misc]
    "entangler": one_of(hea.ENTANGLERS),
    "entangling_gate": one_of(hea.ENTANGLING_GATES),
    "pool": one_of(POOLS),
    "gradient_tolerance": Positive,
    "energy_tolerance": Positive | None,
    "accuracy": Positive | None,
}


def _first_line(thing: Any) -> str:
    """Return the first paragraph of a docstring, without markup."""
    text = " ".join((inspect.getdoc(thing) or "").split("\n\n")[0].split())
    return re.sub(r":math:|`", "", text)


def _ansatz_model(name: str) -> type[Section]:
    family = ANSATZE[name]
    return section_model(
        name,
        of_dataclass(family.made, family.options),
        summary=_first_line(family.made),
        limits=_ANSATZ_TYPES,
    )


ANSATZ = Choice(
    "ansatz",
    {
        AUTO: section_model(
            AUTO, [], summary="The default ansatz of the problem: qaoa, uccsd, hva or others."
        ),
        "qaoa": section_model(
            "qaoa",
            [
                Option(
                    "p", Layers | None, None, "Number of layers; by default depends on the size."
                ),
                Option("mixer", one_of(MIXERS) | None, None, "The mixer; x by default."),
            ],
            summary="The quantum approximate optimization algorithm, for problems over bits.",
        ),
        **{name: _ansatz_model(name) for name in ANSATZE if name != "qaoa"},
        "adapt": section_model(
            "adapt",
            of_function(adapt_vqe, [name for name in adapt.OPTIONS if name != "progress"]),
            summary="A circuit for a molecule that grows by one operator of a pool at a time.",
            limits=_ANSATZ_TYPES,
        ),
    },
    ANSATZE,
    default=AUTO,
    implied={"p": "qaoa"},  # no other ansatz calls its layers p
)

# ----- objective -----

_SHOTS = Option(
    "shots", Count | None, None, "Shots for each value of the objective; exact values by default."
)
_OBJECTIVE_TYPES: dict[str, Any] = {
    "alpha": Annotated[float, Field(gt=0, le=1)],
    "eta": Positive | None,
}


class ObjectiveSection(ConfiguredSection):
    """An objective with its options."""

    registry: ClassVar[Registry[Any]] = OBJECTIVES
    extra_keys: ClassVar[tuple[str, ...]] = ("shots",)


OBJECTIVE = Choice(
    "objective",
    {
        name: section_model(
            name,
            [*of_dataclass(kind, kind.option_names()), _SHOTS],
            base=ObjectiveSection,
            summary=kind.summary,
            limits=_OBJECTIVE_TYPES,
        )
        for name, kind in OBJECTIVES.items()
    },
    OBJECTIVES,
    default="expectation",
)

# ----- optimizer -----


class OptimizerSection(ConfiguredSection):
    """An optimizer with its options."""

    registry: ClassVar[Registry[Any]] = OPTIMIZERS

    def check(self, made: Any) -> None:
        """Raise for a search that several processes share, which cannot be repeated."""
        if not made.repeatable:
            raise ValueError(
                f"{made.name}: a search that several processes share through a storage cannot be "
                "repeated: leave out storage and study_name"
            )


_OPTIMIZER_TYPES: dict[str, dict[str, Any]] = {
    "adam": {"schedule": one_of(Registry("schedule", {name: name for name in SCHEDULES}))},
}

OPTIMIZER = Choice(
    "optimizer",
    {
        AUTO: section_model(AUTO, [], summary="L-BFGS with exact values, Adam with shots."),
        **{
            name: section_model(
                name,
                of_dataclass(kind, kind.condition_names()),
                base=OptimizerSection,
                summary=kind.summary,
                limits=_OPTIMIZER_TYPES.get(name),
            )
            for name, kind in OPTIMIZERS.items()
        },
    },
    OPTIMIZERS,
    default=AUTO,
)

# ----- strategy, engine, budget -----


class StrategySection(ConfiguredSection):
    """Search strategy with its options, and initial point."""

    registry: ClassVar[Registry[Any]] = STRATEGIES
    extra_keys: ClassVar[tuple[str, ...]] = START_KEYS

    initial: Annotated[str, Field(min_length=1)] | list[float] = AUTO
    """auto, a start by name, the parameters, a .json file of angles, or model:NAME@champion."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """SHA-256 of the content of the file or the model's version, filled in."""

    restarts: Annotated[int, Field(ge=0, le=MOST_RESTARTS)] | None = None
    """Further random starts, which share the budget; by default depends on the ansatz."""

    def options(self) -> dict[str, Any]:
        """Return the options of the strategy that are set."""
        given = self.model_dump(exclude_none=True)
        return {k: v for k, v in given.items() if k not in ("kind", *self.extra_keys)}

    def made(self) -> Any:
        """Return the configured strategy."""
        return configured_strategy(self.kind, self.options())  # type: ignore[attr-defined]


def _optional(option: Option) -> Option:
    """Return an option without a default, so that conditions hold only what was set."""
    default = "" if option.default is None else f" (default: {json.dumps(option.default)})"
    clause = option.help.rstrip().rstrip(".")
    return replace(option, type=option.type | None, default=None, help=f"{clause}{default}.")


STRATEGY = Choice(
    "strategy",
    {
        name: section_model(
            name,
            [_optional(option) for option in of_dataclass(type(entry))],
            base=StrategySection,
            summary=entry.summary,
        )
        for name, entry in STRATEGIES.items()
    },
    STRATEGIES,
    default="direct",
)


class EngineSection(ConfiguredSection):
    """An engine with its options."""

    registry: ClassVar[Registry[Any]] = ENGINES


_ENGINE_TYPES: dict[str, Any] = {
    "precision": Literal["double", "single"],
    "threads": Count | None,
    "noise": dict[str, Any] | None,  # checked by the engine
}

ENGINE = Choice(
    "engine",
    {
        AUTO: section_model(AUTO, of_dataclass(Auto), summary=Auto.summary, limits=_ENGINE_TYPES),
        **{
            name: section_model(
                name,
                of_dataclass(kind, kind.option_names()),
                base=EngineSection,
                summary=kind.summary,
                limits=_ENGINE_TYPES,
            )
            for name, kind in ENGINES.items()
        },
    },
    ENGINES,
    default=AUTO,
)


class BudgetSection(Section):
    """Limits of a search that has not converged."""

    evaluations: Count | None = None
    """Evaluations of the objective; by default depends on size and ansatz."""

    seconds: Positive | None = None
    """Seconds for the search; the result then depends on the machine's speed."""


PROBLEM = Choice("problem", dict(PROBLEM_KINDS.items()), PROBLEM_KINDS)


class ShotsSection(Section):
    """The key ``shots``, as a section like the others."""

    shots: Count = 1024
    """Measurements of the final state, for problems over bits."""


SECTIONS: dict[str, Choice | Group | Single] = {
    "problem": PROBLEM,
    "ansatz": ANSATZ,
    "objective": OBJECTIVE,
    "optimizer": OPTIMIZER,
    "strategy": STRATEGY,
    "budget": Group("budget", BudgetSection),
    "engine": ENGINE,
    "shots": Single("shots", ShotsSection),
    "backend": BACKEND,
    "measurement": Group("measurement", MeasurementSection),
    "mitigation": MITIGATION,
}
"""Sections of the conditions of a trial, by key."""
