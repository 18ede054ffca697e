"""Closed models of requests about models."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, field_validator

from hybridq.ansatz.training_set import SIGNS
from hybridq.service.api.schema import Closed, Label, Name, Number, check_shape

Version = Annotated[int, Field(ge=1, le=999_999_999)]
ALIAS_PATTERN = r"^[a-z][a-z0-9-]{0,63}$"
Alias = Annotated[str, Field(pattern=ALIAS_PATTERN)]


class RegisterRequest(Closed):
    """Learned angles that become a version."""

    angles: dict[str, Any]
    """Content of a file that `hybridq angles learn` wrote."""

    family: Name | None = None
    """Kind of problems, of angles that do not name their training set."""

    sign: Literal[SIGNS] | None = None  # type: ignore[valid-type]
    """Sign of their weights, of angles that do not name their training set."""

    provenance: Annotated[dict[Name, Any], Field(default_factory=dict)]
    """Facts on how they were learned, such as a config and a seed."""

    @field_validator("angles", "provenance")
    @classmethod
    def _is_shallow(cls, value: dict[str, Any]) -> dict[str, Any]:
        check_shape(value)
        return value


class PromoteRequest(Closed):
    """Move of an alias."""

    version: Version
    if_version: Version | None = None
    """Version that the alias has to name now, null for none; not compared by default."""

    evaluation: Annotated[str, Field(pattern=r"^[0-9a-f-]{36}$")] | None = None
    """Evaluation that allows it; by default the latest against the present version."""

    force: bool = False
    """Move without an evaluation; needs a reason, which the history keeps."""

    reason: Label = ""
    canary: Annotated[Number, Field(gt=0, le=1)] | None = None
    """Share of the jobs that get the version while a canary runs."""


class RollBackRequest(Closed):
    """Move of an alias back to an earlier version."""

    alias: Alias = "champion"
    to: Version | None = None
    """Version that the alias named before; by default the last one."""

    if_version: Version | None = None
    """Version that the alias has to name now; not compared by default."""

    reason: Label = ""


REGISTER: TypeAdapter[RegisterRequest] = TypeAdapter(RegisterRequest)
PROMOTE: TypeAdapter[PromoteRequest] = TypeAdapter(PromoteRequest)
ROLL_BACK: TypeAdapter[RollBackRequest] = TypeAdapter(RollBackRequest)
