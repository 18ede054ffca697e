"""`hybridq list KIND [NAME]`: every entry of a registry, or one with its options."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK
from hybridq.core.registry import Registry

if TYPE_CHECKING:
    from rich.console import RenderableType


def _registry(module: str, name: str) -> Callable[[], Registry[Any]]:
    def load() -> Registry[Any]:
        import importlib

        found: Registry[Any] = getattr(importlib.import_module(module), name)
        return found

    return load


KINDS: Registry[Callable[[], Registry[Any]]] = Registry(
    "kind of entry",
    {
        "problems": _registry("hybridq.problems", "PROBLEMS"),
        "mixers": _registry("hybridq.ansatz.mixers", "MIXERS"),
        "ansatze": _registry("hybridq.ansatz.registry", "ANSATZE"),
        "engines": _registry("hybridq.engines", "ENGINES"),
        "objectives": _registry("hybridq.objectives", "OBJECTIVES"),
        "optimizers": _registry("hybridq.optimizers", "OPTIMIZERS"),
        "strategies": _registry("hybridq.strategies.registry", "STRATEGIES"),
        "formats": _registry("hybridq.problems.formats", "FORMATS"),
    },
    argument="kind",
)
"""Registries by the plural that the command takes."""


def list_entries(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="problems, mixers, ansatze, engines, objectives, optimizers, strategies "
            "or formats.",
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Show one, with its options.", show_default=False),
    ] = None,
    debug: shared.Debug = False,
) -> int:
    """List everything that can be chosen by name, also entries of other packages.

    Examples:

      [bold]hybridq list problems[/bold]
      [bold]hybridq list mixers xy-ring[/bold]
    """
    from hybridq.cli.page import show_parts

    registry = KINDS[kind]()
    show_parts(_table(registry) if name is None else _page(registry, registry.canonical(name)))
    return OK


def _table(registry: Registry[Any]) -> list[RenderableType]:
    """Return a row per entry, and the entries that were left out."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("name", no_wrap=True, header_style="bold")
    table.add_column("what it is", overflow="fold", header_style="bold")
    for name in registry:
        table.add_row(Text(name), Text(_plain(registry.summary(name))))
    parts: list[RenderableType] = [table]
    parts += [Text(f"left out: {why}") for why in registry.left_out.values()]
    return parts


def _page(registry: Registry[Any], name: str) -> list[RenderableType]:
    """Return summary, options and source of one entry."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from hybridq.cli.docstring import read_docstring
    from hybridq.cli.page import facts

    entry = registry[name]
    described = entry if isinstance(entry, type) else type(entry)
    described = getattr(entry, "made", described)
    doc = read_docstring(described)
    parts: list[RenderableType] = [Text(""), Text(f" {name}", style="bold")]
    texts = [_plain(registry.summary(name)), doc.prefer, doc.cost]
    parts += [Padding(Text(text), (1, 1, 0, 1)) for text in texts if text]
    reads = getattr(entry, "reads", ())
    rows = [("Reads", _formats_of(reads))] if reads else []
    source = doc.source or getattr(entry, "source", "")
    rows += [("Source", source)] if source else []
    if rows:
        parts += [Text(""), facts(rows)]
    options = _options(entry, described)
    if not options:
        return [*parts, Text(""), Text(" It has no options."), Text("")]
    table = Table(box=None, padding=(0, 1, 0, 1), pad_edge=True)
    for title in ("option", "default", "what it is"):
        table.add_column(title, overflow="fold", no_wrap=title != "what it is", header_style="bold")
    for option in options:
        table.add_row(option.name, Text(_value(option.default)), Text(option.help))
    return [*parts, Text(""), table, Text("")]


def _options(entry: Any, described: type) -> list[Any]:
    """Return the options that an entry declares."""
    import dataclasses

    from hybridq.core.options import of_dataclass

    declared = getattr(entry, "options", None)
    if callable(declared):
        return list(declared())
    if not dataclasses.is_dataclass(described):
        return []
    return of_dataclass(described, declared if isinstance(declared, tuple) else None)


def _formats_of(shapes: tuple[str, ...]) -> str:
    """Return the names of the formats of these shapes."""
    from hybridq.problems.formats import FORMATS

    return ", ".join(name for name, each in FORMATS.items() if each.shape in shapes)


def _value(value: object) -> str:
    """Return a default as the command line spells it."""
    if value is None or value is inspect.Parameter.empty:
        return "-"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _plain(text: str) -> str:
    """Return a docstring line without markup."""
    return text.replace("``", "").replace("`", "")
