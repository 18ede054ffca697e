"""One screen that tells a result: the answer first, every number after it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hybridq.cli import figures
from hybridq.cli.angle_table import angle_table
from hybridq.cli.verdict import cut_short, headline, quiet_line
from hybridq.cli.words import (
    as_options,
    listing,
    number,
    one_line,
    percent,
    plural,
    same,
    seconds,
)

if TYPE_CHECKING:
    from hybridq.result import EngineInfo, OptimizerInfo, Result

_WIDTH = 80
_ROW_ROOM = 66  # characters of a fact on one line
_SIDE_ROOM = 5 * 62  # characters of node labels a side: about five lines


def show(result: Result, *, quiet: bool = False) -> None:
    """Print a result on standard output: the whole screen, or the essentials on one line."""
    if quiet:
        say(quiet_line(result))
        return
    console = _console()
    with console.capture() as screen:
        for part in _parts(result):
            console.print(part)
    # Rich fills lines up with blanks, which only get in the way of who reads or compares the text.
    sys.stdout.write("".join(f"{line.rstrip()}\n" for line in screen.get().splitlines()))
    sys.stdout.flush()


def say(text: str) -> None:
    """Print one line of text as it is."""
    _console().print(Text(one_line(text)), soft_wrap=True)


def write_plain(text: str) -> None:
    """Write `text` on standard output as UTF-8, untouched."""
    buffer = getattr(sys.stdout, "buffer", None)
    if buffer is None:
        sys.stdout.write(text)
        return
    sys.stdout.flush()
    buffer.write(text.encode("utf-8", "surrogatepass"))
    buffer.flush()


def _console() -> Console:
    """Standard output: coloured on a terminal, plain text elsewhere, never wider than it is."""
    reconfigure = getattr(sys.stdout, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")  # a label that the encoding lacks is no failure
    console = Console(highlight=False, markup=False, emoji=False)
    if not console.is_terminal or console.width > 100:
        console.width = _WIDTH if not console.is_terminal else 100
    return console


def _parts(result: Result) -> list[RenderableType]:
    good, text = headline(result)
    parts: list[RenderableType] = [
        Text(""),
        Padding(Text(text, style="bold green" if good else "bold"), (0, 1)),
    ]
    note = cut_short(result)
    if note is not None:
        parts.append(Padding(Text(note, style="yellow"), (0, 1)))
    parts += [_values(result), _facts(result)]
    if result.parameters.size:
        parts += [Text(""), *angle_table(result)]
    return [*parts, Text("")]


def _values(result: Result) -> Table:
    """What was found beside what is known."""
    reference, missing = result.reference, figures.no_ratio(result)
    exact = reference is not None and reference.exact
    best = reference.value if reference is not None and missing is None else None
    table = Table(box=box.SIMPLE_HEAD, pad_edge=True, padding=(0, 1))
    table.add_column("")
    table.add_column(one_line(result.problem.value_name), justify="right")
    table.add_column(
        missing or ("of the optimum" if exact else "of the reference"), justify="right"
    )
    if result.best is not None:
        table.add_row(
            f"Best of {_shots(result)}",
            figures.value(result, result.best.value),
            _share(result.best.value, best),
            style="bold",
        )
    table.add_row(
        f"Expected {result.problem.value_name} (one sample, on average)",
        figures.expectation(result),
        _share(result.expectation, best),
    )
    if reference is not None:
        proof = "optimal" if reference.exact else "best known"
        name = f"Classical: {one_line(reference.method)}"
        table.add_row(name, figures.value(result, reference.value), proof)
    average = _random_average(result)
    if average is not None:
        text = figures.value(result, average)
        table.add_row("Random guess, on average", text, _share(average, best))
    return table


def _share(value: float, best: float | None) -> str:
    return "" if best is None else percent(value / best)


def _shots(result: Result) -> str:
    counts = result.trace.sample_counts
    return "the samples" if counts is None else plural(int(counts.sum()), "sample")


def _random_average(result: Result) -> float | None:
    """The value of a uniformly random assignment, where a closed form is at hand."""
    total = result.problem.facts.get("total_weight")
    return None if result.problem.kind != "maxcut" or total is None else float(total) / 2


def _facts(result: Result) -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, value in _rows(result):
        grid.add_row(f" {name}", Text(one_line(value)))
    return grid


def _rows(result: Result) -> list[tuple[str, str]]:
    optimizer = result.optimizer
    rows = [*_sides(result), (_subject(result), _describe(result))]
    rows.append(("Engine", _engine(result.engine, result.problem.n_qubits)))
    rows.append(("Ansatz", _ansatz(result.ansatz)))
    rows.append(("Optimizer", _search(optimizer)))
    seed = "" if result.seed is None else f", seed {result.seed}"
    rows.append(("Time", f"{seconds(result.seconds)}{seed}"))
    return rows


def _engine(engine: EngineInfo, n_qubits: int) -> str:
    """All that the engine says of itself where it fits a line, else the gist for a newcomer."""
    whole = str(engine)
    if len(whole) <= _ROW_ROOM:
        return whole
    gist = f"{engine.name}, {engine.precision} precision, {plural(n_qubits, 'qubit')}"
    threads = engine.reason.rpartition("; ")[2]
    return f"{gist} on {threads}" if threads.endswith(("thread", "threads")) else gist


def _search(optimizer: OptimizerInfo) -> str:
    """Method, evaluations and why it ended, each said once."""
    counted = plural(optimizer.evaluations, "evaluation")
    message = as_options(optimizer.message or optimizer.status)
    said = [part for part in (optimizer.method, counted) if part not in message]
    return ": ".join([", ".join(said), message] if said else [message])


def _sides(result: Result) -> list[tuple[str, str]]:
    """The partition by node label, as far as there is room."""
    if result.best is None or result.problem.kind != "maxcut":
        return []
    rows = []
    for side in (0, 1):
        labels = [label for label, which in result.best.assignment.items() if which == side]
        text, missing = listing(labels, _SIDE_ROOM)
        more = f", ... and {missing} more (--json FILE has all)" if missing else ""
        members = f"{plural(len(labels), 'node')}: {text}{more}" if labels else "empty"
        rows.append((f"Side {side}", members))
    return rows


def _subject(result: Result) -> str:
    return "Graph" if result.problem.kind == "maxcut" else "Problem"


def _describe(result: Result) -> str:
    facts = result.problem.facts
    parts = [result.problem.name]
    if {"nodes", "edges", "total_weight"} <= facts.keys():
        parts.append(plural(int(facts["nodes"]), "node"))
        parts.append(plural(int(facts["edges"]), "edge"))
        parts.append(f"total weight {figures.value(result, facts['total_weight'])}")
        low, high = facts.get("weight_min"), facts.get("weight_max")
        if low is not None and high is not None and not same(low, high):
            parts.append(f"weights {number(low)} to {number(high)}")
    else:
        parts.append(plural(result.problem.n_qubits, "qubit"))
    return ", ".join(parts)


def _ansatz(ansatz: dict[str, Any]) -> str:
    kind = str(ansatz.get("kind", "circuit"))
    parts = ["QAOA" if kind.lower() == "qaoa" else kind]
    if "p" in ansatz:
        parts.append(f"p = {ansatz['p']}")
    if "n_params" in ansatz:
        parts.append(plural(int(ansatz["n_params"]), "angle"))
    start = ansatz.get("initial")
    if start is not None:
        parts.append(f"started from {start}")
    return ", ".join(parts)
