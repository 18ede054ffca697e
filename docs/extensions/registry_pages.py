"""Reference pages made from the registries, so that a new entry appears by itself.

- ``.. entries:: KIND`` shows every entry of a registry: a table of all, then a section each with
  its docstring (formula, when to prefer it, source) and its options.
- ``.. commands::`` shows the help page of every command.

The kinds are those of ``hybridq list``; each has to have a page.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import re
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.ext.napoleon import Config, GoogleDocstring
from sphinx.util.docutils import SphinxDirective

from hybridq.cli import main as hybridq_command
from hybridq.cli.app import app as command_tree
from hybridq.cli.lists import KINDS, Kind
from hybridq.core.docstrings import without_markup
from hybridq.core.options import Option

_ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5}|[a-z-]+/\d{7})")
_DOI = re.compile(r"doi:(10\.\d+/[^\s;,]*[^\s;,.)])")
_PARTS = re.compile(r"^(Args|Attributes|Class attributes|Raises|Example|Examples|Returns):", re.M)
_SETTINGS = Config(napoleon_numpy_docstring=False, napoleon_use_rtype=False)


def linked(text: str) -> str:
    """Return a text in RST with links to arXiv and to DOIs."""
    text = _ARXIV.sub(r"`arXiv:\1 <https://arxiv.org/abs/\1>`__", text)
    return _DOI.sub(r"`doi:\1 <https://doi.org/\1>`__", text)


def escaped(text: str) -> str:
    """Return a plain text as RST shows it unchanged."""
    return re.sub(r"([\\*`|_])", r"\\\1", text)


def with_kets(text: str) -> str:
    """Return a text in RST whose bars outside formulas and code are bars, as in |+⟩."""
    blocks = re.split(r"(\n\s*\n)", text)
    return "".join(
        block
        if block.lstrip().startswith(".. ")
        else "".join(
            part if part.startswith("`") else part.replace("|", r"\|")
            for part in re.split(r"(`+[^`]*`+)", block)
        )
        for block in blocks
    )


def _described(text: str) -> Iterator[str]:
    """Yield a docstring as lines of RST, without title, options and errors."""
    kept = []
    for block in re.split(r"\n\s*\n(?=\S)", inspect.cleandoc(text))[1:]:
        if _PARTS.match(block):
            continue
        if block.startswith("Source:"):
            block = "**Source:**" + linked(block.removeprefix("Source:"))
        elif block.startswith("Prefer "):
            block = block.replace("\nCost: ", "\n\n*Cost:* ")
        kept.append(block)
    text = with_kets("\n\n".join(kept))
    yield from str(GoogleDocstring(text, _SETTINGS)).splitlines()


def _type_text(hint: Any) -> str:
    """Return a type hint as Python spells it, without modules."""
    arguments = typing.get_args(hint)
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return " | ".join(map(_type_text, arguments))
    if origin is typing.Literal:
        return " | ".join(map(repr, arguments))
    if hint is type(None):
        return "None"
    if origin is not None:
        return f"{_type_text(origin)}[{', '.join(map(_type_text, arguments))}]"
    return "..." if hint is Ellipsis else getattr(hint, "__name__", str(hint))


def _type_of(option: Option) -> str:
    """Return the type of an option, empty where it has none."""
    if option.type is inspect.Parameter.empty or option.type is None:
        return ""
    return _type_text(option.type)


def _options(kind: Kind, entry: Any) -> Iterator[str]:
    """Yield a table of the options of an entry."""
    options = list(kind.options(entry))
    if not options:
        return
    yield from ("", ".. list-table::", "   :header-rows: 1", "   :class: options", "")
    yield from ("   * - option", "     - type", "     - default", "     - meaning")
    for option in options:
        shown = kind.shown(option.default)
        yield f"   * - ``{option.name}``"
        yield f"     - {escaped(_type_of(option))}"
        yield f"     - ``{shown}``" if shown else "     -"
        yield f"     - {linked(escaped(option.help))}"
    yield ""


def _name_in_python(described: type[Any]) -> str:
    """Return the shortest path by which Python reaches a class."""
    import hybridq

    name = described.__name__
    for holder in (hybridq, hybridq.optimizers, hybridq.engines, hybridq.mixers, hybridq.noise):
        if getattr(holder, name, None) is described:
            short = holder.__name__.replace("hybridq.ansatz.mixers", "hybridq.mixers")
            return f"{short}.{name}"
    room = described.__module__.split(".")[1]
    if getattr(getattr(hybridq, room, None), name, None) is described:
        return f"hybridq.{room}.{name}"
    return f"{described.__module__}.{name}"


def _references(names: str) -> str:
    """Return names of formats as links to their sections."""
    return ", ".join(f":ref:`{name} <formats-{name}>`" for name in names.split(", "))


def entry_lines(kind_name: str, name: str) -> Iterator[str]:
    """Yield the section of an entry in RST."""
    kind = KINDS[kind_name]
    registry = kind.load()
    entry = registry[name]
    described = kind.described(entry)
    yield from (f".. _{kind_name}-{name}:", "", name, "-" * len(name), "")
    yield from (escaped(without_markup(registry.summary(name))), "")
    if described is not None:
        yield from (f"In Python: ``{_name_in_python(described)}``", "")
    for title, text in kind.facts(entry):
        yield from (f"*{title}:* {_references(text) if title == 'Reads' else escaped(text)}", "")
    examples = getattr(entry, "examples", ())
    if kind_name == "problems" and examples:
        yield from (".. code-block:: text", "")
        yield from (f"   hybridq solve {name} {example}" for example in examples)
        yield ""
    if described is not None:
        yield from _described(vars(described).get("__doc__") or "")
        yield ""
        source = getattr(entry, "source", "")
        if isinstance(source, str) and source and "Source:" not in (described.__doc__ or ""):
            yield from (f"**Source:** {linked(escaped(source))}", "")
    yield from _options(kind, entry)


class Entries(SphinxDirective):
    """``.. entries:: KIND``: every entry of a registry."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return a table and a section for each entry."""
        kind_name = self.arguments[0]
        kind = KINDS[kind_name]
        registry = kind.load()
        names = sorted(registry) if kind_name == "formats" else list(registry)
        if registry.left_out:
            raise ExtensionError("; ".join(registry.left_out.values()))
        lines = [".. list-table::", "   :header-rows: 1", "   :widths: auto", ""]
        lines += ["   * - name", "     - summary"]
        for name in names:
            lines += [f"   * - :ref:`{name} <{kind_name}-{name}>`"]
            lines += [f"     - {escaped(without_markup(registry.summary(name)))}"]
        lines.append("")
        for name in names:
            lines += list(entry_lines(kind_name, name))
        self.env.note_dependency(__file__)
        content = StringList(lines, source=f"registry of {kind_name}")
        return self.parse_text_to_nodes("\n".join(content), allow_section_headings=True)


