"""Named choices: one registry per kind for Python, command line, YAML and schema.

A registry holds the entries of this package and finds those of others through entry points.
Another package adds an entry in its own ``pyproject.toml``::

    [project.entry-points."hybridq.problems"]
    bin-packing = "my_package.bin_packing:BinPacking"

An entry that cannot be loaded, repeats a name or breaks the contract is reported in one line and
left out; the others stay usable.
"""

from __future__ import annotations

import importlib
import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from functools import cache, lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar, cast

from hybridq.core.errors import HybridqError, ParameterError, UnknownNameError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint, EntryPoints

T = TypeVar("T")


@cache
def _installed() -> EntryPoints:
    """Return all entry points, for which a file of each installed package is read."""
    from importlib.metadata import entry_points  # 12 ms, which only names that are read need

    return cast("EntryPoints", entry_points())


class PluginWarning(UserWarning):
    """An entry of another package that was left out."""


class _Lazy:
    """A reference to an entry that is imported when it is first used."""

    def __init__(self, reference: str) -> None:
        self.module, _, self.attribute = reference.partition(":")

    def load(self) -> Any:
        """Import the module and return the entry."""
        return attrgetter(self.attribute)(importlib.import_module(self.module))


def lazy(reference: str) -> Any:
    """Return an entry for a registry that is imported when it is first used.

    Args:
        reference: ``"module:attribute"``, or an attribute of that in turn, after a dot.
    """
    return _Lazy(reference)


def canonical_name(name: object) -> str:
    """Return `name` as registries spell it: lower case, ``-`` for ``_``, stripped."""
    return _spelled(str(name))


@lru_cache(maxsize=1024)
def _spelled(name: str) -> str:
    return name.strip().lower().replace("_", "-")


class Registry(Mapping[str, T]):
    """A mapping from plain names to entries; a miss names the nearest entry.

    Args:
        what: the kind of entry, as error messages name it.
        entries: the canonical names and their entries, each the entry itself or `lazy`.
        aliases: further spellings, each mapped to a canonical name.
        argument: the argument that takes these names in Python; `what` by default.
        group: the group of entry points by which other packages add entries.
        check: raises a `HybridqError` for an entry of another package that breaks the contract.
        wrap: makes a registered entry of what another package or the module of a `lazy` entry
            declares; nothing by default.

    Names are compared without regard to case, and ``_`` is read as ``-``.
    """

    def __init__(
        self,
        what: str,
        entries: Mapping[str, T],
        aliases: Mapping[str, str] | None = None,
        *,
        argument: str | None = None,
        group: str | None = None,
        check: Callable[[str, Any], None] | None = None,
        wrap: Callable[[Any], T] | None = None,
    ) -> None:
        self.what = what
        self.argument = argument or what
        self.group = group
        self._entries: dict[str, Any] = dict(entries)
        self._aliases = dict(aliases or {})
        self._check, self._wrap = check, wrap
        self._plugins: dict[str, EntryPoint] | None = None
        self._left_out: dict[str, str] = {}

    def canonical(self, name: str) -> str:
        """Return the registered spelling of `name`.

        Raises:
            UnknownNameError: no entry has that name.
        """
        if name in self._entries:
            return name
        key = canonical_name(name)
        key = self._aliases.get(key, key)
        if key not in self._entries and not self._plugin(key):
            known = list(self)
            raise UnknownNameError(
                self.what, name, known, argument=self.argument, note=self._left_out.get(key)
            )
        return key

    def __getitem__(self, name: str) -> T:
        key = self.canonical(name)
        entry = self._entries[key]
        if isinstance(entry, _Lazy):
            entry = self._entries[key] = self._made(entry.load())
        found: T = entry
        return found

    def __contains__(self, name: object) -> bool:
        try:
            self.canonical(str(name))
        except UnknownNameError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        for name in list(self._others()):
            self._plugin(name)
        return iter(list(self._entries))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        return f"<Registry of {self.what}: {', '.join(self)}>"

    @property
    def left_out(self) -> Mapping[str, str]:
        """Reasons by name for the entries of other packages that could not be used."""
        list(self)
        return dict(self._left_out)

    def summary(self, name: str) -> str:
        """Return the summary of an entry: its `summary`, or its docstring's first line."""
        entry = self[name]
        own = getattr(entry, "summary", None)
        text = own if isinstance(own, str) else (inspect.getdoc(entry) or "")
        return text.strip().split("\n")[0]

    def _others(self) -> dict[str, EntryPoint]:
        """Return the entry points of other packages by name; found once."""
        if self._plugins is None:
            self._plugins = {}
            for point in _installed().select(group=self.group) if self.group else ():
                name = canonical_name(point.name)
                if name in self._entries or name in self._aliases:
                    self._leave_out(name, point, "the name is taken by hybridq")
                elif name in self._plugins:
                    other = self._plugins[name].value
                    self._leave_out(name, point, f"the name is taken by {other}")
                else:
                    self._plugins[name] = point
        return self._plugins

    def _plugin(self, name: str) -> bool:
        """Load the entry called `name` of another package; return whether there is one."""
        if name in self._entries:
            return True
        point = self._others().get(name)
        if point is None:
            return False
        try:
            entry = point.load()
            if self._check is not None:
                self._check(name, entry)
        except HybridqError as error:
            del self._others()[name]
            return self._leave_out(name, point, str(error))
        except Exception as error:  # imported code may raise anything
            del self._others()[name]
            return self._leave_out(name, point, f"{type(error).__name__}: {error}")
        self._entries[name] = self._made(entry)
        return True

    def _made(self, declared: Any) -> Any:
        """Return the registered entry of what a module declares."""
        return declared if self._wrap is None else self._wrap(declared)

    def _leave_out(self, name: str, point: EntryPoint, why: str) -> bool:
        package = point.dist.name if point.dist is not None else point.value
        line = " ".join(f"{self.what} {name!r} of the package {package} is left out: {why}".split())
        self._left_out.setdefault(name, line)
        warnings.warn(line, PluginWarning, stacklevel=2)
        return False


def check_class(
    name: str,
    entry: object,
    base: type,
    *,
    name_field: str,
    texts: tuple[str, ...] = (),
) -> None:
    """Raise unless `entry` is a concrete subclass of `base` that carries its own name.

    Args:
        name: of the entry point.
        entry: the object behind it.
        base: the class that entries derive from.
        name_field: the class attribute that holds the name.
        texts: further class attributes that must be texts.

    Raises:
        ParameterError: it is not; the message names the promise that is broken.
    """
    wanted = f"a subclass of {base.__module__}.{base.__qualname__}"
    if not (isinstance(entry, type) and issubclass(entry, base)):
        raise ParameterError(argument="entry point", value=entry, expected=wanted)
    for attribute in (name_field, *texts):
        if not isinstance(getattr(entry, attribute, None), str):
            raise ParameterError(f"{entry.__name__} has no {attribute}")
    if canonical_name(getattr(entry, name_field)) != name:
        raise ParameterError(
            f"{entry.__name__}.{name_field} is {getattr(entry, name_field)!r}, not {name!r}"
        )
    missing = sorted(getattr(entry, "__abstractmethods__", ()))
    if missing:
        raise ParameterError(f"{entry.__name__} does not implement {', '.join(missing)}")
