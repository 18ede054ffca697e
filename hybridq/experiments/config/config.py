"""The config of an experiment: a YAML file, read, checked, and planned as trials."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PrivateAttr, ValidationError

from hybridq.core.errors import ConfigError
from hybridq.experiments.config import layers as config_layers
from hybridq.experiments.config.axes import read_axes, swept_names
from hybridq.experiments.config.choices import SECTIONS
from hybridq.experiments.config.errors import Mistake, nearest, of_model, refuse
from hybridq.experiments.config.output import OUTPUT, OutputSection
from hybridq.experiments.config.rules import Rules
from hybridq.experiments.config.sweep import Sweep, plan
from hybridq.experiments.config.yaml_source import Document, Place, parse
from hybridq.experiments.goal import DIRECTIONS, Goal, goal_of
from hybridq.experiments.records import Plain
from hybridq.experiments.section import Section

__all__ = ["ExperimentConfig", "load_config", "parse_config", "plan"]

_CHECKED_AT_ONCE = 10_000  # combinations that are looked at when there are mistakes already


class ExperimentConfig(Section):
    """What an experiment is: its settings as attributes, its trials by `plan`.

    Attributes that are not settings: `text`, `base`.
    """

    name: Annotated[str, Field(pattern=r"^\w[\w .+-]{0,99}$")]
    """What the experiment is called in the store: letters, digits, blanks and . _ + -"""

    description: str = ""
    """Free text."""

    repeats: Annotated[int, Field(ge=1)] = 1
    """How often every combination is run, each time with a seed of its own."""

    seed: Annotated[int, Field(ge=0)] = 0
    """All seeds follow from it: of instances, starts, optimizers and measurements."""

    metric: str | None = None
    """What tables and the dashboard look at: ratio for problems over bits, else energy."""

    retries: Annotated[int, Field(ge=0, le=100)] = 1
    """How often a trial that failed is tried again."""

    time_limit: Annotated[float, Field(gt=0)] | None = None
    """Seconds after which a trial is stopped, as failed."""

    journal: bool = True
    """Journal a trial's search once it has lasted two seconds, to go on after a kill."""

    storage: Annotated[str, Field(min_length=1)] | None = None
    """Where results go: sqlite:///hybridq.db, journal:///path/file.log, postgresql://..."""

    output: OutputSection | None = None
    """Large arrays to keep of each trial; by default none."""

    _document: Document = PrivateAttr()
    _base: Path = PrivateAttr()
    _text: str = PrivateAttr()

    @property
    def text(self) -> str:
        """The config as it was written."""
        return self._text

    @property
    def base(self) -> Path:
        """The folder that its paths are relative to."""
        return self._base

    @property
    def threads(self) -> int | None:
        """Threads of each process, None for what the runner chooses."""
        engine = self._document.value.get("engine")
        return engine.get("threads") if isinstance(engine, dict) else None

    def plain(self) -> Plain:
        """The config as plain values, files it includes and ``--set`` worked in.

        This is what is stored, so the storage is not in it: its URL may hold a password.
        """
        sections = {
            name: value
            for name, value in self._document.value.items()
            if name not in type(self).model_fields
        }
        return {**self.model_dump(mode="json", exclude={"storage"}), **sections}

    def sweep(self) -> Sweep:
        """The axes and rules of the config, which make its trials."""
        return Sweep(self._document, self._base, self.seed, self.repeats)

    def goal(self) -> Goal:
        """What is compared, and whether larger is better.

        Raises:
            ConfigError: the metric does not apply to the problems.
        """
        try:
            return goal_of(self.metric, self.sweep().problems())
        except ValueError as error:
            raise ConfigError(f"{self._document.place(('metric',))}: {error}") from None

    def contents(self) -> dict[str, tuple[str, bytes]]:
        """The instance files of all trials: name and bytes by SHA-256.

        Raises:
            ConfigError: a file cannot be read, or a problem makes no sense.
        """
        return self.sweep().contents()


