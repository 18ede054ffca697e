"""`hybridq solve FAMILY FILE`: one command per family, from its declaration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hybridq.cli import option_types
from hybridq.cli import shared_options as shared
from hybridq.cli.errors import INTERRUPTED, OK
from hybridq.cli.family_options import (
    CIRCUIT,
    LIMITS,
    MACHINE,
    MEASUREMENT,
    SEARCH,
    Declared,
    declared,
)
from hybridq.cli.named_options import (
    BackendOptions,
    OptimizerOptions,
    StrategyOptions,
    configured,
    configured_backend,
    configured_strategy,
)
from hybridq.cli.options import check_parameters, file_of
from hybridq.cli.report import Outputs, report
from hybridq.cli.right_command import naming_the_right_command
from hybridq.core import clock
from hybridq.core.errors import ParameterError, Setting, UnknownNameError
from hybridq.core.options import Option
from hybridq.core.registry import canonical_name

if TYPE_CHECKING:
    from hybridq.optimizers import Optimizer
    from hybridq.presentation import ExcitedStates, Result
    from hybridq.presentation.progress import ProgressBar
    from hybridq.problems.base import Problem

_IN_NUMPY = "not compiled on this machine yet, so NumPy ran; 'hybridq warm-up' compiles all"
# Names that an argument takes besides those of its registry.
_NO_ENTRIES = (("engine", "auto"), ("grouping", "auto"), ("mitigate", "auto"), ("mitigate", "none"))
_PREFIXED = {"k": "excited", "method": "excited-method"}  # arguments of `excited_states`


def command_of(family: type[Problem]) -> Callable[..., int]:
    """Return the function of a family's command, with its options as the signature."""
    options = declared(family)

    def run(**values: Any) -> int:
        return _run(family, options, values)

    parameters = list(_parameters(family, options))
    run.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    run.__doc__ = _help(family)
    run.__name__ = family.kind.replace("-", "_")
    return run


def _parameters(family: type[Problem], options: Declared) -> Iterator[inspect.Parameter]:
    """Yield the parameters of the command, in the order of its help page."""
    from hybridq.problems.formats import READING_OPTIONS, SHAPES

    def named(name: str, annotation: Any, default: Any = None) -> inspect.Parameter:
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        return inspect.Parameter(name, kind, default=default, annotation=annotation)

    def declared_in(panel: str, group: Mapping[str, Option], *names: str) -> Iterator[Any]:
        for name in names or group:
            if name in group:
                flag = f"--{_PREFIXED.get(name, name) if group is options.states else name}"
                made = option_types.parameter(group[name], flag.replace("_", "-"), panel)
                if made is not None:
                    yield named(_key(group is options.states, name), made)

    data = " or ".join(SHAPES.get(shape, shape) for shape in family.reads) or "the problem"
    text = f"File with {data}; - for standard input; dataset:NAME for an instance of hybridq."
    argument = typer.Argument(metavar="FILE", help=text)
    yield named("file", Annotated[str, argument], inspect.Parameter.empty)
    title = family.kind.replace("-", " ").capitalize()
    yield from declared_in(title, options.family)
    yield from declared_in(shared.ANSATZ, options.solve, "ansatz", "p", "mixer")
    # Options of several ansätze first, then a panel for each ansatz.
    for each in sorted(options.ansatz.values(), key=lambda each: len(each.owners) == 1):
        panel = shared.ANSATZ if len(each.owners) > 1 else f"{shared.ANSATZ} {each.owners[0]}"
        yield from declared_in(panel, {each.option.name: each.option})
    yield from declared_in(shared.STATES, options.states)
    yield from declared_in(shared.OPTIMIZER, options.solve, "optimizer")
    yield named("optimizer_option", OptimizerOptions)
    yield from declared_in(shared.SEARCH, options.solve, *SEARCH, *LIMITS)
    if "strategy" in options.solve:
        yield named("strategy_option", StrategyOptions)
    yield named("seed", shared.Seed)
    yield named("journal", shared.Journal)
    yield named("resume", shared.Resume, False)
    yield from declared_in(shared.CIRCUIT, options.solve, *CIRCUIT, *MEASUREMENT)
    yield from declared_in(shared.MACHINE, options.solve, *MACHINE)
    if "backend" in options.solve:
        yield named("backend_option", BackendOptions)
    yield named("format", shared.Format)
    yield from declared_in(shared.OUTPUT, READING_OPTIONS, *_reading_options(family))
    yield from declared_in(shared.OUTPUT, options.solve, "exact")
    yield named("json", shared.Json)
    yield named("plot", shared.Plot)
    yield named("quiet", shared.Quiet, False)
    yield named("debug", shared.Debug, False)


