"""Sections of a config as they are read: told apart by ``kind``, without kinds, single values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from hybridq.core.registry import Registry
from hybridq.experiments.config.errors import Mistake, nearest, of_model, shown
from hybridq.experiments.config.yaml_source import Path
from hybridq.experiments.records import Plain
from hybridq.experiments.section import Section


@dataclass(frozen=True)
class Choice:
    """A section of a config that is told apart by its ``kind``.

    Attributes:
        name: the section's key.
        models: its models by kind.
        names: where the kinds are registered; some may be in `models` alone.
        default: the kind of a section that is left out; None where it must be there.
        implied: the kind of a section without one that has this key.
    """

    name: str
    models: Mapping[str, type[Section]]
    names: Registry[Any]
    default: str | None = None
    implied: Mapping[str, str] = field(default_factory=dict)

    def normal(self, raw: Any) -> Any:
        """`raw` with its kind in the registered spelling; a bare text is a kind."""
        if isinstance(raw, str):
            raw = {"kind": raw}
        if isinstance(raw, dict) and isinstance(raw.get("kind"), str):
            return {**raw, "kind": self.canonical(raw["kind"])}
        return raw

    def canonical(self, kind: str) -> str:
        """The registered spelling of a kind; an unknown one is left alone."""
        spelled = kind.strip().lower().replace("_", "-")
        if spelled in self.models:
            return spelled
        return self.names.canonical(kind) if kind in self.names else kind

    def key_names(self) -> list[str]:
        """The keys of all kinds."""
        return list(
            dict.fromkeys(key for model in self.models.values() for key in model.key_names())
        )

    def read(self, raw: Any, path: Path) -> tuple[Section | None, list[Mistake]]:
        """The section that `raw` says, or what is wrong with it.

        Args:
            raw: as `normal` gives it.
            path: where it stands.
        """
        if raw is None and self.default is not None:
            raw = {"kind": self.default}
        if not isinstance(raw, dict):
            text = f"{self.name}: {shown(raw)}: give a mapping with a kind"
            if isinstance(raw, list):
                text += f"; several go under sweep, as {self.name}: [...]"
            return None, [Mistake(path, text)]
        implied = (kind for key, kind in self.implied.items() if key in raw)
        kind = raw.get("kind", next(implied, self.default))
        if kind is None:
            return None, [Mistake(path, f"{self.name} needs the key 'kind': {self._listed()}")]
        if not isinstance(kind, str):
            text = f"{self.name}: {shown(kind)} is no kind: give a name; whole sections are swept "
            return None, [Mistake((*path, "kind"), f"{text}as {self.name}: [{{kind: ...}}, ...]")]
        if kind not in self.models:
            hint = nearest(str(kind), self.models)
            return None, [
                Mistake((*path, "kind"), f"unknown {self.names.what} {shown(kind)}{hint}")
            ]
        return self._of_kind(kind, raw, path)

    def _of_kind(self, kind: str, raw: Plain, path: Path) -> tuple[Section | None, list[Mistake]]:
        model = self.models[kind]
        try:
            return model.model_validate({**raw, "kind": kind}), []
        except ValidationError as error:
            found = of_model(error, raw, path, model, f"{self.name} {kind!r}")
        return None, [self._of_other_kind(each, kind) for each in found]

    def _of_other_kind(self, mistake: Mistake, kind: str) -> Mistake:
        """Tells of an unknown key that it belongs to other kinds."""
        key = mistake.path[-1] if mistake.path else None
        if not mistake.at_key or not isinstance(key, str):
            return mistake
        owners = [name for name, model in self.models.items() if key in model.model_fields]
        if not owners:
            return mistake
        own = ", ".join(name for name in self.models[kind].model_fields if name != "kind")
        remedy = f"{kind!r} takes {own}" if own else f"give another kind, such as {owners[0]}"
        owned = f"{key!r}, which belongs to {_some(owners)}"
        text = f"{self.name} {kind!r} has no option {owned}: {remedy}"
        return Mistake(mistake.path, text, True)

    def _listed(self) -> str:
        return f"choose from {', '.join(self.models)}"


def _some(names: list[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


@dataclass(frozen=True)
class Group:
    """A section of a config that has no ``kind``."""

    name: str
    model: type[Section]

    def normal(self, raw: Any) -> Any:
        """`raw` itself."""
        return raw

    def key_names(self) -> list[str]:
        """The keys."""
        return self.model.key_names()

    def read(self, raw: Any, path: Path) -> tuple[Section | None, list[Mistake]]:
        """The section that `raw` says, or what is wrong with it; see `Choice.read`."""
        raw = {} if raw is None else raw
        if not isinstance(raw, dict):
            return None, [Mistake(path, f"{self.name}: {shown(raw)}: give a mapping")]
        try:
            return self.model.model_validate(raw), []
        except ValidationError as error:
            return None, of_model(error, raw, path, self.model, f"the section {self.name!r}")


@dataclass(frozen=True)
class Single:
    """A key of a config that is no section."""

    name: str
    model: type[Section]

    def normal(self, raw: Any) -> Any:
        """`raw` itself."""
        return raw

    def key_names(self) -> list[str]:
        """None."""
        return []

    def read(self, raw: Any, path: Path) -> tuple[Section | None, list[Mistake]]:
        """A section with the value, or what is wrong with it; see `Choice.read`."""
        whole = {} if raw is None else {self.name: raw}
        try:
            return self.model.model_validate(whole), []
        except ValidationError as error:
            return None, of_model(error, whole, path[:-1], self.model, "config")
