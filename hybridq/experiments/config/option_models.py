"""Sections made from what exists in Python: fields, defaults and help of its options."""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, WithJsonSchema, create_model

from hybridq.core.errors import UnknownNameError
from hybridq.core.registry import Registry
from hybridq.experiments.section import Section

_NO_DEFAULT = object()


@dataclass(frozen=True)
class Option:
    """One option: its name, type, default, and a line of help."""

    name: str
    type: Any
    default: Any
    help: str = ""


def of_dataclass(cls: type[Any], names: Iterable[str] | None = None) -> list[Option]:
    """The options that are fields of a dataclass; their help is in its docstring.

    Args:
        cls: a dataclass.
        names: which fields; all by default.
    """
    wanted = None if names is None else set(names)
    helps = _helps(cls)
    return [
        Option(
            field.name,
            _hint(field.type, _owner(cls, field.name)),
            None if field.default is dataclasses.MISSING else field.default,
            helps.get(field.name, ""),
        )
        for field in dataclasses.fields(cls)
        if wanted is None or field.name in wanted
    ]


def of_function(function: Callable[..., Any], names: Iterable[str]) -> list[Option]:
    """The options that are arguments of a function, or of a class's initializer."""
    parameters = inspect.signature(function).parameters
    helps = _arguments(inspect.getdoc(function) or "")
    return [
        Option(
            name,
            _hint(parameters[name].annotation, function.__module__),
            None if parameters[name].default is inspect.Parameter.empty
            else parameters[name].default,
            helps.get(name, ""),
        )
        for name in names
    ]  # fmt: skip


def section_model(
    name: str,
    options: Iterable[Option],
    *,
    base: type[Section] = Section,
    summary: str,
    limits: Mapping[str, Any] | None = None,
) -> type[Section]:
    """A section with ``kind: name`` and these options.

    Args:
        name: the kind.
        options: further keys.
        base: what the section inherits.
        summary: one line for editors.
        limits: replaces the types of some options.
    """
    fields: dict[str, Any] = {"kind": (Literal[name], Field(name, description=summary))}
    for option in options:
        kind = (limits or {}).get(option.name, option.type)
        fields[option.name] = (kind, Field(plain(option.default), description=option.help))
    title = "".join(part.capitalize() for part in re.split(r"\W+", name))
    # Their help is given: pydantic need not look for it in the source, which takes it long.
    told: dict[str, Any] = {"use_attribute_docstrings": False}
    return create_model(title, __base__=base, __doc__=summary, __cls_kwargs__=told, **fields)


def one_of(registry: Registry[Any]) -> Any:
    """The type of a name in a registry; it is stored in its registered spelling."""

    def canonical(name: str) -> str:
        try:
            return registry.canonical(name)
        except UnknownNameError as error:
            raise ValueError(str(error)) from None

    return Annotated[
        str, AfterValidator(canonical), WithJsonSchema({"type": "string", "enum": list(registry)})
    ]


def plain(value: Any) -> Any:
    """A default as YAML would have it: lists, not tuples."""
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def _owner(cls: type[Any], name: str) -> str:
    """The module of the class that declares a field."""
    for each in cls.__mro__:
        if name in vars(each).get("__annotations__", {}):
            return each.__module__
    return cls.__module__


def _hint(annotation: Any, module: str) -> Any:
    """A type that YAML can give a value of, from an annotation in some module."""
    holder = type("Holder", (), {"__annotations__": {"it": annotation}, "__module__": module})
    return _plain_type(typing.get_type_hints(holder)["it"])


def _plain_type(hint: Any) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(_plain_type(each) for each in arguments)]  # noqa: UP007
    if origin is Sequence:
        return list[_plain_type(arguments[0])]  # type: ignore[misc]
    if origin is tuple:
        length = len(arguments)
        return Annotated[
            list[_plain_type(arguments[0])],  # type: ignore[misc]
            Field(min_length=length, max_length=length),
        ]
    return hint


_ARGUMENT = re.compile(r"^(?P<names>\w+(?:, \w+)*): (?P<text>.*)$")


def _helps(cls: type[Any]) -> dict[str, str]:
    """Help by field name, from the docstrings of a class and its bases."""
    found: dict[str, str] = {}
    for each in cls.__mro__:
        for name, text in _arguments(inspect.cleandoc(each.__doc__ or "")).items():
            if name not in found and not text.startswith("see "):
                found[name] = text
    return found


def _arguments(doc: str) -> dict[str, str]:
    """The part ``Args:`` of a docstring: text by name, on one line."""
    found: dict[str, str] = {}
    current: list[str] = []
    inside = False
    for line in doc.splitlines():
        if not line.startswith(" "):
            if line.strip():
                inside = line.strip() == "Args:"
            continue
        if not inside:
            continue
        head = _ARGUMENT.match(line[4:]) if line.startswith("    ") else None
        if head is not None:
            current = head["names"].split(", ")
            found.update(dict.fromkeys(current, head["text"]))
        else:
            for name in current:
                found[name] += " " + line.strip()
    return {name: text.replace("``", "").replace("`", "") for name, text in found.items()}
