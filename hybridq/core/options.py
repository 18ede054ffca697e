"""Options declared once: the fields of a dataclass or the arguments of a function.

Python, the command line, YAML, the JSON Schema and help read names, types, defaults and help from
here. The help of an option is its entry under ``Args:`` in the docstring.
"""

from __future__ import annotations

import dataclasses
import inspect
import types
import typing
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from hybridq.core.docstrings import read_docstring


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
    helps = read_docstring(cls).arguments
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
    """Return the options that are arguments of a function or an initializer.

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
    helps = read_docstring(function).arguments
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
    resolve = _resolved_text if isinstance(annotation, str) else _resolved
    return resolve(annotation, module)


def _resolved(annotation: Any, module: str) -> Any:
    """Return the plain type that an annotation means in some module."""
    holder = type("Holder", (), {"__annotations__": {"it": annotation}, "__module__": module})
    return plain_type(typing.get_type_hints(holder)["it"])


_resolved_text = cache(_resolved)  # options are read in every solve


def plain_type(hint: Any) -> Any:
    """Return `hint` with abstract sequences as lists, without changes to tuples."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return typing.Union[tuple(plain_type(each) for each in arguments)]  # noqa: UP007
    if origin is Sequence:
        return list[plain_type(arguments[0])]  # type: ignore[misc]
    return hint
