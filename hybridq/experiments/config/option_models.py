"""Sections made from Python declarations: fields, defaults and help of options."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, create_model

from hybridq.core.errors import UnknownNameError
from hybridq.core.options import Option
from hybridq.core.registry import Registry
from hybridq.experiments.section import Section


def section_model(
    name: str,
    options: Iterable[Option],
    *,
    base: type[Section] = Section,
    summary: str,
    limits: Mapping[str, Any] | None = None,
) -> type[Section]:
    """Return a section with ``kind: name`` and these options.

    Args:
        name: the kind.
        options: further keys.
        base: the base class of the section.
        summary: one line for editors.
        limits: replaces the types of some options.
    """
    fields: dict[str, Any] = {"kind": (Literal[name], Field(name, description=summary))}
    for option in options:
        kind = (limits or {}).get(option.name, _yaml_type(option.type))
        fields[option.name] = (kind, Field(plain(option.default), description=option.help))
    title = "".join(part.capitalize() for part in re.split(r"\W+", name))
    # The help is given: a search of the source by pydantic would be slow.
    config: dict[str, Any] = {"use_attribute_docstrings": False}
    return create_model(title, __base__=base, __doc__=summary, __cls_kwargs__=config, **fields)


def one_of(registry: Registry[Any]) -> Any:
    """Return the type of a name in a registry, stored in its registered spelling."""

    def canonical(name: str) -> str:
        try:
            return registry.canonical(name)
        except UnknownNameError as error:
            raise ValueError(str(error)) from None

    return Annotated[
        str, AfterValidator(canonical), WithJsonSchema({"type": "string", "enum": list(registry)})
    ]


def plain(value: Any) -> Any:
    """Return a default as YAML has it: lists, not tuples."""
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def _yaml_type(hint: Any) -> Any:
    """Return a type that YAML can give a value of: tuples are lists of their length."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(_yaml_type(each) for each in arguments)]  # noqa: UP007
    if origin is tuple:
        length = len(arguments)
        return Annotated[
            list[_yaml_type(arguments[0])],  # type: ignore[misc]
            Field(min_length=length, max_length=length),
        ]
    return hint
