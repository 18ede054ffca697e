"""Layers of a config: included files, the file itself, overrides."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hybridq.core.errors import ConfigError, FormatError
from hybridq.core.files import read_bytes
from hybridq.core.limits import LONGEST_PATH, MOST_BYTES_OF_SETTINGS, MOST_INCLUDES
from hybridq.experiments.config.yaml_source import Document, Place, parse

_DEPTH = 20  # of includes within includes
OVERRIDE_LABEL = "override"


def read(path: str | os.PathLike[str]) -> tuple[Document, str]:
    """Return a config file with its includes, and its text.

    Raises:
        ConfigError: the file cannot be read, or is not YAML.
    """
    text = _text(Path(path), str(path))
    return with_includes(parse(text, str(path)), Path(path).parent, (Path(path).resolve(),)), text


def with_includes(
    document: Document,
    base: Path,
    above: tuple[Path, ...] = (),
    count: Iterator[int] | None = None,
) -> Document:
    """Merge a document over the files of its key ``include``, in their order.

    Args:
        document: a document with or without the key.
        base: folder of relative names.
        above: the files that include this one.
        count: counter of the files that the whole config includes.

    Raises:
        ConfigError: a file cannot be read, is not a mapping or includes itself, or the config
            includes more than `MOST_INCLUDES` files.
    """
    count = itertools.count(1) if count is None else count
    if not isinstance(document.value, dict) or "include" not in document.value:
        return document
    names = document.value["include"]
    listed = isinstance(names, list)
    merged = Document({}, {(): document.place(())})
    for index, name in enumerate(names if listed else [names]):
        place = document.place(("include", index) if listed else ("include",))
        if not isinstance(name, str) or not 0 < len(name) <= LONGEST_PATH:
            raise ConfigError(f"{place}: include must be the name of a file, or a list of names")
        if next(count) > MOST_INCLUDES:
            raise ConfigError(
                f"{place}: {name}: more than {MOST_INCLUDES} files are included: omit some"
            )
        merged = merge(merged, _included(name, base, above, place, count))
    own = {key: value for key, value in document.value.items() if key != "include"}
    return merge(merged, Document(own, document.values, document.keys))


def _included(
    name: str, base: Path, above: tuple[Path, ...], place: Place, count: Iterator[int]
) -> Document:
    """Return the document of an included file."""
    path = base / name
    if path.resolve() in above:
        raise ConfigError(f"{place}: {name} includes itself: omit it")
    if len(above) >= _DEPTH:
        raise ConfigError(f"{place}: {name}: more than {_DEPTH} files include one another")
    try:
        text = _text(path, str(path))
    except ConfigError as error:
        raise ConfigError(f"{place}: include: {error}") from None
    found = parse(text, str(path))
    if found.value is None:
        raise ConfigError(f"{place}: the included file {name} is empty")
    if not isinstance(found.value, dict):
        raise ConfigError(f"{found.place(())}: an included file must be a mapping, key: value")
    return with_includes(found, path.parent, (*above, path.resolve()), count)


def merge(under: Document, over: Document) -> Document:
    """Merge two documents; keys of `over` win, within sections one by one.

    A section of another ``kind`` replaces the whole section, and so do lists, and mappings within
    sections.
    """
    value = dict(under.value)
    values, keys = dict(under.values), dict(under.keys)
    replaced: list[tuple[str | int, ...]] = []
    for name, new in over.value.items():
        old = value.get(name)
        if _goes_into(old, new):
            value[name] = {**old, **new}  # type: ignore[dict-item]
            replaced += [(name, key) for key in new]
        else:
            value[name] = new
            replaced.append((name,))
    gone = set(replaced)
    for places in (values, keys):
        for at in [at for at in places if at[:1] in gone or at[:2] in gone]:
            del places[at]
    return Document(value, values | over.values, keys | over.keys)


def _goes_into(old: Any, new: Any) -> bool:
    if not isinstance(old, dict) or not isinstance(new, dict):
        return False
    return new.get("kind", old.get("kind")) == old.get("kind")


def with_overrides(
    document: Document, overrides: Iterable[str], label: str = OVERRIDE_LABEL
) -> Document:
    """Return the document with overridden values.

    Args:
        document: a mapping.
        overrides: texts ``name=value`` with dotted names and YAML values. They replace a sweep of
            that name, unless the name is that of the sweep itself, ``sweep.ansatz.p=[1, 2]``.
        label: name of an override in messages.

    Raises:
        ConfigError: an override has another form.
    """
    for text in overrides:
        name, equals, value = text.partition("=")
        name, source = name.strip(), f"{label} {text}"
        if not equals or not name or not all(name.split(".")):
            raise ConfigError(f"{source}: write NAME=VALUE, such as ansatz.p=2")
        head, *rest = name.split(".", 1) if name.startswith("sweep.") else name.split(".")
        document = _unswept(document, name)
        document = _put(document, (head, *rest), parse(value, source), Place(source, override=True))
    return document


def _put(document: Document, path: tuple[str, ...], new: Document, place: Place) -> Document:
    """Return the document with one value replaced."""
    value = dict(document.value)
    inner = value
    for key in path[:-1]:
        below = inner.get(key)
        below = {"kind": below} if isinstance(below, str) else below
        inner[key] = dict(below) if isinstance(below, dict) else {}
        inner = inner[key]
    inner[path[-1]] = new.value
    values = {at: was for at, was in document.values.items() if at[: len(path)] != path}
    keys = {at: was for at, was in document.keys.items() if at[: len(path)] != path}
    values |= {(*path, *at): place for at in new.values}
    keys[path] = place
    return Document(value, values, keys)


def _unswept(document: Document, name: str) -> Document:
    """Return the document without sweeps of an overridden name."""
    sweep = document.value.get("sweep")
    if not isinstance(sweep, dict):
        return document

    def stays(swept: str) -> bool:
        return swept != name and not swept.startswith(f"{name}.")

    def zipped(group: Any) -> Any:
        if not isinstance(group, dict):
            return group
        return {key: value for key, value in group.items() if stays(key)}

    left = {key: value for key, value in sweep.items() if stays(key)}
    if "zip" in left:
        groups = left["zip"]
        left["zip"] = (
            [zipped(group) for group in groups] if isinstance(groups, list) else zipped(groups)
        )
        if left["zip"] in ({}, [{}]):
            del left["zip"]
    return Document({**document.value, "sweep": left}, document.values, document.keys)


def _text(path: Path, source: str) -> str:
    """Return the text of a config file."""
    if path.is_dir():
        raise ConfigError(f"{source}: this is a folder: name a file in it")
    try:
        if path.stat().st_size > MOST_BYTES_OF_SETTINGS:
            raise ConfigError(
                f"{source}: the file has {path.stat().st_size:,} bytes, more than the "
                f"{MOST_BYTES_OF_SETTINGS:,} of a config: check the name"
            )
        return read_bytes(path, MOST_BYTES_OF_SETTINGS)[0].decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ConfigError(f"{source}: the file is not UTF-8 text: check the name") from None
    except FileNotFoundError:
        raise ConfigError(f"{source}: the file does not exist: check the name") from None
    except FormatError as error:
        raise ConfigError(f"{source}: the file cannot be read ({error.message})") from None
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigError(f"{source}: the file cannot be read: {reason}") from None
