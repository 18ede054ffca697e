"""One screen that tells a result: the answer first, every number after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from hybridq.cli import figures, page
from hybridq.cli.angle_table import angle_table
from hybridq.cli.objective_options import no_gain
from hybridq.cli.objective_options import row as objective_row
from hybridq.cli.optimizer_options import in_words as options_row
from hybridq.cli.search_rows import search_rows, time_row
from hybridq.cli.verdict import cut_short, headline, quiet_line
from hybridq.cli.words import (
    listing,
    number,
    one_line,
    percent,
    plural,
    same,
)

if TYPE_CHECKING:
    from hybridq.presentation import Result

_SIDE_ROOM = 5 * 62  # characters of node labels a side: about five lines


def show(result: Result, *, quiet: bool = False) -> None:
    """Print a result on standard output: the whole screen, or the essentials on one line."""
    if quiet:
        page.say(quiet_line(result))
        return
    page.show_parts(_parts(result))


def _parts(result: Result) -> list[RenderableType]:
    good, text = headline(result)
    notes = [note for note in (cut_short(result), no_gain(result)) if note is not None]
    parts = page.heading(text, good=good, notes=notes)
    parts += [_values(result), page.facts(_rows(result))]
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


def _rows(result: Result) -> list[tuple[str, str]]:
    rows = [*_sides(result), (_subject(result), _describe(result))]
    rows.append(("Engine", page.engine_line(result.engine, result.problem.n_qubits)))
    rows.append(("Ansatz", _ansatz(result.ansatz)))
    rows += search_rows(result.ansatz)
    rows += objective_row(result)
    rows.append(("Optimizer", page.search_line(result.optimizer)))
    rows += options_row(result.optimizer)
    rows.append(time_row(result.seconds, result.seed))
    return rows


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
    return ", ".join(parts)
