"""Parser of YAML to plain values with places; it executes nothing.

Scalars follow YAML 1.2: only ``true`` and ``false`` are booleans, ``1e-3`` is a number, ``012`` and
``no`` are text.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from hybridq.core.errors import ConfigError

KeyPath: TypeAlias = tuple[str | int, ...]
"""Keys and indices from the top of a config to a value."""

MOST_VALUES = 100_000  # of one file, with every use of an alias
_FILLED_IN = re.compile(r"\{\w+\}")  # a placeholder, as in the geometry of a molecule
_BREAKS = "\x85\u2028\u2029"
_TAG = "tag:yaml.org,2002:"


@dataclass(frozen=True, order=True)
class Place:
    """Source, line and column of a value, counted from 1, or 0 if unknown.

    Attributes:
        override: True if the value is from an override, not from a file.
    """

    source: str
    line: int = 0
    column: int = 0
    override: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return f"{self.source}:{self.line}:{self.column}" if self.line else self.source


@dataclass(frozen=True)
class Document:
    """Plain values, and the places of values and keys.

    Attributes:
        value: mappings, lists, text, numbers, booleans, None.
        values: places of the values, by their paths.
        keys: places of the keys of mappings, by the paths of their values.
    """

    value: Any
    values: dict[KeyPath, Place] = field(default_factory=dict)
    keys: dict[KeyPath, Place] = field(default_factory=dict)

    def place(self, path: Sequence[str | int], *, key: bool = False) -> Place:
        """Return the place of a value or its key, or of the nearest parent."""
        path = tuple(path)
        for length in range(len(path), -1, -1):
            found = (self.keys if key and length else self.values).get(path[:length])
            found = found or self.values.get(path[:length])
            if found is not None:
                return found
        return Place("config")


_MOST_DIGITS = 100


class _Loader(yaml.SafeLoader):
    """Composer of nodes with the scalar types of YAML 1.2."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  # as its base declares it


class _Dumper(yaml.SafeDumper):
    """Writer that quotes text which YAML 1.1 or 1.2 would read otherwise."""


_SCALARS: tuple[tuple[str, str, str], ...] = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?(?:0|[1-9][0-9_]*)|0x[0-9a-fA-F]+|0o[0-7]+", "-+0123456789"),
    (
        "float",
        r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
    ("merge", r"<<", "<"),
)
for _name, _pattern, _first in _SCALARS:
    for _class in (_Loader, _Dumper):
        _class.add_implicit_resolver(
            _TAG + _name,
            re.compile(rf"^(?:{_pattern})$"),
            ["" if letter == "\0" else letter for letter in _first],
        )


def parse(text: str, source: str) -> Document:
    """Return the plain values of a YAML text.

    Args:
        text: one YAML document.
        source: name in messages, usually that of the file.

    Raises:
        ConfigError: the text is not YAML, a key is repeated, or a value has a type that configs do
            not have; lists all mistakes with their lines.
    """
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_syntax(error, text, source)) from None
    except yaml.YAMLError as error:
        raise ConfigError(f"{source}: this is not YAML: {_plain(str(error))}") from None
    except RecursionError:
        raise ConfigError(f"{source}: the brackets are nested too deeply") from None
    if node is None:
        return Document(None, {(): Place(source, 1, 1)})
    builder = _Builder(source)
    try:
        value = builder.build(node, ())
    except RecursionError:
        raise ConfigError(f"{source}: the brackets are nested too deeply") from None
    if builder.errors:
        raise ConfigError([text for _, text in sorted(builder.errors)])
    return Document(value, builder.values, builder.keys)


def dump(value: Any) -> str:
    """Return plain values as YAML, which `parse` reads back unchanged."""
    text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True)
    if any(mark in text for mark in _BREAKS):  # read as line ends if written as they are
        text = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=False)
    return text


def _syntax(error: yaml.MarkedYAMLError, text: str, source: str) -> str:
    """Return a syntax error in one line, with a remedy for frequent ones."""
    mark = error.problem_mark or error.context_mark
    place = Place(source) if mark is None else Place(source, mark.line + 1, mark.column + 1)
    problem = _plain(error.problem or "it cannot be read")
    if "'\\t'" in problem:
        return f"{place}: a tab: YAML is indented with spaces"
    context = f" ({_plain(error.context)})" if error.context else ""
    hint = ""
    line = [] if mark is None else text.splitlines()[mark.line : mark.line + 1]
    if "expected" in problem and any(map(_FILLED_IN.search, line)):
        hint = ": put the geometry, or any text with {...}, in quotes"
    elif "mapping values are not allowed" in problem:
        hint = ": quote text with a colon, and check the indentation"
    elif "could not find expected ':'" in problem or "expected <block end>" in problem:
        hint = ": check the indentation, and the colon and blank after each key"
    elif "undefined alias" in problem:
        hint = ": write & before the name at the value"
    return f"{place}: {problem}{context}{hint}"


