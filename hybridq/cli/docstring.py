"""What a docstring of this project says, part by part, as plain text."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass, field

_ROLE = re.compile(r":\w+:`([^`]*)`")
_ARGUMENT = re.compile(r"    (\w[\w, ]*): (.*)")


@dataclass
class Docstring:
    """The parts of a docstring in the style of this project.

    Attributes:
        title: its first paragraph.
        prefer: when to choose it.
        cost: what it costs.
        arguments: what each one means.
        source: the publication.
    """

    title: str = ""
    prefer: str = ""
    cost: str = ""
    arguments: dict[str, str] = field(default_factory=dict)
    source: str = ""


def read_docstring(thing: type) -> Docstring:
    """The docstring of a class; arguments that only point to a base class are taken from there."""
    found = Docstring()
    for cls in reversed(thing.__mro__):
        own = _read(cls.__dict__.get("__doc__") or "")
        told = {k: text for k, text in own.arguments.items() if not text.startswith("see ")}
        if cls is thing:
            own.arguments = {**found.arguments, **told}
            return own
        found.arguments.update(told)
    return found


def _read(text: str) -> Docstring:
    found = Docstring()
    for block in re.split(r"\n\s*\n", inspect.cleandoc(text)):
        if block.startswith("Args:"):
            found.arguments = _arguments(block)
        elif block.startswith("Source:"):
            found.source = _plain(block.removeprefix("Source:"))
        elif not found.title:
            found.title = _plain(block)
        elif block.startswith("Prefer "):
            prefer, _, cost = block.partition("\nCost: ")
            found.prefer, found.cost = _plain(prefer), _plain(f"Cost: {cost}")
    return found


def _arguments(block: str) -> dict[str, str]:
    found: dict[str, str] = {}
    names: list[str] = []
    for line in block.splitlines()[1:]:
        begun = _ARGUMENT.fullmatch(line)
        if begun:
            names = [name.strip() for name in begun[1].split(",")]
            found.update(dict.fromkeys(names, begun[2]))
        else:
            found.update({name: f"{found[name]} {line.strip()}" for name in names})
    return {name: _plain(text) for name, text in found.items()}


def _plain(text: str) -> str:
    """Without markup, on one line."""
    return " ".join(_ROLE.sub(r"\1", text).replace("`", "").split())
