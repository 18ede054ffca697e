"""Names of models, versions and aliases: `model:NAME@champion`, `model:NAME@3`."""

from __future__ import annotations

import re
from dataclasses import dataclass

from hybridq.core.errors import ParameterError

PREFIX = "model:"
"""Start of a reference to a model, among the names of initial points."""

CHAMPION = "champion"
"""Alias of a reference without one."""

LATEST = "latest"
"""Alias of the last version, which cannot be moved."""

PATTERN = r"^model:[a-z0-9][a-z0-9-]{0,63}(@([a-z][a-z0-9-]{0,63}|[1-9][0-9]{0,8}))?$"
"""Regular expression of a reference."""

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_ALIAS = re.compile(r"[a-z][a-z0-9-]{0,63}")
_VERSION = re.compile(r"[1-9][0-9]{0,8}")


@dataclass(frozen=True)
class Reference:
    """A version of a model, by number or by alias.

    Args:
        name: of the model.
        version: its number; None for that of the alias.
        alias: the alias, where the number is None.
    """

    name: str
    version: int | None = None
    alias: str = CHAMPION

    def __str__(self) -> str:
        return f"{self.name}@{self.alias if self.version is None else self.version}"

    @classmethod
    def parse(cls, text: str) -> Reference:
        """Return the reference in ``NAME``, ``NAME@ALIAS`` or ``NAME@3``.

        Raises:
            ParameterError: it has another form.
        """
        name, sign, which = text.removeprefix(PREFIX).partition("@")
        checked_model(name)
        if not sign:
            return cls(name)
        if _VERSION.fullmatch(which):
            return cls(name, int(which))
        return cls(name, alias=checked_alias(which))


def is_reference(initial: object) -> bool:
    """Return whether an initial point names a model."""
    return isinstance(initial, str) and initial.startswith(PREFIX)


def checked_model(name: str) -> str:
    """Return the name of a model.

    Raises:
        ParameterError: it has another form.
    """
    if not _NAME.fullmatch(name):
        raise ParameterError(
            argument="model",
            value=name,
            expected="1 to 64 lower-case letters, digits and hyphens, with @ALIAS or @VERSION",
        )
    return name


def checked_alias(alias: str) -> str:
    """Return an alias.

    Raises:
        ParameterError: it has another form.
    """
    if not _ALIAS.fullmatch(alias):
        raise ParameterError(
            argument="alias",
            value=alias,
            expected="1 to 64 lower-case letters, digits and hyphens, beginning with a letter",
        )
    return alias