def load_config(path: str | os.PathLike[str], overrides: Iterable[str] = ()) -> ExperimentConfig:
    """The config in a YAML file.

    Args:
        path: of the file.
        overrides: texts ``name=value`` that win over the file, such as ``"ansatz.p=2"``.

    Raises:
        ConfigError: it cannot be read or makes no sense; every mistake with its place.
    """
    document, text = config_layers.read(path)
    return _config(document, text, Path(path).parent, overrides)


def parse_config(
    text: str, source: str = "config", base: str | os.PathLike[str] = ".",
    overrides: Iterable[str] = (),
) -> ExperimentConfig:  # fmt: skip
    """The config in a YAML text; see `load_config`.

    Args:
        text: YAML, of which JSON is a part.
        source: what messages call it.
        base: the folder that paths are relative to.
        overrides: texts ``name=value`` that win over the text.

    Raises:
        ConfigError: it makes no sense; every mistake with its place.
    """
    document = config_layers.with_includes(parse(text, source), Path(base))
    return _config(document, text, Path(base), overrides)


def _config(
    document: Document, text: str, base: Path, overrides: Iterable[str]
) -> ExperimentConfig:
    if document.value is None:
        raise ConfigError(f"{document.place(()).source}: the config is empty: it needs a name")
    if not isinstance(document.value, dict):
        raise ConfigError(f"{document.place(())}: a config is a mapping, key: value, and no list")
    document = _normal(config_layers.with_overrides(document, overrides))
    settings = ExperimentConfig.model_fields
    value = document.value
    mistakes = [
        Mistake((key,), f"unknown key {key!r}{nearest(key, [*settings, *_OTHERS])}", True)
        for key in value
        if key not in settings and key not in _OTHERS
    ]
    own = {key: value[key] for key in settings if value.get(key) is not None}
    if "output" in own:
        own["output"], wrong = OUTPUT.read(own["output"], ("output",))
        mistakes += wrong
    try:
        config = ExperimentConfig.model_validate(own)
    except ValidationError as error:
        config = None
        mistakes += [
            _of_name(each) for each in of_model(error, own, (), ExperimentConfig, "config")
        ]
    if isinstance(value.get("metric"), str) and value["metric"] not in DIRECTIONS:
        hint = nearest(value["metric"], DIRECTIONS)
        mistakes.append(Mistake(("metric",), f"unknown metric {value['metric']!r}{hint}"))
    wrong = read_axes(value.get("sweep"))[1]
    wrong += Rules(value.get("exclude")).mistakes
    mistakes += wrong
    names = swept_names(value.get("sweep"))
    swept = {name.partition(".")[0] for name in names}
    for name, section in SECTIONS.items():
        if name not in swept or (name not in names and _is_no_section(value.get(name))):
            mistakes += section.read(value.get(name), (name,))[1]

    def place(mistake: Mistake) -> Place:
        return document.place(mistake.path, key=mistake.at_key)

    if mistakes:
        mistakes += _of_sweep(Sweep(document, base))
    refuse(mistakes, place)
    assert config is not None
    config._document, config._base, config._text = document, base, text
    return config


def _is_no_section(value: Any) -> bool:
    """Whether what stands in a section's place is wrong, whatever the sweep puts into it."""
    return value is not None and not isinstance(value, dict)


_OTHERS = (*SECTIONS, "sweep", "exclude", "include")


def _of_name(mistake: Mistake) -> Mistake:
    """A clearer word on names, which the pattern alone would tell."""
    if mistake.path == ("name",):
        text = f"{mistake.text.split(': give')[0]}: give letters, digits, blanks and . _ + -"
        return Mistake(mistake.path, f"{text}, at most 100")
    return mistake


def _normal(document: Document) -> Document:
    """Sections in the form that all else is made for: mappings, kinds spelled as registered."""
    value = {
        name: SECTIONS[name].normal(raw) if name in SECTIONS else raw
        for name, raw in document.value.items()
    }
    return Document(value, document.values, document.keys)


def _of_sweep(sweep: Sweep) -> list[Mistake]:
    """Mistakes in the values of a sweep, where there are not too many to look at."""
    if sweep.combinations > _CHECKED_AT_ONCE:
        return []
    if sweep.is_wrong:
        return sweep.mistakes_beside()
    return sweep.mistakes() if sweep.trials() <= _CHECKED_AT_ONCE else []