def _paths(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield a command and all below it, without the families of ``solve``."""
    yield path
    if path != ("solve",):
        for name, each in sorted(getattr(command, "commands", {}).items()):
            yield from _paths(each, (*path, name))


class Commands(SphinxDirective):
    """``.. commands::``: the help page of every command."""

    def run(self) -> list[nodes.Node]:
        """Return a section for each command."""
        import typer

        lines: list[str] = []
        for path in _paths(typer.main.get_command(command_tree), ()):
            text = io.StringIO()
            with contextlib.redirect_stdout(text):
                hybridq_command([*path, "--help"])
            title = " ".join(("hybridq", *path))
            label = "-".join(("command", *path))
            lines += [f".. _{label}:", "", title, "-" * len(title), "", ".. code-block:: text", ""]
            lines += [f"   {line.rstrip()}" for line in text.getvalue().strip("\n").splitlines()]
            lines.append("")
        return self.parse_text_to_nodes("\n".join(lines), allow_section_headings=True)


def _docstring(app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Adapt a docstring that autodoc shows."""
    lines[:] = linked(with_kets("\n".join(lines))).splitlines()


def check_pages(app: Sphinx) -> None:
    """Raise unless every kind of entry has a page.

    Raises:
        ExtensionError: one has none.
    """
    folder = Path(app.srcdir) / "reference"
    missing = [kind for kind in KINDS if not (folder / f"{kind}.rst").exists()]
    if missing:
        raise ExtensionError(f"these kinds of entries need a page in {folder}: {missing}")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the directives."""
    app.add_directive("entries", Entries)
    app.add_directive("commands", Commands)
    app.connect("builder-inited", check_pages)
    app.connect("autodoc-process-docstring", _docstring)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
