"""Sections whose keys are the options of a registry entry, which checks them."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from hybridq.core.errors import ParameterError
from hybridq.core.registry import Registry
from hybridq.experiments.section import Section


class ConfiguredSection(Section):
    """A section whose keys are the options of a registry entry; the entry checks them.

    Class attributes:
        registry: of the entry.
        extra_keys: keys that are not options of the entry.
    """

    registry: ClassVar[Registry[Any]]
    extra_keys: ClassVar[tuple[str, ...]] = ()

    def made(self) -> Any:
        """Return the configured object.

        Raises:
            ParameterError: a value is not accepted.
        """
        options = {
            k: v for k, v in self.model_dump().items() if k not in ("kind", *self.extra_keys)
        }
        return self.registry[self.kind](**options)  # type: ignore[attr-defined]

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        try:
            self.check(self.made())
        except ParameterError as error:
            known = error.argument in type(self).model_fields
            context = {"field": error.argument} if known else {}
            raise PydanticCustomError("option", "{text}", {"text": str(error), **context}) from None
        return self

    def check(self, made: Any) -> None:
        """Raise if the configured object cannot be part of an experiment."""
