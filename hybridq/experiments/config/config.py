"""Config of an experiment: a YAML file, read, checked and planned as trials."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, PrivateAttr, ValidationError, field_validator

from hybridq.core.errors import ConfigError
from hybridq.experiments.arrays import ARRAYS
from hybridq.experiments.config import layers as config_layers
from hybridq.experiments.config.axes import read_axes, swept_names
from hybridq.experiments.config.choice import Group
from hybridq.experiments.config.choices import SECTIONS
from hybridq.experiments.config.errors import PATTERNS, Mistake, nearest, of_model, refuse
from hybridq.experiments.config.exclusion_rules import ExclusionRules
from hybridq.experiments.config.section_files import read_section
from hybridq.experiments.config.sweep import Sweep, plan
from hybridq.experiments.config.yaml_source import Document, Place, parse
from hybridq.experiments.goal import DIRECTIONS, Goal, goal_of
from hybridq.experiments.records import Plain
from hybridq.experiments.section import Section

__all__ = ["ExperimentConfig", "load_config", "parse_config", "plan"]

_CHECKED_AT_ONCE = 10_000  # combinations that are checked when there are mistakes already

_ArrayName = Literal[tuple(ARRAYS)]  # type: ignore[valid-type]


_NAME = r"^\w[\w .+-]{0,99}$"
PATTERNS[_NAME] = "1 to 100 letters, digits, blanks and . _ + -"


class OutputSection(Section):
    """Large arrays to keep of each trial, and their folder."""

    arrays: Annotated[list[_ArrayName], Field(min_length=1)]  # type: ignore[valid-type]
    """values (the objective at every evaluation), points (the parameters there), samples."""

    folder: Annotated[str, Field(min_length=1)] | None = None
    """Full path of the folder; by default next to the storage: runs.db.artifacts."""

    @field_validator("folder")
    @classmethod
    def _is_absolute(cls, folder: str | None) -> str | None:
        if folder is not None and not Path(folder).expanduser().is_absolute():
            raise ValueError(
                "output.folder must be a full path: a relative one differs between processes"
            )
        return folder


_OUTPUT = Group("output", OutputSection)


class ExperimentConfig(Section):
    """Settings of an experiment; `plan` returns its trials.

    The attributes `text` and `base` are not settings.
    """

    name: Annotated[str, Field(pattern=_NAME)]
    """Name of the experiment in the store: letters, digits, blanks and . _ + -"""

    description: str = ""
    """Free text."""

    repeats: Annotated[int, Field(ge=1)] = 1
    """Number of runs of every combination, each with its own seed."""

    seed: Annotated[int, Field(ge=0)] = 0
    """Source of all seeds: of instances, starts, optimizers and measurements."""

    metric: str | None = None
    """Metric of tables and the dashboard: ratio for problems over bits, else energy."""

    retries: Annotated[int, Field(ge=0, le=100)] = 1
    """Number of retries of a failed trial."""

    time_limit: Annotated[float, Field(gt=0)] | None = None
    """Seconds after which a trial is stopped and fails."""

    journal: bool = True
    """Journal a trial's search after two seconds, to resume it after a kill."""

    storage: Annotated[str, Field(min_length=1)] | None = None
    """Storage: sqlite:///hybridq.db, journal:///path/file.log, postgresql://..."""

    executor: Annotated[str, Field(min_length=1)] | None = None
    """Executor of the trials: processes, processes:4, dask://HOST:PORT, mpi or serial."""

    output: OutputSection | None = None
    """Large arrays to keep of each trial; by default none."""

    _document: Document = PrivateAttr()
    _base: Path = PrivateAttr()
    _text: str = PrivateAttr()

    @property
    def text(self) -> str:
        """Text of the config."""
        return self._text

    @property
    def base(self) -> Path:
        """Folder of relative paths."""
        return self._base

    @property
    def threads(self) -> int | None:
        """Threads of each process, None if the runner chooses."""
        engine = self._document.value.get("engine")
        return engine.get("threads") if isinstance(engine, dict) else None

    def plain(self) -> Plain:
        """Return the config as plain values, with includes and overrides.

        This is stored with the experiment, without the executor, which does not change results,
        and the storage, whose URL may contain a password.
        """
        sections = {
            name: value
            for name, value in self._document.value.items()
            if name not in type(self).model_fields
        }
        return {**self.model_dump(mode="json", exclude={"storage", "executor"}), **sections}

    def sweep(self) -> Sweep:
        """Return the axes and rules that make the trials."""
        return Sweep(self._document, self._base, self.seed, self.repeats)

    def goal(self) -> Goal:
        """Return the metric and its direction.

        Raises:
            ConfigError: the metric does not apply to the problems.
        """
        try:
            return goal_of(self.metric, self.sweep().problems())
        except ValueError as error:
            raise ConfigError(f"{self._document.place(('metric',))}: {error}") from None

    def contents(self) -> dict[str, tuple[str, bytes]]:
        """Return name and content of the instance files by SHA-256.

        Raises:
            ConfigError: a file cannot be read, or a problem has mistakes.
        """
        return self.sweep().contents()


