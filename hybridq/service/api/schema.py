"""Closed models of requests: no field names a file, a folder, a URL or a storage."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    model_validator,
)
from pydantic_core import PydanticCustomError

from hybridq._version import __version__
from hybridq.angles.references import PATTERN, Reference, is_reference
from hybridq.angles.registry import ModelRegistry
from hybridq.ansatz.learned_angles import ModelVersion
from hybridq.core.errors import HybridqError
from hybridq.service.keys import DEFAULT_SCOPES, SCOPES
from hybridq.service.queue.records import Submission
from hybridq.service.refused_options import REFUSED_OPTIONS

MOST_JOBS = 100
"""Jobs of one request."""

MOST_DEPTH = 32
"""Nested lists and objects of a content."""

MOST_EDGES = 100_000
"""Entries of any list within a content."""

MOST_POINTS = 16_384
"""Points of one job that evaluates."""

MOST_SEED = 2**53 - 1

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
# No control characters, which would steer terminals and logs.
Label = Annotated[str, Field(max_length=128, pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*$")]
Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/@+-]{0,63}$")]
Number = Annotated[float, Field(allow_inf_nan=False)]
Text = Annotated[str, Field(max_length=200)]
_OPTION = r"[a-z][a-z0-9_]{0,63}"
OptionValue = bool | int | Number | Text | list[Any] | dict[str, Any] | None


def _families() -> list[Any]:
    """Return the names of all families of problems."""
    from hybridq.problems import PROBLEMS

    return list(PROBLEMS)


class Closed(BaseModel):
    """A model that takes its own fields only, in their own types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class ProblemSection(Closed):
    """An instance with its content inline."""

    kind: Annotated[Name, Field(json_schema_extra=lambda schema: schema.update(enum=_families()))]
    """Family, as `hybridq list problems` names it, such as maxcut."""

    content: str | dict[str, Any] | list[Any]
    """Text of a file in any format that the family reads, or its JSON as it is."""

    format: Name | None = None
    """Format of the content; recognized by default."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_. -]{0,63}$")] | None = None
    """Name of the instance, as if it were that of its file."""

    options: dict[Name, OptionValue] = {}
    """Options of the family."""

    @model_validator(mode="after")
    def _is_known(self) -> ProblemSection:
        from hybridq.problems import PROBLEMS

        try:
            family = PROBLEMS[self.kind]
            if self.options:
                family.check_options(self.options)
        except HybridqError as error:
            raise PydanticCustomError("unknown_name", "{text}", {"text": str(error)}) from None
        check_shape(self.content)
        check_shape(self.options)
        return self


_ALLOWED: dict[str, Any] = {
    "pattern": f"^{_OPTION}$",
    "not": {"enum": sorted(REFUSED_OPTIONS)},
}


class Configured(BaseModel):
    """An entry of a registry with options: `{"name": "spsa", "blocking": true}`.

    `GET /v1/families` and `/v1/engines` list the options; those that name places are refused.
    """

    model_config = ConfigDict(
        extra="allow",
        strict=True,
        frozen=True,
        json_schema_extra={"propertyNames": _ALLOWED},
    )
    __pydantic_extra__: dict[str, OptionValue]

    name: Name

    @model_validator(mode="after")
    def _is_allowed(self) -> Configured:
        options = self.__pydantic_extra__
        for option in options:
            if option in REFUSED_OPTIONS or re.fullmatch(_OPTION, option) is None:
                shown = {"option": option[:64]}
                raise PydanticCustomError("refused_option", "jobs cannot set {option}", shown)
        check_shape(options)
        return self


# The tags of the members are no parts of a pointer; see `refusals`.
Choice = Annotated[
    Annotated[Name, Tag("[name]")] | Annotated[Configured, Tag("[configured]")],
    Discriminator(lambda value: "[name]" if isinstance(value, str | None) else "[configured]"),
]


class SolveOptions(Closed):
    """Arguments of `hybridq.solve`; see its documentation."""

    ansatz: Name | None = None
    p: Annotated[int, Field(ge=1, le=1000)] | None = None
    layers: Annotated[int, Field(ge=1, le=1000)] | None = None
    mixer: Name | None = None
    objective: Name | None = None
    alpha: Number | None = None
    eta: Number | None = None
    objective_shots: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    optimizer: Choice | None = None
    strategy: Choice | None = None
    initial: (
        Name
        | Annotated[str, Field(pattern=PATTERN)]
        | Annotated[list[Number], Field(min_length=1, max_length=100_000)]
        | None
    ) = None
    """A start by name, `model:NAME@champion`, `model:NAME@3`, or the parameters."""

    restarts: Annotated[int, Field(ge=0, le=1000)] | None = None
    max_evaluations: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    time_limit: Annotated[float, Field(gt=0, le=86_400)] | None = None
    engine: Choice | None = None
    precision: Literal["double", "single"] | None = None
    shots: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    exact: bool | None = None


class CircuitOptions(Closed):
    """Choice of a circuit and of its simulator."""

    ansatz: Name | None = None
    p: Annotated[int, Field(ge=1, le=1000)] | None = None
    layers: Annotated[int, Field(ge=1, le=1000)] | None = None
    mixer: Name | None = None
    engine: Choice | None = None
    precision: Literal["double", "single"] | None = None


class JobFields(Closed):
    """Fields of every job."""

    label: Label = ""
    tags: Annotated[list[Word], Field(max_length=16)] = []
    """Words by which jobs are listed and their work is added up."""

    priority: Annotated[int, Field(ge=0, le=9)] = 5
    """Jobs of high priority start before the tenant's others."""

    reuse: Literal["exact", "none"] = "exact"
    """Whether the result of an identical job will do."""

    def _queued(
        self, request: dict[str, Any], *, reusable: bool, start: ModelVersion | None = None
    ) -> Submission:
        """Return what is queued: the request, and the digest of it."""
        text = json.dumps(request, separators=_COMPACT)
        return Submission(
            request["kind"],
            text,
            digest=_digest_of(text) if reusable and self.reuse != "none" else None,
            label=self.label,
            tags=tuple(dict.fromkeys(self.tags)),
            priority=self.priority,
            start=None if start is None else vars(start),
        )


