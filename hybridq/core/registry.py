"""Named choices: one registry for each kind, shared by the command line, Python and YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar

from hybridq.core.errors import UnknownNameError

T = TypeVar("T")


class Registry(Mapping[str, T]):
    """A mapping from plain names to entries; a miss names the nearest entry.

    Args:
        what: the kind of thing that is registered, as an error message should call it.
        entries: the canonical names and what they stand for.
        aliases: further spellings, each mapped to a canonical name.

    Names are compared without regard to case, and ``_`` is read as ``-``.
    """

    def __init__(
        self, what: str, entries: Mapping[str, T], aliases: Mapping[str, str] | None = None
    ) -> None:
        self.what = what
        self._entries = dict(entries)
        self._aliases = dict(aliases or {})

    def canonical(self, name: str) -> str:
        """The registered spelling of `name`.

        Raises:
            UnknownNameError: nothing of that name is registered.
        """
        key = str(name).strip().lower().replace("_", "-")
        key = self._aliases.get(key, key)
        if key not in self._entries:
            raise UnknownNameError(self.what, name, self._entries)
        return key

    def __getitem__(self, name: str) -> T:
        return self._entries[self.canonical(name)]

    def __contains__(self, name: object) -> bool:
        try:
            self.canonical(str(name))
        except UnknownNameError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
