"""Commands `hybridq models`: list, show, register, promote, roll back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybridq.cli import models_work, page
from hybridq.cli import shared_options as shared
from hybridq.cli.errors import OK
from hybridq.cli.models_work import Alias, Name, Store, opened
from hybridq.cli.options import whole_number
from hybridq.cli.remote_jobs import Server
from hybridq.cli.spelling import Command
from hybridq.core.errors import ParameterError
from hybridq.core.text import one_line

if TYPE_CHECKING:
    from rich.console import RenderableType

models = typer.Typer(no_args_is_help=True, rich_markup_mode="rich")

Version = Annotated[
    str, typer.Argument(metavar="NAME@VERSION", help="Version of a model, such as reg3@2.")
]
Reason = Annotated[
    str, typer.Option("--reason", metavar="TEXT", help="Reason, kept in the history.")
]
IfVersion = Annotated[
    int | None,
    typer.Option(
        "--if-version",
        metavar="N",
        parser=whole_number(1),
        show_default=False,
        help="Refuse unless the alias names this version now.",
    ),
]

OVERRULED_ALARM = 0.2
"""Share of searches that `auto` began better, above which a version deserves a look."""


@models.callback()
def models_group() -> None:
    """Keep versions of trained angles, promote better ones, roll back.

    Without --server or HYBRIDQ_SERVER models are kept in hybridq-models.db, or
    where --store or HYBRIDQ_MODELS says.

    Examples:

      [bold]hybridq models learn reg3 small-*.json --p 3[/bold]
      [bold]hybridq models evaluate reg3@1 held-out-*.json[/bold]
      [bold]hybridq models promote reg3@1[/bold]
      [bold]hybridq solve maxcut large.json --initial model:reg3@champion[/bold]
    """


@models.command("list", cls=Command)
def list_(store: Store = None, server: Server = None, debug: shared.Debug = False) -> int:
    """List all models with their aliases.

    Example: [bold]hybridq models list[/bold]
    """
    from hybridq.cli.words import plural

    with opened(store, server) as registry:
        found = registry.models()
    for each in found:
        aliases = "".join(f", {one['alias']} = {one['version']}" for one in each["aliases"])
        page.say(f"{each['name']}: {plural(each['versions'], 'version')}{aliases}")
    if not found:
        page.say("no models")
    return OK


@models.command(cls=Command)
def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Model, or a version such as reg3@2.")
    ],
    store: Store = None,
    server: Server = None,
    json: shared.Json = None,
    debug: shared.Debug = False,
) -> int:
    """Show a model with versions and history, or the angles of one version.

    Example: [bold]hybridq models show reg3@champion[/bold]
    """
    from hybridq.angles.references import Reference
    from hybridq.core.plain import json_text

    with opened(store, server) as registry:
        whole = "@" not in name
        found = registry.model(name) if whole else registry.version(Reference.parse(name))
    if json is not None:
        text = json_text(found, None if json == "-" else json)
        if json == "-":
            page.write_plain(text)
        return OK
    page.show_parts(_model_parts(found) if whole else _version_parts(found))
    return OK


@models.command(cls=Command)
def register(
    name: Name,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="File that 'hybridq angles learn' wrote.")
    ],
    family: Annotated[
        str | None,
        typer.Option(
            "--family",
            metavar="KIND",
            show_default=False,
            help="Family of the training instances, where FILE does not name it.",
        ),
    ] = None,
    sign: Annotated[
        str | None,
        typer.Option(
            "--sign",
            metavar="SIGN",
            show_default=False,
            help="Sign of their weights: positive, negative, mixed or none.",
        ),
    ] = None,
    store: Store = None,
    server: Server = None,
    debug: shared.Debug = False,
) -> int:
    """Register learned angles as a new version of a model.

    Example: [bold]hybridq models register reg3 mine.json[/bold]
    """
    from hybridq.angles.content import content_of
    from hybridq.ansatz.learned_angles import LearnedAngles

    content = content_of(LearnedAngles.load(file), family=family, sign=sign)
    with opened(store, server, must_exist=False) as registry:
        number, is_new = registry.register(name, content)
    return models_work.say_registered(name, number, is_new)


@models.command(cls=Command)
def promote(
    version: Version,
    alias: Alias = "champion",
    if_version: IfVersion = None,
    canary: Annotated[
        float | None,
        typer.Option(
            "--canary",
            metavar="SHARE",
            show_default=False,
            help="Of a service: share of the jobs that get the version, while a test compares it.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Promote without an evaluation; needs --reason.")
    ] = False,
    reason: Reason = "",
    store: Store = None,
    server: Server = None,
    debug: shared.Debug = False,
) -> int:
    """Move an alias to a version whose evaluation passed the gate.

    The evaluation has to compare it with the version that the alias names now.

    Example: [bold]hybridq models promote reg3@2[/bold]
    """
    from hybridq.angles.aliases import ANY, Promotion

    if canary is not None and (store is not None or not server):
        raise ParameterError(
            argument="canary",
            value=canary,
            expected="given with a job service, whose jobs are compared",
            remedy="leave it out, or name a service",
        )
    name, number = models_work.exact(version)
    asked = Promotion(
        number,
        alias,
        if_version=ANY if if_version is None else if_version,
        force=force,
        reason=reason,
        share=canary,
    )
    with opened(store, server) as registry:
        registry.promote(name, asked)
    page.say(f"{name}@{alias} is version {number}")
    return OK


@models.command(cls=Command)
def rollback(
    name: Name,
    to: Annotated[
        int | None,
        typer.Option(
            "--to",
            metavar="N",
            parser=whole_number(1),
            show_default=False,
            help="Version that the alias named before (default: the last one).",
        ),
    ] = None,
    alias: Alias = "champion",
    if_version: IfVersion = None,
    reason: Reason = "",
    store: Store = None,
    server: Server = None,
    debug: shared.Debug = False,
) -> int:
    """Move an alias back to the version that it named before.

    Example: [bold]hybridq models rollback reg3[/bold]
    """
    from hybridq.angles.aliases import ANY

    with opened(store, server) as registry:
        found = registry.roll_back(
            name,
            alias=alias,
            to=to,
            if_version=ANY if if_version is None else if_version,
            reason=reason,
        )
    number = next(each["version"] for each in found["aliases"] if each["alias"] == alias)
    page.say(f"{name}@{alias} is version {number}")
    return OK


models.command(cls=Command)(models_work.learn)
models.command(cls=Command)(models_work.evaluate)
models.command("export", cls=Command)(models_work.export)
models.command("import", cls=Command)(models_work.import_)


def _model_parts(found: dict[str, Any]) -> list[RenderableType]:
    """Return versions, aliases and history of a model."""
    from rich.table import Table
    from rich.text import Text

    from hybridq.cli.page import facts, heading
    from hybridq.cli.words import percent, plural

    rows = []
    for each in found["aliases"]:
        text = f"version {each['version']}"
        if canary := each["canary"]:
            text += (
                f", a canary with {percent(canary['share'])} of the jobs against version "
                f"{canary['control']}: {plural(canary['looks'], 'comparison')}, "
                f"wealth {canary['wealth']:.2g} of 20"
            )
        rows.append((each["alias"], text))
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    for title in ("", "aliases", "p", "learned on", "auto better", "created (UTC)"):
        table.add_column(title, header_style="bold")
    notes = []
    for each in found["versions"]:
        compared, overruled = each["compared"], each["overruled"]
        table.add_row(
            f"{each['version']}",
            ", ".join(each["aliases"]),
            f"{each['p']}",
            one_line(f"{plural(each['instances'], 'instance')} of {', '.join(each['families'])}"),
            f"{overruled} of {compared}" if compared else "",
            each["created"][:16].replace("T", " "),
        )
        if compared and overruled > OVERRULED_ALARM * compared:
            share = percent(overruled / compared)
            notes.append(
                f"Version {each['version']}: auto began better in {share} of "
                f"{compared} searches; learn again?"
            )
    moves = [
        f"{move['time'][:16].replace('T', ' ')} {move['alias']} {move['from'] or '-'} -> "
        f"{move['to']}, {move['kind']} by {move['actor']}"
        + (f": {move['reason']}" if move["reason"] else "")
        for move in found["history"][:20]
    ]
    title = f"Model '{one_line(found['name'])}': {plural(len(found['versions']), 'version')}."
    parts = [*heading(title, good=False, notes=notes), Text(""), facts(rows), Text(""), table]
    if moves:
        parts += [Text(""), *(Text(one_line(move)) for move in moves)]
    return [*parts, Text("")]


def _version_parts(found: dict[str, Any]) -> list[RenderableType]:
    """Return angles, signature and evaluations of a version."""
    from hybridq.ansatz.learned_angles import LearnedAngles
    from hybridq.cli.angles_show import learned_parts
    from hybridq.cli.page import facts
    from hybridq.cli.words import plural

    low, high = found["degrees"]
    rows = [
        ("Version", f"{found['name']}@{found['version']}"),
        ("Digest", found["digest"]),
        ("Families", ", ".join(found["families"])),
        ("Weights", ", ".join(found["signs"])),
        ("Degrees", f"{low:g} to {high:g}"),
    ]
    if found["sizes"] is not None:
        rows.append(("Spins", "{} to {}".format(*found["sizes"])))
    for each in found["evaluations"]:
        against = each["baseline"] if each["baseline"] == "auto" else f"version {each['baseline']}"
        state = "passed" if each["passed"] else "did not pass"
        start = each["verdicts"].get("start", {})
        text = f"{state} against {against} on {plural(len(each['instances']), 'instance')}"
        if "mean" in start:
            text += f", mean {start['mean']:+.4f} at the start, at least {start['low']:+.4f}"
        rows.append(("Evaluation", text + (" (imported)" if each["imported"] else "")))
    libraries = found["content"]["provenance"].get("versions", {})
    rows.append(("Learned with", ", ".join(f"{name} {v}" for name, v in libraries.items())))
    learned = LearnedAngles.from_plain(found["content"]["angles"])
    return [*learned_parts(learned), facts(rows)]