class JobRequest(JobFields):
    """Fields of every job about one problem."""

    problem: ProblemSection

    def _submission(self, request: dict[str, Any], *, reusable: bool) -> Submission:
        """Return what is queued: the request, and the digest of it."""
        request["problem"] = self.problem.model_dump(mode="json")
        return self._queued(request, reusable=reusable)


class SolveRequest(JobRequest):
    """A job that solves one problem."""

    kind: Literal["solve"]
    options: SolveOptions = SolveOptions()
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] | None = None
    """Source of randomness; drawn by default, and the result is then not reused."""

    pictures: bool = False
    """Whether to draw the pictures of the result."""

    reuse: Literal["exact", "isomorphic", "none"] = "exact"  # type: ignore[assignment]
    """Whether the result of an identical job will do, or that of an isomorphic graph."""

    @model_validator(mode="after")
    def _is_symmetric(self) -> SolveRequest:
        if self.reuse != "isomorphic":
            return self
        options = self.options
        named = (options.ansatz, options.mixer, options.strategy, options.initial) != (None,) * 4
        if self.problem.kind != "maxcut" or named or self.pictures:
            text = "isomorphic takes maxcut without ansatz, mixer, strategy, initial and pictures"
            raise PydanticCustomError("not_symmetric", text)
        return self

    def submission(self, models: ModelRegistry) -> Submission:
        """Return what is queued, with a seed and the version that a model has now.

        Raises:
            UnknownModelError: no such model, version or alias.
            ParameterError: the model is of another family.
        """
        seed = secrets.randbelow(MOST_SEED) if self.seed is None else self.seed
        options = self.options.model_dump(mode="json", exclude_none=True)
        request = {"kind": self.kind, "options": options, "seed": seed}
        if self.pictures:
            request["pictures"] = True
        if self.reuse == "isomorphic":
            request["isomorphic"] = True
        request["problem"] = self.problem.model_dump(mode="json")
        start = None
        if is_reference(options.get("initial")):
            # Identical submissions get the same version from a canary.
            learned = models.resolve(Reference.parse(options["initial"]), digest(request))
            if learned.training is not None:
                learned.training.check_family(self.problem.kind)
            options["initial"], start = learned.without_digests().describe(), learned.model
        return self._queued(request, reusable=self.seed is not None, start=start)