def _reading_options(family: type[Problem]) -> list[str]:
    """Return the options that formats of the family's data take, each once."""
    from hybridq.problems.formats import FormatsOfShape

    entries = FormatsOfShape(*family.reads).values()
    return list(dict.fromkeys(name for entry in entries for name in entry.options))


def _key(of_states: bool, name: str) -> str:
    """Return the keyword of an option in the command; groups may share names."""
    return f"states_{name}" if of_states else name


def _help(family: type[Problem]) -> str:
    """Return the help text of a command: the family's summary, its formats, examples."""
    from hybridq.problems.formats import FormatsOfShape

    names = list(FormatsOfShape(*family.reads))
    parts = [family.summary]
    if names:
        parts.append(f"Formats: {', '.join(names)}.")
    parts.append(
        "Shows the answer next to a classical reference. Ctrl-C stops the search and reports "
        "the best answer so far."
    )
    examples = "\n\n".join(
        f"  [bold]hybridq solve {family.kind} {example}[/bold]" for example in family.examples
    )
    return "\n\n".join([*parts, "Examples:", examples])


def _run(family: type[Problem], options: Declared, values: dict[str, Any]) -> int:
    """Read the problem, solve it, report; return the exit code."""
    file, journal, resume = file_of(values["file"]), values["journal"], values["resume"]
    outputs = Outputs(
        file, values["json"], values["plot"], values["quiet"], what=family.noun, store=journal
    )
    seed = shared.seed_of(values["seed"], journal, resume)
    if values.get("backend") is not None:
        seed = values["seed"]  # without one, the ledger knows that of an interrupted run
    _check_names(values)
    settings = _given(values, options.solve)
    settings |= _given(values, options.ansatz)
    optimizer = _optimizer(values)
    if optimizer is not None:
        settings["optimizer"] = optimizer
    if texts := values.get("strategy_option"):
        from hybridq.strategies.registry import DEFAULT_STRATEGY

        settings["strategy"] = configured_strategy(values["strategy"] or DEFAULT_STRATEGY, texts)
    if values.get("backend") is not None:
        settings["backend"] = configured_backend(values["backend"], values["backend_option"])
    settings["initial"] = check_parameters(values.get("initial") or "auto")
    states = {
        name: values[_key(True, name)]
        for name in options.states
        if values.get(_key(True, name)) is not None
    }
    own = {
        name: option_types.value_of(options.family[name], value)
        for name, value in _given(values, options.family).items()
        if value != []  # a repeatable option that was not given
    }
    if states:
        _check_states(states, values)
    with naming_the_right_command(file, family, values["format"]):
        reading = {name: values.get(name) for name in _reading_options(family)}
        problem = family.from_file(file, values["format"], **reading, **own)
    from hybridq.presentation.progress import ProgressBar

    with ProgressBar(
        problem,
        objective=values.get("objective") or "expectation",
        total=values.get("max_evaluations"),
        quiet=outputs.quiet,
    ) as progress:
        if values.get("backend") is not None and not states:
            with _saying_how_to_continue():
                finish = _solve(problem, settings, values, seed, outputs, progress)
        elif states:
            finish = _lowest_states(problem, states, settings, values, seed, outputs, progress)
        else:
            finish = _solve(problem, settings, values, seed, outputs, progress)
    return finish()


@contextmanager
def _saying_how_to_continue() -> Iterator[None]:
    """Say on Ctrl-C that a run on a machine continues when it is repeated."""
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "interrupted: the ledger keeps what was submitted; run the same command again to "
            "continue, nothing is paid twice"
        ) from None


def _given(values: Mapping[str, Any], options: Iterable[str]) -> dict[str, Any]:
    """Return the options that were set."""
    return {name: values[name] for name in options if values.get(name) is not None}


def _check_names(values: Mapping[str, Any]) -> None:
    """Raise for a name that no registry has, before any file is read."""
    from hybridq.solver.choices import ansatz_names, registries

    for argument, registry in registries().items():
        name = values.get(argument)
        if name is not None and (argument, name) not in _NO_ENTRIES:
            try:
                registry.canonical(name)
            except UnknownNameError as error:
                raise error.with_argument(argument) from None
    if values.get("ansatz") is not None:
        ansatz_names().canonical(values["ansatz"])


