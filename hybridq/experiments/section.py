"""Base of the config's sections: strict types, no unknown keys, immutable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A group of keys in a config; a subclass declares its keys as typed fields.

    Unknown keys and values of another type are rejected: ``"3"`` is text; 3 is also a float.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, use_attribute_docstrings=True
    )

    #: Sections below a key, distinguished by their ``kind``.
    nested: ClassVar[Mapping[str, tuple[type[Section], ...]]] = {}

    @classmethod
    def key_names(cls) -> list[str]:
        """Return the keys, those of nested sections dotted."""
        inner = [
            f"{key}.{name}"
            for key, models in cls.nested.items()
            for model in models
            for name in model.key_names()
        ]
        return list(dict.fromkeys([*cls.model_fields, *inner]))

    @classmethod
    def schemas_of(cls, key: str) -> Iterator[dict[str, Any]]:
        """Yield the schemas of a key, dotted for nested sections; none if unknown."""
        head, _, rest = key.partition(".")
        if rest:
            for model in cls.nested.get(head, ()):
                yield from model.schemas_of(rest)
        elif key in cls.model_fields:
            yield _properties(cls)[key]


@cache
def _properties(model: type[Section]) -> dict[str, Any]:
    """Return the schema of each key, made once for all of them."""
    schemas: dict[str, Any] = model.model_json_schema()["properties"]
    return schemas