def load_config(
    path: str | os.PathLike[str],
    overrides: Iterable[str] = (),
    *,
    override_label: str = config_layers.OVERRIDE_LABEL,
) -> ExperimentConfig:
    """Return the config in a YAML file.

    Args:
        path: path of the file.
        overrides: texts ``name=value`` that override the file, such as ``"ansatz.p=2"``.
        override_label: name of an override in messages, such as the option that sets it.

    Raises:
        ConfigError: the file cannot be read or has mistakes; lists all of them with their places.
    """
    document, text = config_layers.read(path)
    return _config(document, text, Path(path).parent, overrides, override_label)


def parse_config(
    text: str, source: str = "config", base: str | os.PathLike[str] = ".",
    overrides: Iterable[str] = (),
) -> ExperimentConfig:  # fmt: skip
    """Return the config in a YAML text; see `load_config`.

    Args:
        text: YAML, of which JSON is a subset.
        source: name of the text in messages.
        base: folder of relative paths.
        overrides: texts ``name=value`` that override the text.

    Raises:
        ConfigError: the text has mistakes; lists all of them with their places.
    """
    document = config_layers.with_includes(parse(text, source), Path(base))
    return _config(document, text, Path(base), overrides)


def _config(
    document: Document,
    text: str,
    base: Path,
    overrides: Iterable[str],
    override_label: str = config_layers.OVERRIDE_LABEL,
) -> ExperimentConfig:
    if document.value is None:
        raise ConfigError(f"{document.place(()).source}: the config is empty: write a name")
    if not isinstance(document.value, dict):
        raise ConfigError(f"{document.place(())}: a config must be a mapping, key: value")
    document = _normal(config_layers.with_overrides(document, overrides, override_label))
    settings = ExperimentConfig.model_fields
    value = document.value
    mistakes = [
        Mistake((key,), f"unknown key {key!r}{nearest(key, [*settings, *_OTHERS])}", True)
        for key in value
        if key not in settings and key not in _OTHERS
    ]
    own = {key: value[key] for key in settings if value.get(key) is not None}
    if "output" in own:
        own["output"], wrong = _OUTPUT.read(own["output"], ("output",))
        mistakes += wrong
    try:
        config = ExperimentConfig.model_validate(own)
    except ValidationError as error:
        config = None
        mistakes += of_model(error, own, (), ExperimentConfig, "config")
    if isinstance(value.get("metric"), str) and value["metric"] not in DIRECTIONS:
        hint = nearest(value["metric"], DIRECTIONS)
        mistakes.append(Mistake(("metric",), f"unknown metric {value['metric']!r}{hint}"))
    wrong = read_axes(value.get("sweep"))[1]
    wrong += ExclusionRules(value.get("exclude")).mistakes
    mistakes += wrong
    names = swept_names(value.get("sweep"))
    swept = {name.partition(".")[0] for name in names}
    for name in SECTIONS:
        if name not in swept or (name not in names and _is_no_section(value.get(name))):
            mistakes += read_section(name, value.get(name), base)[1]

    def place(mistake: Mistake) -> Place:
        return document.place(mistake.path, key=mistake.at_key)

    if mistakes:
        mistakes += _of_sweep(Sweep(document, base))
    refuse(mistakes, place)
    assert config is not None
    config._document, config._base, config._text = document, base, text
    return config


def _is_no_section(value: Any) -> bool:
    """True if a section's value is wrong for every value of the sweep."""
    return value is not None and not isinstance(value, dict)


_OTHERS = (*SECTIONS, "sweep", "exclude", "include")


def _normal(document: Document) -> Document:
    """Return the document with sections as mappings and registered kinds."""
    value = {
        name: SECTIONS[name].normal(raw) if name in SECTIONS else raw
        for name, raw in document.value.items()
    }
    return Document(value, document.values, document.keys)


def _of_sweep(sweep: Sweep) -> list[Mistake]:
    """Return mistakes in the values of a sweep that is not too large to check."""
    if sweep.combinations > _CHECKED_AT_ONCE:
        return []
    if sweep.is_wrong:
        return sweep.mistakes_of_sound_axes()
    return sweep.mistakes() if sweep.trials() <= _CHECKED_AT_ONCE else []