def _optimizer(values: Mapping[str, Any]) -> str | Optimizer | None:
    """Return the optimizer with the options of ``--optimizer-option``."""
    name: str | None = values["optimizer"]
    texts = values["optimizer_option"]
    if not texts:
        return name
    from hybridq.solver.settings import default_optimizer

    return configured(name or default_optimizer(values.get("objective_shots")), texts)


def _check_states(states: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Raise for options that cannot be combined with excited states.

    Raises:
        ParameterError: the first of them.
    """
    from hybridq.solver.choices import ADAPT
    from hybridq.strategies.excited import METHODS

    if "k" not in states:
        first = next(iter(states))
        option = _PREFIXED.get(first, first).replace("-", "_")
        raise ParameterError(
            (Setting(option), " requires ", Setting("excited"), ", the number of states")
        )
    if "tries" in states and METHODS.canonical(states.get("method", "subspace")) != "vqd":
        raise ParameterError((Setting("tries"), " requires ", Setting("excited_method", "vqd")))
    if canonical_name(values.get("ansatz") or "") == ADAPT:
        raise ParameterError(
            (Setting("excited"), " cannot be combined with ", Setting("ansatz", ADAPT)),
            remedy="adapt grows a circuit for the ground state only, choose another ansatz",
        )
    for name in ("restarts", "time_limit", "journal", "noise", "backend", *MEASUREMENT):
        if values.get(name) is not None:
            raise ParameterError((Setting(name), " cannot be combined with ", Setting("excited")))


def _solve(
    problem: Problem,
    settings: dict[str, Any],
    values: Mapping[str, Any],
    seed: int | None,
    outputs: Outputs,
    progress: ProgressBar,
) -> Callable[[], int]:
    from hybridq import strategies
    from hybridq.cli.result_screen import show
    from hybridq.solver import solve
    from hybridq.solver.advice import with_advice

    began = clock.compiling_seconds()
    result = solve(
        problem,
        rng=seed,
        journal=values["journal"],
        resume=values["resume"],
        landscape=outputs.plot is not None,
        callback=progress,
        stage=progress.stage,
        **settings,
    )
    progress.stage("trials for advice")
    trial = {name: value for name, value in settings.items() if name not in MEASUREMENT}
    result = with_advice(
        result,
        problem,
        lambda **other: solve(problem, rng=result.seed, **{**trial, **other}),
        lambda k: strategies.excited_states(problem, k, rng=result.seed, **trial),
    )
    compiling = clock.compiling_seconds() - began

    def finish() -> int:
        report(
            outputs,
            to_json=result.to_json,
            show=lambda: show(
                result,
                quiet=outputs.quiet,
                notes=problem.notes,
                kernels=_kernels_remark(result, values),
                compiling=compiling,
            ),
            plot=result.plot,
        )
        return INTERRUPTED if result.optimizer.status == "interrupted" else OK

    return finish


def _kernels_remark(found: Result | ExcitedStates, values: Mapping[str, Any]) -> str:
    """Return a remark where NumPy ran without being asked for."""
    from hybridq.engines.simulators import AUTO_KERNELS, NUMPY

    unasked = values.get("kernels") in (None, AUTO_KERNELS)
    return _IN_NUMPY if unasked and found.engine.kernels == NUMPY else ""


def _lowest_states(
    problem: Problem,
    states: dict[str, Any],
    settings: dict[str, Any],
    values: Mapping[str, Any],
    seed: int | None,
    outputs: Outputs,
    progress: ProgressBar,
) -> Callable[[], int]:
    from hybridq.ansatz.angle_file import read_angles
    from hybridq.cli.result_screen import show_states
    from hybridq.strategies.excited import excited_states

    progress.stage("states")
    began = clock.compiling_seconds()
    if isinstance(settings["initial"], Path):
        settings["initial"] = read_angles(settings["initial"])
    try:
        found = excited_states(problem, rng=seed, callback=progress, **states, **settings)
    except ParameterError as error:
        if error.argument in _PREFIXED:
            error.with_argument(_PREFIXED[error.argument].replace("-", "_"))
        raise
    compiling = clock.compiling_seconds() - began

    def finish() -> int:
        report(
            outputs,
            to_json=found.to_json,
            show=lambda: show_states(
                found,
                quiet=outputs.quiet,
                notes=problem.notes,
                kernels=_kernels_remark(found, values),
                compiling=compiling,
            ),
            plot=found.plot,
        )
        stopped = any(state.status == "interrupted" for state in found.states)
        return INTERRUPTED if stopped else OK

    return finish