def _plain(text: str) -> str:
    return " ".join(text.split())


class _Builder:
    """Converter of nodes to plain values with their places."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.values: dict[KeyPath, Place] = {}
        self.keys: dict[KeyPath, Place] = {}
        self.errors: list[tuple[Place, str]] = []
        self._below: dict[KeyPath, list[KeyPath]] = {}  # paths of the values in a value
        self._open: set[int] = set()
        self._count = 0

    def build(self, node: yaml.Node, path: KeyPath) -> Any:
        """Return the value of a node with all of its children."""
        place = self._place(node)
        self.values[path] = place
        if path:
            self._below.setdefault(path[:-1], []).append(path)
        self._count += 1
        if self._count > MOST_VALUES:
            raise ConfigError(
                f"{self.source}: more than {MOST_VALUES:,} values: use a range for long lists"
            )
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        if id(node) in self._open:
            self._refuse(place, "this alias contains itself: write the value out")
            return None
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
                return [self.build(child, (*path, i)) for i, child in enumerate(node.value)]
            if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
                return self._mapping(node, path)
        finally:
            self._open.discard(id(node))
        self._refuse(place, f"the tag {_tag(node)} is not supported: write a plain value")
        return None

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        own: dict[str, Place] = {}
        for key_node, value_node in self._own_last(node):
            merged = key_node.tag == _TAG + "merge"
            if merged:
                found = self._merged(value_node, path) | found
                continue
            place = self._place(key_node)
            name = self._key(key_node, place)
            if name is None:
                continue
            if name in own:
                self._refuse(
                    place,
                    f"the key {name!r} is repeated, first in line {own[name].line}: "
                    "omit one of the two",
                )
                continue
            own[name] = place
            self._forget((*path, name))
            found[name] = self.build(value_node, (*path, name))
            self.keys[(*path, name)] = place
        return found

    @staticmethod
    def _own_last(node: yaml.MappingNode) -> Iterable[tuple[yaml.Node, yaml.Node]]:
        """Return the pairs of a mapping with merged ones first, so own keys win."""
        return sorted(node.value, key=lambda pair: pair[0].tag != _TAG + "merge")

    def _merged(self, node: yaml.Node, path: KeyPath) -> dict[str, Any]:
        """Return the values of ``<<:``: a mapping, or several of which the first wins."""
        parts = node.value if isinstance(node, yaml.SequenceNode) else [node]
        found: dict[str, Any] = {}
        for part in reversed(parts):
            if not isinstance(part, yaml.MappingNode):
                self._refuse(self._place(part), "<<: must be a mapping, such as *base")
                continue
            found.update(self._mapping(part, path))
        return found

    def _forget(self, path: KeyPath) -> None:
        """Remove the places of a replaced value."""
        if path not in self.values:
            return
        left = [path]
        while left:
            at = left.pop()
            left += self._below.pop(at, ())
            self.values.pop(at, None)
            self.keys.pop(at, None)

    def _key(self, node: yaml.Node, place: Place) -> str | None:
        if not isinstance(node, yaml.ScalarNode):
            self._refuse(place, "a key must be text, got a list or a mapping")
            return None
        if node.tag != _TAG + "str":
            self._refuse(place, f"a key must be text, got {node.value!r}: put it in quotes")
            return None
        return str(node.value)

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Any:
        text = str(node.value)
        kind = node.tag.removeprefix(_TAG)
        if kind in ("str", "merge"):
            return text
        if kind == "null":
            return None
        try:
            if kind == "bool":
                return {"true": True, "false": False}[text.lower()]
            if kind in ("int", "float") and len(text) > _MOST_DIGITS:
                self._refuse(
                    place, f"{text:.20}... has {len(text):,} digits, too many for a number"
                )
                return None
            if kind == "int":
                return int(text.replace("_", ""), 0)
            if kind == "float":
                value = float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
                if math.isfinite(value):
                    return value
                self._refuse(place, f"{text:.40} is not a finite number")
                return None
        except (ValueError, KeyError):
            self._refuse(place, f"{text:.40} cannot be read as {kind}")
            return None
        self._refuse(place, f"the tag {_tag(node)} is not supported: write a plain value")
        return None

    def _place(self, node: yaml.Node) -> Place:
        mark = node.start_mark
        return Place(self.source, mark.line + 1, mark.column + 1)

    def _refuse(self, place: Place, text: str) -> None:
        self.errors.append((place, f"{place}: {text}"))


def _tag(node: yaml.Node) -> str:
    return str(node.tag).replace(_TAG, "!!")
