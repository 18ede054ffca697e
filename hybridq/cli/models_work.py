"""Commands `hybridq models`: learn, evaluate, export, import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybridq.cli import page
from hybridq.cli import shared_options as shared
from hybridq.cli.errors import FAILED, OK
from hybridq.cli.options import file_of, whole_number
from hybridq.cli.remote_jobs import Server
from hybridq.core.errors import OutputError, ParameterError

if TYPE_CHECKING:
    from hybridq.angles.registry import ModelRegistry
    from hybridq.service.client import RemoteJob
    from hybridq.service.remote_models import RemoteModels

Store = Annotated[
    str | None,
    typer.Option(
        "--store",
        metavar="FILE",
        show_default=False,
        help="Models of this machine (default: HYBRIDQ_MODELS or hybridq-models.db).",
    ),
]
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the model.")]
Alias = Annotated[str, typer.Option("--alias", metavar="NAME", help="Alias to move.")]
Which = Annotated[
    str,
    typer.Argument(metavar="NAME@VERSION", help="Version, by number or alias, such as reg3@2."),
]


@contextmanager
def opened(
    store: str | None, server: str | None, *, must_exist: bool = True
) -> Iterator[ModelRegistry | RemoteModels[RemoteJob]]:
    """Open the models of a job service, or those of this machine.

    Args:
        store: file of this machine's models; it comes before `server`, which may be that of
            ``HYBRIDQ_SERVER``.
        server: address of a service.
        must_exist: refuse a file that does not exist.
    """
    if server and store is None:
        from hybridq.service.client import Client

        yield Client(server).models
        return
    from hybridq.angles.registry import local_registry

    with local_registry(store, must_exist=must_exist) as registry:
        yield registry


def exact(text: str) -> tuple[str, int]:
    """Return name and number of a version.

    Raises:
        ParameterError: it is named by an alias, or not at all.
    """
    from hybridq.angles.references import Reference

    reference = Reference.parse(text)
    if reference.version is None:
        raise ParameterError(
            argument="version", value=text, expected="a version by its number, such as reg3@2"
        )
    return reference.name, reference.version


def learn(
    name: Name,
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Instances to learn from.")],
    p: Annotated[
        int,
        typer.Option("--p", parser=whole_number(1), metavar="INT", help="Layers of the circuit."),
    ],
    family: Annotated[
        str, typer.Option("--family", metavar="KIND", help="Family of the instances.")
    ] = "maxcut",
    format: shared.Format = None,
    store: Store = None,
    server: Server = None,
    quiet: shared.Quiet = False,
    debug: shared.Debug = False,
) -> int:
    """Learn angles from small instances, and register them as a new version.

    A job service learns in a job, which continues if this command is interrupted.

    Example: [bold]hybridq models learn reg3 small-*.json --p 3[/bold]
    """
    if server and store is None:
        from hybridq.service.client import Client, problem_of_file

        problems = [problem_of_file(family, Path(file_of(file)), format) for file in files]
        found = Client(server).models.learn(name, problems, p).result_json()
        page.say(f"{name}@{found['version']}")
        return OK
    from hybridq.angles.content import content_of
    from hybridq.angles.references import checked_model
    from hybridq.angles.registry import local_registry
    from hybridq.cli.angles_learn import learned_from
    from hybridq.problems import PROBLEMS

    checked_model(name)
    instances = [PROBLEMS[family].from_file(file_of(file), format) for file in files]
    learned = learned_from(instances, p, name, quiet=quiet)
    with local_registry(store, must_exist=False) as registry:
        number, is_new = registry.register(name, content_of(learned))
    return say_registered(name, number, is_new)


def evaluate(
    version: Annotated[
        str, typer.Argument(metavar="NAME@VERSION", help="Candidate, such as reg3@2.")
    ],
    files: Annotated[
        list[str], typer.Argument(metavar="FILE", help="Held-out instances, at least 20.")
    ],
    alias: Annotated[
        str,
        typer.Option(
            "--alias",
            metavar="NAME",
            help="Compare with the version of this alias; with auto where it names none.",
        ),
    ] = "champion",
    family: Annotated[
        str | None,
        typer.Option(
            "--family",
            metavar="KIND",
            show_default=False,
            help="Family of the instances (default: that of the training).",
        ),
    ] = None,
    budget: Annotated[
        int,
        typer.Option(
            "--budget",
            metavar="N",
            parser=whole_number(1),
            help="Evaluations of each search.",
        ),
    ] = 20,
    format: shared.Format = None,
    store: Store = None,
    server: Server = None,
    quiet: shared.Quiet = False,
    debug: shared.Debug = False,
) -> int:
    """Compare a version with the present one on held-out instances.

    The gate demands at least 20 instances, none of them in a training set. The
    exit code is 0 where the version may be promoted, else 1.

    Example: [bold]hybridq models evaluate reg3@2 held-out-*.json[/bold]
    """
    from hybridq.angles.references import Reference

    name, number = exact(version)
    if server and store is None:
        from hybridq.service.client import Client, problem_of_file

        models = Client(server).models
        kind = family or models.version(Reference(name, number))["families"][0]
        problems = [problem_of_file(kind, Path(file_of(file)), format) for file in files]
        job = models.evaluate(name, number, problems, alias=alias, budget=budget)
        return _report(job.result_json(), name)
    from hybridq.angles.registry import local_registry
    from hybridq.presentation.progress import ProgressBar
    from hybridq.problems import PROBLEMS
    from hybridq.solver.angle_evaluation import evaluate_angles

    with local_registry(store) as registry:
        candidate = registry.resolve(Reference(name, number))
        baseline = registry.baseline(name, alias)
        assert candidate.training is not None
        kind = PROBLEMS[family or candidate.training.families[0]]
        instances: list[Any] = [kind.from_file(file_of(file), format) for file in files]
        with ProgressBar(quiet=quiet) as progress:
            found = evaluate_angles(
                candidate,
                baseline,
                instances,
                budget=budget,
                margin=registry.margin(name),
                report=lambda done: progress.stage(f"instance {done} of {len(files)}"),
            )
        registry.add_evaluation(name, found)
    return _report(found, name)


def export(
    version: Which,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Archive to write (ZIP).")],
    store: Store = None,
    server: Server = None,
    debug: shared.Debug = False,
) -> int:
    """Write a version with data digests, evaluations and history as one archive.

    Example: [bold]hybridq models export reg3@champion --out reg3.zip[/bold]
    """
    from hybridq.angles.archive import packed
    from hybridq.angles.references import Reference
    from hybridq.core.files import atomic_path

    if out == "-":
        raise OutputError("cannot write --out -: give a file")
    with opened(store, server) as registry:
        found = registry.version(Reference.parse(version))
    data = packed(found)
    with atomic_path(out) as path:
        path.write_bytes(data)
    page.say(f"{out}: {found['name']}@{found['version']}, {found['digest']}")
    return OK


def import_(
    file: Annotated[str, typer.Argument(metavar="FILE", help="Archive of 'models export'.")],
    name: Annotated[
        str | None,
        typer.Option(
            "--name",
            metavar="NAME",
            show_default=False,
            help="Name of the model here (default: as in the archive).",
        ),
    ] = None,
    store: Store = None,
    server: Server = None,
    debug: shared.Debug = False,
) -> int:
    """Register the version in an archive, after a check of all its digests.

    Its evaluations were made elsewhere: they are shown, and promote nothing here;
    a service does not take them.

    Example: [bold]hybridq models import reg3.zip[/bold]
    """
    from hybridq.angles.archive import MOST_BYTES, unpacked
    from hybridq.core.files import read_bytes

    data, source = read_bytes(file, MOST_BYTES)
    found = unpacked(data, source)
    model = name or found["name"]
    if server and store is None:
        from hybridq.service.client import Client

        number, is_new = Client(server).models.register(model, found["content"])
    else:
        from hybridq.angles.registry import local_registry

        with local_registry(store, must_exist=False) as registry:
            number, is_new = registry.add_imported(model, found)
    return say_registered(model, number, is_new)


def say_registered(name: str, number: int, is_new: bool) -> int:
    """Show the version that a content has; return the exit code."""
    page.say(f"{name}@{number}" + ("" if is_new else " has the same content already"))
    return OK


def _report(found: dict[str, Any], name: str) -> int:
    """Show the verdicts of an evaluation; return the exit code."""
    against = found["baseline"] if found["baseline"] == "auto" else f"{name}@{found['baseline']}"
    for place, verdict in found["verdicts"].items():
        page.say(
            f"{'start' if place == 'start' else 'end'}: mean {verdict['mean']:+.5f}, at least "
            f"{verdict['low']:+.5f}, worst {verdict['worst']:+.5f} of {verdict['instances']}"
        )
        for reason in verdict["reasons"]:
            page.say(f"  {reason}")
    state = "passes the gate" if found["passed"] else "does not pass the gate"
    page.say(f"{name}@{found['version']} {state} against {against}")
    return OK if found["passed"] else FAILED
