"""Docstrings of this project, part by part, as plain text."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

_ROLE = re.compile(r":\w+:`([^`]*)`")
_ARGUMENT = re.compile(r"    (?P<names>\w+(?:, \w+)*): (?P<text>.*)")


@dataclass(frozen=True)
class Docstring:
    """The parts of a docstring, without markup, each on one line.

    Attributes:
        title: the first paragraph.
        prefer: when to choose the object.
        cost: the cost of using it.
        arguments: the entries under ``Args:`` by name.
        source: the publication.
    """

    title: str = ""
    prefer: str = ""
    cost: str = ""
    arguments: Mapping[str, str] = field(default_factory=dict)
    source: str = ""


def read_docstring(described: type[Any] | Callable[..., Any]) -> Docstring:
    """Return the docstring of a class or a function.

    Args:
        described: a class also has the arguments of its base classes; an entry that begins with
            "see " is replaced by theirs.
    """
    if not isinstance(described, type):
        return parse_docstring(inspect.getdoc(described) or "")
    found = parse_docstring(vars(described).get("__doc__") or "")
    arguments: dict[str, str] = {}
    for cls in reversed(described.__mro__):
        own = parse_docstring(vars(cls).get("__doc__") or "").arguments
        arguments |= {name: text for name, text in own.items() if not text.startswith("see ")}
    return replace(found, arguments=arguments)


@cache
def parse_docstring(text: str) -> Docstring:
    """Return the parts of a docstring."""
    title = preferred = cost = source = ""
    arguments: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if block.startswith("Args:"):
            arguments = _arguments(block)
        elif block.startswith("Source:"):
            source = without_markup(block.removeprefix("Source:"))
        elif not title:
            title = without_markup(block)
        elif block.startswith("Prefer "):
            preferred, _, cost = (without_markup(part) for part in block.partition("\nCost: "))
            cost = f"Cost: {cost}" if cost else ""
    return Docstring(title, preferred, cost, arguments, source)


def without_markup(text: str) -> str:
    """Return a text without roles and backticks, on one line."""
    return " ".join(_ROLE.sub(r"\1", text).replace("`", "").split())


def _arguments(block: str) -> dict[str, str]:
    """Return the entries of the block ``Args:`` by name."""
    found: dict[str, str] = {}
    names: list[str] = []
    for line in block.splitlines()[1:]:
        head = _ARGUMENT.fullmatch(line)
        if head is not None:
            names = head["names"].split(", ")
            found.update(dict.fromkeys(names, head["text"]))
        else:
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
    return {name: without_markup(text) for name, text in found.items()}
