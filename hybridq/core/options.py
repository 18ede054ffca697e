"""Options declared once: the fields of a dataclass or the arguments of a function.

Python, the command line, YAML, the JSON Schema and help read names, types, defaults and help from
here. The help of an option is its entry under ``Args:`` in the docstring.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Option:
    """One option.

    Attributes:
        name: as Python spells it.
        type: a type hint.
        default: its default; None where there is none.
        help: one line.
    """

    name: str
    type: Any
    default: Any
    help: str = ""


def of_dataclass(cls: type[Any], names: Iterable[str] | None = None) -> list[Option]:
    """Return the options that are fields of a dataclass.

    Args:
        cls: a dataclass; its docstring, or that of a base class, holds the help.
        names: of the fields; all by default.
    """
    wanted = None if names is None else set(names)
    helps = class_help(cls)
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


def of_function(function: Callable[..., Any], names: Iterable[str] | None = None) -> list[Option]:
    """Return the options that are arguments of a function, or of a class's initializer.

    Args:
        function: its docstring holds the help.
        names: of the arguments; all keyword-only ones by default.
    """
    parameters = inspect.signature(function).parameters
    if names is None:
        names = [
            name
            for name, parameter in parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
        ]
    helps = argument_help(inspect.getdoc(function) or "")
    return [
        Option(
            name,
            _hint(parameters[name].annotation, function.__module__),
            None
            if parameters[name].default is inspect.Parameter.empty
            else parameters[name].default,
            helps.get(name, ""),
        )
        for name in names
    ]


def _owner(cls: type[Any], name: str) -> str:
    """Return the module of the class that declares a field."""
    for each in cls.__mro__:
        if name in vars(each).get("__annotations__", {}):
            return each.__module__
    return cls.__module__


def _hint(annotation: Any, module: str) -> Any:
    """Return the type of an annotation in some module, sequences as lists."""
    holder = type("Holder", (), {"__annotations__": {"it": annotation}, "__module__": module})
    return plain_type(typing.get_type_hints(holder)["it"])


def plain_type(hint: Any) -> Any:
    """Return `hint` with abstract sequences as lists; tuples of a fixed length keep it."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(plain_type(each) for each in arguments)]  # noqa: UP007
    if origin is Sequence:
        return list[plain_type(arguments[0])]  # type: ignore[misc]
    return hint


_ARGUMENT = re.compile(r"^(?P<names>\w+(?:, \w+)*): (?P<text>.*)$")


def class_help(cls: type[Any]) -> dict[str, str]:
    """Return help by field name, from the docstrings of a class and its bases."""
    found: dict[str, str] = {}
    for each in cls.__mro__:
        for name, text in argument_help(inspect.cleandoc(each.__doc__ or "")).items():
            if name not in found and not text.startswith("see "):
                found[name] = text
    return found


def argument_help(doc: str) -> dict[str, str]:
    """Return the part ``Args:`` of a docstring: text by name, on one line."""
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
