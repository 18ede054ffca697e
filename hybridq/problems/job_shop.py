"""Job shops: tasks on machines, so that all jobs are done as early as possible."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np

from hybridq.core.errors import ParameterError, Setting, Text
from hybridq.core.numbers import plural
from hybridq.problems._schedules import (
    Jobs,
    Task,
    bounds_of,
    checked_horizon,
    checked_jobs,
    tasks_of,
)
from hybridq.problems.base import AnswerRow, Bits, Sense
from hybridq.problems.instance_data import JobData
from hybridq.problems.program_problem import ProgramProblem
from hybridq.problems.programs import Constraint, IntegerProgram, Variable
from hybridq.problems.programs.polynomial import multiplied

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_TERMS = 1_000  # of the makespan as a polynomial of starts


@dataclass(frozen=True, eq=False, repr=False, init=False)
class JobShop(ProgramProblem):
    r"""The shortest schedule of jobs on machines.

    .. math:: \min\; T - \sum_{t=L}^{T-1} \prod_j
              \Bigl(1 - \sum_{s > t - p_j} x_{j,s}\Bigr), \qquad
              \sum_s x_{i,s} = 1 \text{ for each task } i

    x_{i,s} = 1 where task i starts at time s, in the window that leaves room for the tasks before
    and after it. The product over the last tasks of all jobs is 1 where they have ended by t, L is
    a lower bound and T the horizon: the objective is the makespan, without further bits. If it has
    too many terms, further bits hold the makespan, one-hot from L to T.

    Args:
        jobs: for each job its tasks in order, as pairs (machine, duration) of integers.
        horizon: time T at which all jobs have ended; the makespan of a schedule by a priority
            rule, into which an optimum fits, by default.
        decide: True asks for any schedule within the horizon, and does not minimize.
        penalty: weight of the penalties: a rule (exact, range, vlm, moc, momc, adaptive), a
            number, or a number for each constraint by name.
        encoding: bits of a start: one-hot, domain-wall or binary.
        inequalities: of no effect: every constraint has a polynomial penalty.
        name: the name of this instance; its size by default.

    Raises:
        ProblemError: no jobs, a job without tasks, a machine or duration that is not an integer,
            or a horizon that is too short.
        ParameterError: a horizon that is not an integer >= 1.

    Source: Venturelli, Marchand, Rojo 2015, arXiv:1506.08479, for windows and conflicts.
    """

    kind: ClassVar[str] = "job-shop"
    summary: ClassVar[str] = "Schedule jobs on machines so that all end as early as possible."
    examples: ClassVar[tuple[str, ...]] = ("jobs.json --horizon 12", "ft06.jsp --plot gantt.png")
    sense: ClassVar[Sense] = "minimize"
    value_name: ClassVar[str] = "makespan"
    reads: ClassVar[tuple[str, ...]] = ("jobs",)
    item: ClassVar[str] = "start"
    qubits: ClassVar[str] = "one qubit a task and start"
    mixers: ClassVar[tuple[str, ...]] = ("grover", "xy-complete", "xy-ring", "x")
    data_fields: ClassVar[tuple[str, ...]] = ("data",)
    idle_options: ClassVar[tuple[str, ...]] = ("inequalities",)

    data: JobData
    horizon: int | None = field(default=None, kw_only=True)
    decide: bool = field(default=False, kw_only=True)
    name: str = field(default="", kw_only=True)
    _given: bool = field(default=False, init=False)

    def __init__(
        self,
        jobs: Jobs,
        horizon: int | None = None,
        *,
        decide: bool = False,
        penalty: Any = "exact",
        encoding: str | None = None,
        inequalities: str = "feasible",
        name: str = "",
    ) -> None:
        checked = checked_jobs(jobs)
        if not isinstance(decide, bool | np.bool_):
            raise ParameterError(argument="decide", value=decide, expected="True or False")
        object.__setattr__(self, "data", JobData(checked))
        object.__setattr__(self, "_given", horizon is not None)
        object.__setattr__(self, "horizon", checked_horizon(checked, horizon))
        object.__setattr__(self, "decide", bool(decide))
        object.__setattr__(self, "name", name or self.size())
        if self.decide:
            object.__setattr__(self, "value_name", "horizon")
        self._complete(penalty=penalty, encoding=encoding, inequalities=inequalities)

    @classmethod
    def from_data(cls, data: JobData, *, name: str, **options: Any) -> Self:
        """Return the problem of jobs that a format has read."""
        cls.check_options(options)
        return cls(data.jobs, name=name, **options)

    @classmethod
    def example(cls) -> Self:
        """Return two jobs on two machines, with a schedule that ends at 3."""
        return cls([[(0, 1), (1, 2)], [(1, 1), (0, 2)]], 4, name="example")

    @cached_property
    def tasks(self) -> list[Task]:
        """All tasks, job by job."""
        return tasks_of(self.data.jobs)

    @cached_property
    def least(self) -> int:
        """Lower bound of the makespan: the longest job, or the machine with most work."""
        return max(bound.makespan for bound in bounds_of(self.data.jobs))

    @property
    def end(self) -> int:
        """The horizon T."""
        assert self.horizon is not None
        return self.horizon

    @cached_property
    def _first(self) -> list[int]:
        """The variable of the first start of each task."""
        sizes = [len(task.starts(self.end)) for task in self.tasks]
        return np.concatenate([[0], np.cumsum(sizes)]).astype(int).tolist()

    def _starts(self, index: int) -> Iterator[tuple[int, int]]:
        """Yield the starts of a task, each with its variable."""
        for place, start in enumerate(self.tasks[index].starts(self.end)):
            yield start, self._first[index] + place

    def build(self) -> IntegerProgram:
        """Return the makespan under one start for each task, machines and orders of tasks."""
        names = [
            f"job {task.job} task {task.place} at {start}"
            for task in self.tasks
            for start in task.starts(self.end)
        ]
        rows = [
            _one(f"job {task.job} task {task.place} starts once", [q for _, q in self._starts(i)])
            for i, task in enumerate(self.tasks)
        ]
        rows += [*self._machine_rows(), *self._order_rows()]
        objective: dict[tuple[int, ...], float] = {(): float(self.end)}
        if not self.decide and self.makespan_bits:
            first = len(names)
            ends = range(self.least, self.end + 1)
            names += [f"makespan {end}" for end in ends]
            objective = {(first + k,): float(end) for k, end in enumerate(ends)}
            rows += self._makespan_rows(first)
        elif not self.decide:
            objective = self._makespan()
        return IntegerProgram(tuple(map(Variable, names)), objective, tuple(rows), name=self.name)

    def _machine_rows(self) -> Iterator[Constraint]:
        """Yield for each machine the times at which tasks would run together."""
        for machine in sorted({task.machine for task in self.tasks}):
            own = [i for i, task in enumerate(self.tasks) if task.machine == machine]
            running = {
                time: frozenset(
                    q
                    for i in own
                    for start, q in self._starts(i)
                    if start <= time < start + self.tasks[i].duration
                )
                for time in range(self.end)
            }
            kept: list[frozenset[int]] = []
            for time in sorted(running, key=lambda t: (-len(running[t]), t)):
                members = running[time]
                tasks = {int(np.searchsorted(self._first, q, side="right")) for q in members}
                if len(tasks) > 1 and not any(members <= other for other in kept):
                    kept.append(members)
                    name = f"machine {machine} does one task at time {time}"
                    yield _at_most_one(name, sorted(members))

    def _order_rows(self) -> Iterator[Constraint]:
        """Yield for each task and its successor the times at which these would overlap."""
        for i, task in enumerate(self.tasks[:-1]):
            after = self.tasks[i + 1]
            if after.job != task.job:
                continue
            for time in after.starts(self.end):
                running = [q for start, q in self._starts(i) if start + task.duration > time]
                begun = [q for start, q in self._starts(i + 1) if start <= time]
                if running and begun:
                    yield _at_most_one(
                        f"job {task.job} task {after.place} waits for task {task.place} "
                        f"(time {time})",
                        [*running, *begun],
                    )

    def _late(self, time: int) -> list[list[int]]:
        """Return for each job the starts of its last task that end after a time."""
        return [
            [q for start, q in self._starts(i) if start + task.duration > time]
            for i, task in enumerate(self.tasks)
            if task.tail == 0 and task.place == len(self.data.jobs[task.job]) - 1
        ]

    @cached_property
    def makespan_bits(self) -> int:
        """Number of further bits for the makespan, 0 where it is a polynomial of starts."""
        if self.decide or self.least >= self.end:
            return 0
        terms = 0
        for time in range(self.least, self.end):
            product = 1
            for late in self._late(time):
                product *= len(late) + 1
            terms += product
        return self.end - self.least + 1 if terms > _MOST_TERMS else 0

    def _makespan(self) -> dict[tuple[int, ...], float]:
        """Return T less the number of times from L on by which all jobs have ended."""
        total: dict[tuple[int, ...], float] = {(): float(self.end)}
        for time in range(self.least, self.end):
            product: dict[tuple[int, ...], float] = {(): 1.0}
            for late in self._late(time):
                product = multiplied(product, {(): 1.0, **{(q,): -1.0 for q in late}}, bits=True)
            for key, value in product.items():
                total[key] = total.get(key, 0.0) - value
        return total

    def _makespan_rows(self, first: int) -> Iterator[Constraint]:
        """Yield the constraints of the bits that hold the makespan."""
        bits = range(first, first + self.makespan_bits)
        yield _one("the makespan has one value", bits)
        for time in range(self.least, self.end):
            smaller = bits[: time - self.least + 1]
            for job, late in enumerate(self._late(time)):
                if late:
                    yield _at_most_one(
                        f"job {job} ends within a makespan of {time}", [*late, *smaller]
                    )

    def size(self) -> str:
        """Return the size, such as ``"3 jobs on 3 machines, horizon 11"``."""
        machines = len({task.machine for task in self.tasks})
        jobs = plural(len(self.data.jobs), "job")
        return f"{jobs} on {plural(machines, 'machine')}, horizon {self.end}"

    def describe(self) -> dict[str, Any]:
        """Return facts about the jobs, then about the program."""
        return {
            "jobs": len(self.data.jobs),
            "machines": len({task.machine for task in self.tasks}),
            "tasks": len(self.tasks),
            "horizon": self.end,
            "least_makespan": self.least,
            "makespan_bits": self.makespan_bits,
            **super().describe(),
        }

    @property
    def smaller(self) -> Text:
        """A shorter horizon, if there is one, fewer jobs, or a classical solver."""
        others = "take fewer jobs, or ask hybridq.classical.milp_minimum for a classical answer"
        if self.end <= self.least:
            return others
        shorter = f" below {self.end} (no schedule ends before {self.least}), "
        return ("give a ", Setting("horizon"), shorter, others)

    @property
    def notes(self) -> tuple[Text, ...]:
        """Remarks on windows, horizon and makespan, and on the program."""
        found: list[Text] = []
        windows, everything = self._first[-1], len(self.tasks) * self.end
        if windows < everything:
            found.append(
                f"tasks start within the windows that their jobs leave: {windows} qubits instead "
                f"of {everything}"
            )
        if not self._given:
            found.append(f"the horizon {self.end} is the makespan of a schedule by a priority rule")
        if self.makespan_bits:
            found.append(f"{plural(self.makespan_bits, 'further qubit')} hold the makespan")
        if not self.decide and self.least == self.end:
            found.append(f"every schedule within the horizon {self.end} is optimal")
        return (*found, *self.program_notes)

    def schedule(self, bits: Bits) -> list[list[int]]:
        """Return the starts of each task; a feasible assignment has one each."""
        row = self.variables(self.checked_row(bits)[np.newaxis])[0]
        return [[start for start, q in self._starts(i) if row[q]] for i in range(len(self.tasks))]

    def answer(self, bits: Bits) -> tuple[AnswerRow, ...]:
        """Return machines and times of the tasks of each job, and the end."""
        jobs: dict[int, list[str]] = {}
        ends = [0]
        for task, starts in zip(self.tasks, self.schedule(bits), strict=True):
            times = " and ".join(f"{start}–{start + task.duration}" for start in starts)
            jobs.setdefault(task.job, []).append(f"machine {task.machine}: {times or 'no start'}")
            ends += [start + task.duration for start in starts]
        rows = [AnswerRow(f"Job {job}", tuple(entries)) for job, entries in jobs.items()]
        return (*rows, AnswerRow("End", (max(ends),)))

    def draw(self, ax: Axes, bits: Bits) -> None:
        """Draw the tasks as bars on the line of each machine."""
        from hybridq.plots.gantt import Bar, plot_gantt

        found = [
            (task, start)
            for task, starts in zip(self.tasks, self.schedule(bits), strict=True)
            for start in starts
        ]
        bars = [
            Bar(
                f"machine {task.machine}",
                start,
                task.duration,
                task.job,
                f"{task.job}.{task.place}",
                any(_clash(task, start, *other) for other in found if other != (task, start)),
            )
            for task, start in found
        ]
        machines = [f"machine {each}" for each in sorted({task.machine for task in self.tasks})]
        end = max((bar.start + bar.duration for bar in bars), default=0.0)
        title = f"The best schedule found ends at {end:g}"
        title = "Not a schedule" if self.violations(bits) else title
        plot_gantt(bars, machines, ax, title=title, end=end)


def _clash(task: Task, start: int, other: Task, begin: int) -> bool:
    """Return whether two tasks at these starts conflict."""
    overlap = start < begin + other.duration and begin < start + task.duration
    if task.job == other.job and task.place != other.place:
        early = start if task.place < other.place else begin
        late = begin if task.place < other.place else start
        return late < early + (task if task.place < other.place else other).duration
    return task == other or (overlap and task.machine == other.machine)


def _one(name: str, members: Sequence[int]) -> Constraint:
    """Return the constraint that exactly one of some variables is 1."""
    return Constraint(name, {(q,): 1.0 for q in members}, "==", 1.0)


def _at_most_one(name: str, members: Sequence[int]) -> Constraint:
    """Return the constraint that at most one of some variables is 1."""
    return Constraint(name, {(q,): 1.0 for q in members}, "<=", 1.0)
