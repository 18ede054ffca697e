"""Kinds of jobs: those about problems, and those about models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from hybridq.angles.references import Reference
from hybridq.angles.registry import ModelRegistry
from hybridq.service.api.model_schema import Alias, Version
from hybridq.service.api.schema import (
    MOST_JOBS,
    EvaluateRequest,
    JobFields,
    ProblemSection,
    SampleRequest,
    SolveRequest,
)
from hybridq.service.queue.records import Submission

MOST_INSTANCES = 1000
"""Instances of one job about a model."""

ModelName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]


class LearnRequest(JobFields):
    """A job that learns angles and registers them as a version of a model."""

    kind: Literal["angles.learn"]
    model: ModelName
    problems: Annotated[list[ProblemSection], Field(min_length=1, max_length=MOST_INSTANCES)]
    p: Annotated[int, Field(ge=1, le=100)]

    def submission(self, models: ModelRegistry) -> Submission:
        """Return what is queued."""
        del models
        problems = [each.model_dump(mode="json") for each in self.problems]
        request = {"kind": self.kind, "model": self.model, "problems": problems, "p": self.p}
        return self._queued(request, reusable=True)


class EvaluationFields(JobFields):
    """Fields of a paired evaluation on held-out instances."""

    version: Version
    alias: Alias = "champion"
    """The version that it names now is the baseline; the start auto where it names none."""

    problems: Annotated[list[ProblemSection], Field(min_length=2, max_length=MOST_INSTANCES)]
    budget: Annotated[int, Field(ge=1, le=1000)] = 20
    """Evaluations of each search after the start."""


class EvaluateModelRequest(EvaluationFields):
    """A job that evaluates a version against another one, as the gate demands it."""

    kind: Literal["models.evaluate"]
    model: ModelName

    def submission(self, models: ModelRegistry) -> Submission:
        """Return what is queued, with both versions as they are now.

        Raises:
            UnknownModelError: no such model or version.
        """
        candidate = models.resolve(Reference(self.model, self.version))
        baseline = models.baseline(self.model, self.alias)
        request = {
            "kind": self.kind,
            "model": self.model,
            "candidate": candidate.describe(),
            "baseline": None if baseline is None else baseline.describe(),
            "problems": [each.model_dump(mode="json") for each in self.problems],
            "budget": self.budget,
            "margin": models.margin(self.model),
        }
        return self._queued(request, reusable=True, start=candidate.model)


SomeRequest = SolveRequest | EvaluateRequest | SampleRequest | LearnRequest | EvaluateModelRequest
AnyRequest = Annotated[SomeRequest, Field(discriminator="kind")]
KINDS = ("solve", "evaluate", "sample", "angles.learn", "models.evaluate")
"""Kinds of jobs."""

MODEL_KINDS = ("angles.learn", "models.evaluate")
"""Kinds that change a model, which takes the scope ``models:write`` too."""


JobList = Annotated[list[AnyRequest], Field(min_length=1, max_length=MOST_JOBS)]
JOB: TypeAdapter[SomeRequest] = TypeAdapter(AnyRequest)
JOBS: TypeAdapter[list[SomeRequest]] = TypeAdapter(JobList)
JOB_OR_JOBS: TypeAdapter[Any] = TypeAdapter(AnyRequest | JobList)
"""One submission or a list of them, as the API describes it."""

EVALUATION: TypeAdapter[EvaluationFields] = TypeAdapter(EvaluationFields)
