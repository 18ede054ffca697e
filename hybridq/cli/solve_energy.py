"""The work of `solve molecule` and `solve hamiltonian` once their options are read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hybridq.cli.ansatz_options import ADAPT, check_belongs
from hybridq.cli.errors import INTERRUPTED, OK
from hybridq.cli.optimizer_options import configured
from hybridq.cli.options import PRECISIONS, check_option, check_parameters
from hybridq.cli.report import Outputs, report
from hybridq.cli.shared_options import seed_of
from hybridq.core.errors import ParameterError

if TYPE_CHECKING:
    from hybridq.cli.progress import Progress
    from hybridq.optimizers import Optimizer
    from hybridq.problems.base import Problem

_DIGITS = 11  # of an energy that is searched: millihartree show


@dataclass(frozen=True)
class EnergyRequest:
    """The options that molecules and Hamiltonians share, checked at birth.

    Args:
        ansatz: a registered name, or None for the problem's own.
        ansatz_options: those of the ansatz that were set, as Python spells them.
        excited: how many states, or None for the ground state alone.
        states: keywords of `excited_states` that were set: method, pool, tries.
        optimizer: its name; with options the optimizer itself.
        optimizer_options: those that were set, each ``KEY=VALUE``.
        initial: a start's name, or a file of parameters.
        exact: whether to compute the exact energy; None where it is quick.
        outputs: where results go.

    The others are those of `hybridq.solve`.

    Raises:
        ParameterError: a name that is not known, or options that exclude each other.
    """

    ansatz: str | None
    ansatz_options: Mapping[str, Any]
    excited: int | None
    states: Mapping[str, Any]
    optimizer: str | Optimizer | None
    optimizer_options: Sequence[str]
    initial: str
    restarts: int | None
    max_evaluations: int | None
    time_limit: float | None
    exact: bool | None
    engine: str
    precision: str
    threads: int | None
    seed: int | None
    journal: str | None
    resume: bool
    outputs: Outputs

    def __post_init__(self) -> None:
        from hybridq.engines.choose import ENGINES
        from hybridq.optimizers import OPTIMIZERS

        name = check_option("--optimizer", str(self.optimizer or "l-bfgs"), OPTIMIZERS)
        self._set("optimizer", name)
        self._set("precision", check_option("--precision", self.precision, PRECISIONS))
        self._set("engine", check_option("--engine", self.engine, ("auto", *ENGINES)))
        self._set("initial", check_parameters(self.initial))
        self._set("seed", seed_of(self.seed, self.journal, self.resume))
        if self.excited is None:
            self._refuse(self.states, "goes with --excited, the number of states")
        else:
            unused = "pool" if self.states.get("method") == "vqd" else "tries"
            if unused in self.states:
                other = "subspace" if unused == "pool" else "vqd"
                raise ParameterError(f"--{unused} belongs to --excited-method {other}")
            lacking = {
                "restarts": self.restarts,
                "time_limit": self.time_limit,
                "journal": self.journal,
            }
            self._refuse(
                {name: value for name, value in lacking.items() if value is not None},
                "does not go with --excited",
            )
            if self.ansatz == ADAPT:
                raise ParameterError(
                    "--excited: adapt grows a circuit for the ground state alone; "
                    "choose another --ansatz"
                )
        if self.ansatz is not None:
            check_belongs(self.ansatz, self.ansatz_options)
        if self.optimizer_options:
            self._set("optimizer", configured(name, self.optimizer_options))

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    @staticmethod
    def _refuse(options: Mapping[str, Any], why: str) -> None:
        for name in options:
            option = {"method": "excited-method"}.get(name, name).replace("_", "-")
            raise ParameterError(f"--{option} {why}")


def solve_energy(read: Callable[[], Problem], request: EnergyRequest) -> int:
    """Read the problem, search, report.

    Args:
        read: reads the problem; called once all options are known to make sense.
        request: the options.

    Returns:
        the exit code.
    """
    from hybridq.ansatz.angle_file import read_angles
    from hybridq.cli.progress import Progress
    from hybridq.cli.refusals import in_words_of_options
    from hybridq.core.jit import on_first_compile
    from hybridq.strategies.subject import check_width, default_ansatz

    with in_words_of_options(request.initial):
        problem = read()
        check_width(problem.n_qubits)
        ansatz = request.ansatz or default_ansatz(problem)
        if request.ansatz is None:
            why = " (chosen for this problem)"
            check_belongs(ansatz, request.ansatz_options, why=why)
        start = request.initial
        keywords = {
            "ansatz": ansatz,
            "initial": read_angles(start) if isinstance(start, Path) else start,
            "optimizer": request.optimizer,
            "max_evaluations": request.max_evaluations,
            "exact": request.exact,
            "engine": request.engine,
            "precision": request.precision,
            "threads": request.threads,
            "rng": request.seed,
            **request.ansatz_options,
        }
        notes = tuple(getattr(problem, "notes", ()))
        with (
            Progress(
                "energy",
                total=request.max_evaluations,
                quiet=request.outputs.quiet,
                digits=_DIGITS,
            ) as progress,
            on_first_compile(progress.compiling),
        ):
            if request.excited is None:
                finish = _ground_state(problem, request, keywords, progress, notes)
            else:
                finish = _lowest_states(problem, request, keywords, progress, notes)
    return finish()


def _ground_state(
    problem: Problem,
    request: EnergyRequest,
    keywords: dict[str, Any],
    progress: Progress,
    notes: tuple[str, ...],
) -> Callable[[], int]:
    from hybridq.cli import result_screen as screen
    from hybridq.solver import solve

    if keywords["ansatz"] == ADAPT:
        keywords["progress"] = lambda step: progress.stage(f"operator {step.n_params + 1}")
    result = solve(
        problem,
        restarts=request.restarts,
        time_limit=request.time_limit,
        journal=request.journal,
        resume=request.resume,
        callback=progress.record,
        stage=progress.stage,
        **keywords,
    )

    def finish() -> int:
        report(
            request.outputs,
            to_json=result.to_json,
            show=lambda: screen.show(result, quiet=request.outputs.quiet, notes=notes),
            plot=result.plot,
        )
        return INTERRUPTED if result.optimizer.status == "interrupted" else OK

    return finish


def _lowest_states(
    problem: Problem,
    request: EnergyRequest,
    keywords: dict[str, Any],
    progress: Progress,
    notes: tuple[str, ...],
) -> Callable[[], int]:
    from hybridq.cli import result_screen as screen
    from hybridq.strategies.excited import excited_states

    assert request.excited is not None
    progress.stage("states")
    try:
        found = excited_states(
            problem, request.excited, callback=progress.record, **request.states, **keywords
        )
    except ParameterError as error:
        error.args = (re.sub(r"^k=", "--excited ", str(error)),)
        raise

    def finish() -> int:
        report(
            request.outputs,
            to_json=found.to_json,
            show=lambda: screen.show_states(found, quiet=request.outputs.quiet, notes=notes),
            plot=found.plot,
        )
        stopped = any(state.status == "interrupted" for state in found.states)
        return INTERRUPTED if stopped else OK

    return finish