class EvaluateRequest(JobRequest):
    """A job that computes the expectation value of one circuit at many points."""

    kind: Literal["evaluate"]
    options: CircuitOptions = CircuitOptions()
    points: Annotated[
        list[Annotated[list[Number], Field(min_length=1, max_length=10_000)]],
        Field(min_length=1, max_length=MOST_POINTS),
    ]
    """Parameters of the circuit, in radians, a list for each point."""

    def submission(self, models: ModelRegistry) -> Submission:
        """Return what is queued."""
        del models
        options = self.options.model_dump(mode="json", exclude_none=True)
        request = {"kind": self.kind, "options": options, "points": self.points}
        queued = self._submission(request, reusable=True)
        circuit = digest({name: part for name, part in request.items() if name != "points"})
        return replace(queued, circuit=circuit, points=len(self.points))


class SampleRequest(JobRequest):
    """A job that measures one circuit."""

    kind: Literal["sample"]
    options: CircuitOptions = CircuitOptions()
    parameters: Annotated[list[Number], Field(min_length=1, max_length=10_000)]
    """Parameters of the circuit, in radians."""

    shots: Annotated[int, Field(ge=1, le=1_000_000)] = 1024
    seed: Annotated[int, Field(ge=0, le=MOST_SEED)] | None = None
    """Source of randomness; drawn by default, and the result is then not reused."""

    def submission(self, models: ModelRegistry) -> Submission:
        """Return what is queued, with a seed."""
        del models
        request = {
            "kind": self.kind,
            "options": self.options.model_dump(mode="json", exclude_none=True),
            "parameters": self.parameters,
            "shots": self.shots,
            "seed": secrets.randbelow(MOST_SEED) if self.seed is None else self.seed,
        }
        return self._submission(request, reusable=self.seed is not None)


class KeyRequest(Closed):
    """A new key for the tenant of the request."""

    scopes: Annotated[
        list[Literal[SCOPES]],  # type: ignore[valid-type]
        Field(max_length=len(SCOPES)),
    ] = list(DEFAULT_SCOPES)
    days: Annotated[float, Field(gt=0, le=3650)] | None = None


KEY: TypeAdapter[KeyRequest] = TypeAdapter(KeyRequest)


REFERENCE = "#/components/schemas/{model}"
"""Place of the schema of a model in the description of the API."""


def body_schema(adapter: TypeAdapter[Any]) -> dict[str, Any]:
    """Return the part of an OpenAPI operation that describes its body."""
    schema = adapter.json_schema(ref_template=REFERENCE)
    schema.pop("$defs", None)
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": True, "content": content}}


_COMPACT = (",", ":")  # separators of JSON
_LISTS = {dict, list}


def digest(request: dict[str, Any]) -> bytes:
    """Return the SHA-256 of everything that decides a result.

    hybridq gives the same bits for the same seed, version and content. Contents are compared as
    they were sent: two orders of the same edges are two requests.
    """
    return _digest_of(json.dumps(request, separators=_COMPACT))


def _digest_of(text: str) -> bytes:
    """Return the digest of a request in its compact form, and of this version."""
    version = json.dumps(__version__)
    return hashlib.sha256(f'{{"hybridq":{version},{text[1:]}'.encode()).digest()


def check_shape(content: Any) -> None:
    """Raise for JSON that is nested too deep or has lists that are too long."""
    level = [content]
    for _ in range(MOST_DEPTH):
        inner: list[Any] = []
        for value in level:
            kind = type(value)
            if kind in _LISTS:
                if len(value) > MOST_EDGES:
                    raise PydanticCustomError(
                        "too_long", "lists must have at most {most} entries", {"most": MOST_EDGES}
                    )
                inner += value if kind is list else value.values()
        if _LISTS.isdisjoint(map(type, inner)):  # most are numbers: a quick look
            return
        level = inner
    raise PydanticCustomError(
        "too_deep", "must be nested at most {most} levels deep", {"most": MOST_DEPTH}
    )
