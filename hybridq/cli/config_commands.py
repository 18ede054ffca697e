"""Commands `hybridq config check` and `schema`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from hybridq.cli import experiment_options as options
from hybridq.cli.errors import OK
from hybridq.cli.spelling import Command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from hybridq.experiments.config.axes import Axis
    from hybridq.experiments.config.config import ExperimentConfig
    from hybridq.experiments.records import Planned

_SHOWN = 3  # trials

config = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")


@config.callback()
def config_group() -> None:
    """Check the config of an experiment, or print its JSON Schema for editors.

    Examples:

      [bold]hybridq config check sweep.yaml[/bold]
      [bold]hybridq config schema --out hybridq.schema.json[/bold]
    """


@config.command("check", cls=Command)
def check(
    file: Annotated[str, typer.Argument(metavar="CONFIG", help="The experiment, a YAML file.")],
    set_: options.Set = None,
    storage: options.Storage = None,
    yes: Annotated[bool, typer.Option("--yes", help="Allow any number of trials.")] = False,
    debug: options.Debug = False,
) -> int:
    """Check a config and show its trials; nothing is stored.

    Every mistake is reported with file, line and column, including missing
    packages and circuits that no engine can run. Instance files are read;
    nothing is simulated.

    Examples:

      [bold]hybridq config check configs/maxcut_depth_sweep.yaml[/bold]
      [bold]hybridq config check sweep.yaml --set repeats=10 --set ansatz.p=2[/bold]
    """
    from hybridq.experiments.config.config import load_config
    from hybridq.experiments.running.runner import check_output
    from hybridq.experiments.store.storage import choose_storage

    loaded = load_config(file, set_ or [], override_label=options.OVERRIDE)
    planned = options.planned_trials(loaded, without_limit=yes)
    url = choose_storage(storage, loaded.storage)
    check_output(loaded, url)
    _show(loaded, planned, url)
    return OK


@config.command("schema", cls=Command)
def schema(
    out: Annotated[
        str | None,
        typer.Option("--out", metavar="FILE", show_default=False, help="Write it to this file."),
    ] = None,
    debug: options.Debug = False,
) -> int:
    """Print the JSON Schema of configs, or write it to a file.

    An editor with a YAML language server, such as VS Code with the YAML
    extension, completes and checks a config whose first line is

      # yaml-language-server: $schema=hybridq.schema.json

    Example: [bold]hybridq config schema --out hybridq.schema.json[/bold]
    """
    import json

    from hybridq.cli import page
    from hybridq.core.files import check_writable, write_text
    from hybridq.experiments.config.schema import json_schema

    if out is not None:
        check_writable(out)
    text = json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"
    if out is None:
        page.write_plain(text)
        return OK
    write_text(out, text)
    page.say(f"Schema written to {out}. First line of a config in the same folder:")
    page.say(f"# yaml-language-server: $schema={out}")
    return OK


def _show(loaded: ExperimentConfig, planned: Sequence[Planned], url: str) -> None:
    from rich.text import Text

    from hybridq.cli import page
    from hybridq.cli.words import plural
    from hybridq.storage.database import without_password

    goal = loaded.goal()
    sweep = loaded.sweep()
    whole = sweep.trials()
    fewer = f" of {whole:,}: the others are excluded, or equal" * (whole > len(planned))
    rows = [
        ("Trials", f"{len(planned):,}{fewer}"),
        *(("Sweep" if index == 0 else "", _axis(axis)) for index, axis in enumerate(sweep.axes)),
        ("Repeats", f"{loaded.repeats:,}, seed {loaded.seed}"),
        ("Metric", f"{goal.metric}, to {goal.direction}"),
        ("Results to", without_password(url)),
    ]
    trials = [
        (f"Trial {index}", _trial(trial.swept) or "the only one")
        for index, trial in enumerate(planned[:_SHOWN])
    ]
    heading = f"{loaded.name}: {plural(len(planned), 'trial')}, no mistakes found"
    page.show_parts(
        [
            *page.heading(heading, good=True),
            Text(""),
            page.facts(rows),
            Text(""),
            page.facts(trials),
        ]
    )


def _axis(axis: Axis) -> str:
    """Return the names and values of an axis, long lists shortened."""
    return "; ".join(
        f"{name}: {_values([column[row] for row in _some(len(column))], len(column))}"
        for name, column in zip(axis.names, axis.columns, strict=True)
    )


def _some(length: int) -> list[int]:
    return list(range(length)) if length <= 8 else [*range(4), length - 1]


def _values(values: list[object], length: int) -> str:
    texts = [_value_text(value) for value in values]
    if len(texts) < length:
        texts.insert(-1, "...")
    return ", ".join(texts) + (f" ({length:,} values)" if len(values) < length else "")


def _value_text(value: object) -> str:
    if isinstance(value, dict):
        kind = value.get("kind")
        others = {key: each for key, each in value.items() if key != "kind"}
        return f"{kind} ({_trial(others)})" if kind and others else str(kind or _trial(others))
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "none"}[value]
    if isinstance(value, list):
        return f"[{', '.join(map(_value_text, value))}]"
    return str(value)


def _trial(swept: dict[str, object]) -> str:
    return ", ".join(f"{name} {_value_text(value)}" for name, value in swept.items())
