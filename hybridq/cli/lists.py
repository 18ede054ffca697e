"""`hybridq list KIND [NAME]`: every entry of a registry, or one with its options."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK
from hybridq.cli.named_options import spelled
from hybridq.core.docstrings import Docstring, read_docstring, without_markup
from hybridq.core.options import Option, of_dataclass
from hybridq.core.registry import Registry

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True)
class Kind:
    """A kind of entry: its registry, and the place where an entry declares itself.

    Attributes:
        registry: the module and the name of the registry.
        described: entry -> the class whose docstring describes it, None where there is none.
        options: entry -> its options.
        facts: entry -> further rows of its page, title and text.
        shown: default of an option -> its text.
        line: entry -> a line below its summary in the list, empty for none.
    """

    registry: tuple[str, str]
    described: Callable[[Any], type[Any] | None] = lambda entry: entry
    options: Callable[[Any], Sequence[Option]] = of_dataclass
    facts: Callable[[Any], list[tuple[str, str]]] = lambda entry: []
    shown: Callable[[Any], str] = lambda default: _value(default)
    line: Callable[[Any], str] = lambda entry: ""

    def load(self) -> Registry[Any]:
        """Import and return the registry."""
        module, name = self.registry
        found: Registry[Any] = getattr(importlib.import_module(module), name)
        return found


def _formats_of(family: Any) -> list[tuple[str, str]]:
    """Return the names of the formats that a family reads."""
    from hybridq.problems.formats import FormatsOfShape

    names = list(FormatsOfShape(*family.reads))
    rows = [("Reads", ", ".join(names))] if names else []
    return [*rows, ("Qubits", family.qubits)] if family.qubits else rows


def _data_of(family: Any) -> str:
    """Return the data that a family reads, and the qubits that it takes."""
    from hybridq.problems.formats import SHAPES

    data = " or ".join(SHAPES.get(shape, shape) for shape in family.reads)
    return "; ".join(part for part in (data, family.qubits) if part)


def _shape_of(entry: Any) -> list[tuple[str, str]]:
    """Return the data and the file suffixes of a format."""
    suffixes = ", ".join(entry.suffixes)
    return [("Holds", entry.noun), *([("Suffixes", suffixes)] if suffixes else [])]


KINDS: Registry[Kind] = Registry(
    "kind of entry",
    {
        "problems": Kind(
            ("hybridq.problems", "PROBLEMS"),
            options=lambda family: family.options(),
            facts=_formats_of,
            line=_data_of,
        ),
        "mixers": Kind(("hybridq.ansatz.mixers", "MIXERS")),
        "ansatze": Kind(
            ("hybridq.ansatz.registry", "ANSATZE"),
            described=lambda family: family.made,
            options=lambda family: of_dataclass(family.made, family.options),
        ),
        "engines": Kind(("hybridq.engines", "ENGINES")),
        "backends": Kind(("hybridq.backends", "BACKENDS")),
        "objectives": Kind(("hybridq.objectives", "OBJECTIVES")),
        "optimizers": Kind(("hybridq.optimizers", "OPTIMIZERS"), shown=spelled),
        "strategies": Kind(
            ("hybridq.strategies.registry", "STRATEGIES"),
            described=type,
            options=lambda entry: of_dataclass(type(entry)),
            shown=spelled,
        ),
        "formats": Kind(
            ("hybridq.problems.formats", "FORMATS"),
            described=lambda entry: None,
            options=lambda entry: (),
            facts=_shape_of,
        ),
        "mitigations": Kind(("hybridq.mitigation", "MITIGATIONS")),
        "groupings": Kind(("hybridq.measurement", "GROUPINGS")),
        "panels": Kind(
            ("hybridq.presentation.panels", "PANELS"),
            described=type,
            options=lambda entry: (),
        ),
    },
    argument="kind",
)
"""Registries by the plural that the command takes."""


def list_entries(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help=f"Kind of entry: {', '.join(KINDS)}.",
        ),
    ],
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Show one, with its options.", show_default=False),
    ] = None,
    debug: shared.Debug = False,
) -> int:
    """List the entries that can be chosen by name, plug-ins included, or show one.

    Examples:

      [bold]hybridq list problems[/bold]
      [bold]hybridq list mixers xy-ring[/bold]
    """
    from hybridq.cli.page import show_parts

    if name is None:
        show_parts(_table(KINDS[kind]))
    else:
        show_entry(kind, name)
    return OK


def show_entry(kind: str, name: str) -> None:
    """Print summary, options and source of the entry of a kind.

    Raises:
        UnknownNameError: no kind, or no entry of it, has that name.
    """
    from hybridq.cli.page import show_parts

    entries = KINDS[kind]
    registry = entries.load()
    show_parts(_page(entries, registry, registry.canonical(name)))


def _table(kind: Kind) -> list[RenderableType]:
    """Return a row per entry, and the entries that were left out."""
    from rich.table import Table
    from rich.text import Text

    registry = kind.load()
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("name", no_wrap=True, header_style="bold")
    table.add_column("description", overflow="fold", header_style="bold")
    for name in registry:
        described = Text(without_markup(registry.summary(name)))
        line = kind.line(registry[name])
        table.add_row(Text(name), described.append(f"\n{line}", style="dim") if line else described)
    parts: list[RenderableType] = [table]
    parts += [Text(f"left out: {why}") for why in registry.left_out.values()]
    return parts


def _page(kind: Kind, registry: Registry[Any], name: str) -> list[RenderableType]:
    """Return summary, options and source of one entry."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    from hybridq.cli.page import facts

    entry = registry[name]
    described = kind.described(entry)
    doc = Docstring() if described is None else read_docstring(described)
    parts: list[RenderableType] = [Text(""), Text(f" {name}", style="bold")]
    texts = [without_markup(registry.summary(name)), doc.prefer, doc.cost]
    parts += [Padding(Text(text), (1, 1, 0, 1)) for text in texts if text]
    rows = kind.facts(entry) + ([("Source", doc.source)] if doc.source else [])
    if rows:
        parts += [Text(""), facts(rows)]
    options = kind.options(entry)
    if not options:
        return [*parts, Text("")]
    table = Table(box=None, padding=(0, 1, 0, 1), pad_edge=True)
    for title in ("option", "default", "description"):
        table.add_column(
            title, overflow="fold", no_wrap=title != "description", header_style="bold"
        )
    for option in options:
        table.add_row(option.name, Text(kind.shown(option.default)), Text(option.help))
    return [*parts, Text(""), table, Text("")]


def _value(value: object) -> str:
    """Return a default of an option whose absence needs no word."""
    if value is None or value is inspect.Parameter.empty:
        return "-"
    return ",".join(map(str, value)) if isinstance(value, tuple) else spelled(value)
