"""Sections of a config: with a ``kind``, without kinds, and single values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from hybridq.core.registry import Registry
from hybridq.experiments.config.errors import Mistake, nearest, of_model, shown
from hybridq.experiments.config.yaml_source import KeyPath
from hybridq.experiments.records import Plain
from hybridq.experiments.section import Section


@dataclass(frozen=True)
class Choice:
    """A section of a config with a ``kind``.

    Attributes:
        name: the section's key.
        models: its models by kind.
        names: the registry of the kinds; some may be in `models` alone.
        default: the kind of an absent section; None if the section is required.
        implied: the kind of a section without one, by a key that it has.
    """

    name: str
    models: Mapping[str, type[Section]]
    names: Registry[Any]
    default: str | None = None
    implied: Mapping[str, str] = field(default_factory=dict)

    def normal(self, raw: Any) -> Any:
        """Return `raw` as a mapping with its kind in the registered spelling."""
        if isinstance(raw, str):
            raw = {"kind": raw}
        if isinstance(raw, dict) and isinstance(raw.get("kind"), str):
            return {**raw, "kind": self.canonical(raw["kind"])}
        return raw

    def canonical(self, kind: str) -> str:
        """Return the registered spelling of a kind, an unknown one unchanged."""
        spelled = kind.strip().lower().replace("_", "-")
        if spelled in self.models:
            return spelled
        return self.names.canonical(kind) if kind in self.names else kind

    def key_names(self) -> list[str]:
        """Return the keys of all kinds."""
        return list(
            dict.fromkeys(key for model in self.models.values() for key in model.key_names())
        )

    def read(self, raw: Any, path: KeyPath) -> tuple[Section | None, list[Mistake]]:
        """Return the section of `raw`, or its mistakes.

        Args:
            raw: a result of `normal`.
            path: its location.
        """
        if raw is None and self.default is not None:
            raw = {"kind": self.default}
        if not isinstance(raw, dict):
            several = f"sweep several, as {self.name}: [...]" if isinstance(raw, list) else ""
            return None, [Mistake.of_value(path, self.name, raw, "a mapping with a kind", several)]
        implied = (kind for key, kind in self.implied.items() if key in raw)
        kind = raw.get("kind", next(implied, self.default))
        if kind is None:
            return None, [Mistake(path, f"{self.name} needs the key 'kind': {self._listed()}")]
        if not isinstance(kind, str):
            whole = f"sweep whole sections as {self.name}: [{{kind: ...}}, ...]"
            name = f"{self.name}.kind"
            return None, [Mistake.of_value((*path, "kind"), name, kind, "a name", whole)]
        if kind not in self.models:
            hint = nearest(str(kind), self.models)
            return None, [
                Mistake((*path, "kind"), f"unknown {self.names.what} {shown(kind)}{hint}")
            ]
        return self._of_kind(kind, raw, path)

    def _of_kind(
        self, kind: str, raw: Plain, path: KeyPath
    ) -> tuple[Section | None, list[Mistake]]:
        """Validate a section of a known kind."""
        model = self.models[kind]
        try:
            return model.model_validate({**raw, "kind": kind}), []
        except ValidationError as error:
            found = of_model(error, raw, path, model, f"{self.name} {kind!r}")
        own = len(path) + 1  # keys of sections within have other owners
        return None, [
            self._of_other_kind(each, kind) if len(each.path) == own else each for each in found
        ]

    def _of_other_kind(self, mistake: Mistake, kind: str) -> Mistake:
        """Explain an unknown key that belongs to other kinds."""
        key = mistake.path[-1] if mistake.path else None
        if not mistake.at_key or not isinstance(key, str):
            return mistake
        owners = [name for name, model in self.models.items() if key in model.model_fields]
        if not owners:
            return mistake
        own = ", ".join(name for name in self.models[kind].model_fields if name != "kind")
        remedy = f"{kind!r} takes {own}" if own else f"choose another kind, such as {owners[0]}"
        owned = f"{key!r}, which belongs to {_some(owners)}"
        text = f"{self.name} {kind!r} has no option {owned}: {remedy}"
        return Mistake(mistake.path, text, True)

    def _listed(self) -> str:
        return f"choose from {', '.join(self.models)}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


@dataclass(frozen=True)
class Group:
    """A section of a config without ``kind``."""

    name: str
    model: type[Section]

    def normal(self, raw: Any) -> Any:
        """Return `raw` unchanged."""
        return raw

    def key_names(self) -> list[str]:
        """The keys."""
        return self.model.key_names()

    def read(self, raw: Any, path: KeyPath) -> tuple[Section | None, list[Mistake]]:
        """Return the section of `raw`, or its mistakes; see `Choice.read`."""
        raw = {} if raw is None else raw
        if not isinstance(raw, dict):
            return None, [Mistake.of_value(path, self.name, raw, "a mapping")]
        try:
            return self.model.model_validate(raw), []
        except ValidationError as error:
            return None, of_model(error, raw, path, self.model, f"the section {self.name!r}")


@dataclass(frozen=True)
class Single:
    """A key of a config with a plain value."""

    name: str
    model: type[Section]

    def normal(self, raw: Any) -> Any:
        """Return `raw` unchanged."""
        return raw

    def key_names(self) -> list[str]:
        """Return an empty list."""
        return []

    def read(self, raw: Any, path: KeyPath) -> tuple[Section | None, list[Mistake]]:
        """Return a section with the value, or its mistakes; see `Choice.read`."""
        whole = {} if raw is None else {self.name: raw}
        try:
            return self.model.model_validate(whole), []
        except ValidationError as error:
            return None, of_model(error, whole, path[:-1], self.model, "config")
