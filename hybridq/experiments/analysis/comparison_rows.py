"""A comparison in words and digits: what screen, page and paper have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hybridq.experiments.analysis.comparison import Comparison, Group
from hybridq.experiments.analysis.metric_conventions import floor_of, with_unit
from hybridq.experiments.analysis.statistics import Interval
from hybridq.experiments.analysis.table import PROBLEM, Key, show

_TIED_NAMED = 3
_WIDE = 1e4  # ratio of the largest to the smallest mean beyond which digits follow each value


@dataclass(frozen=True)
class Row:
    """A group in words; empty where something is not known.

    Attributes:
        keys: the values that make the group.
        best: whether its mean is the best, or cannot be told from it in the digits shown; of a
            scan none is.
        reference: whether the others stand beside it.
    """

    keys: tuple[str, ...]
    trials: str
    mean: str
    interval: str
    median: str
    std: str
    wins: str
    difference: str
    p: str
    best: bool
    reference: bool


def rows(found: Comparison) -> list[Row]:
    """The groups of a comparison, one after the other."""
    digits = formatter(found)
    shown = {digits(found.groups[place].mean) for place in found.tied}
    return [
        _row(group, digits, digits(group.mean) in shown, place == found.reference)
        for place, group in enumerate(found.groups)
    ]


def headings(found: Comparison) -> list[str]:
    """What the columns of the keys are called: their last part, or all where that is ambiguous.

    A kind is called by its section: ``optimizer`` for ``optimizer.kind``.
    """
    short = [
        name.removesuffix(".kind") if name.endswith(".kind") else name.rpartition(".")[2]
        for name in found.by
    ]
    return [
        one.replace("_", " ") if short.count(one) == 1 else name
        for one, name in zip(short, found.by, strict=True)
    ]


def sentence(found: Comparison) -> str:
    """The outcome in a sentence: the best mean, whose it is, and how sure that is.

    Of a scan, where no group is a better choice than another, from where to where the means go.
    """
    best = found.groups[found.best]
    value = _mean(best, found)
    if len(found.groups) == 1:
        return f"Mean {_name(found)}: {value} over {_trials(best)}."
    if found.scan:
        return _range(found)
    tied = [found.groups[place].label for place in found.tied]
    text = f"Best mean {_name(found)}: {value} with {_listed(tied)}"
    if len(tied) > 1:
        text += ", which tie"
    rivals = [
        (group.label, group.contrast.p)
        for place, group in enumerate(found.groups)
        if group.contrast and place not in found.tied
    ]
    untested = len(rivals) < len(found.groups) - len(tied)
    if untested or not rivals or found.reference not in found.tied:
        return f"{text}."  # what is not tested against all others is not called better than them
    close = [name for name, p in rivals if p >= 0.05]
    if not close:
        others = "the other" if len(found.groups) == 2 else "all others"
        return f"{text}; significantly better than {others} (p < 0.05)."
    if len(close) <= 2:
        named = " or ".join(close)
    else:
        named = f"{len(close)} of the {len(rivals)} others"
        if len(close) == len(rivals):
            named = "any other"
    return f"{text}; not significantly better than {named}."


def _range(found: Comparison) -> str:
    """From where to where the means of a scan go."""
    digits = formatter(found)
    ends = [min(found.groups, key=_mean_of), max(found.groups, key=_mean_of)]
    low, high = (f"{_value(group.mean, digits, found)} ({group.label})" for group in ends)
    differing = " and ".join(name for name in found.by if name.startswith(PROBLEM))
    return (
        f"Mean {_name(found)} from {low} to {high}. Another {differing} is another "
        "problem: no group is called the best."
    )


def cases(found: Comparison) -> str:
    """What the tests stand on, in a sentence; empty where nothing is tested."""
    pairs = {group.contrast.pairs for group in found.groups if group.contrast}
    if not pairs:
        return ""
    each = {
        "instance": "each with its repeats averaged",
        "repeat": "all on one instance, so that they say nothing of others",
        "combination": "all on one instance, so that they say nothing of others",
    }[found.unit]
    fewest, most = min(pairs), max(pairs)
    count = str(most) if fewest == most else f"{fewest} to {most}"
    plural = found.unit if most == 1 else f"{found.unit}s"
    return f"Paired on {count} {plural}, {each}."


def adjustment(found: Comparison) -> str:
    """What the p-values are adjusted for, in a sentence; empty where nothing is tested."""
    shown = sum(group.contrast is not None for group in found.groups)
    if not shown:
        return ""
    if found.tests == 1:
        return "p-value: of a single test, so not adjusted."
    if found.tests == shown:
        return f"p-values: adjusted by Holm's method for the {shown} comparisons shown."
    return (
        f"p-values: adjusted by Holm's method for all {found.tests} pairs of groups, as the best "
        "is only known afterwards"
        + (
            "; those not shown are not tested, and taken to be no smaller."
            if found.untested
            else "."
        )
    )


def plain(found: Comparison) -> str:
    """A comparison as plain text: the outcome, a row for each group, notes."""
    shown = rows(found)
    columns = [
        [title, *(row.keys[place] for row in shown)] for place, title in enumerate(headings(found))
    ]
    keys = len(columns)
    columns += [
        ["trials", *(row.trials for row in shown)],
        [f"mean {found.quantity}", *(row.mean for row in shown)],
        ["95 % interval", *(row.interval for row in shown)],
        ["wins", *(row.wins for row in shown)],
        ["difference", *(row.difference for row in shown)],
        ["p-value", *(row.p for row in shown)],
    ]
    parts = []
    for place, column in enumerate(columns):
        if any(column[1:]):
            width = max(map(len, column))
            parts.append([t.ljust(width) if place < keys else t.rjust(width) for t in column])
    lines = ["  ".join(cells).rstrip() for cells in zip(*parts, strict=True)]
    notes = [note for note in (cases(found), adjustment(found), *found.notes) if note]
    return "\n".join([sentence(found), "", *lines, *([""] if notes else []), *notes])


def probability(p: float) -> str:
    """A p-value with its sign: ``= 0.031``, ``< 0.001``."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"


def formatter(found: Comparison) -> Callable[[float], str]:
    """How values of this metric are written: as many decimals as the intervals can tell apart.

    What rounding makes of 0 is 0.
    """
    floor = floor_of(found.metric)

    def written(form: str) -> Callable[[float], str]:
        return lambda value: _known(value, "0" if abs(value) <= floor else f"{value:{form}}")

    means = np.abs([group.mean for group in found.groups])
    if means.max() > _WIDE * max(means.min(), floor, 1e-300):
        return written(".3g")
    widths = [g.interval.high - g.interval.low for g in found.groups if g.interval]
    widths = [width for width in widths if width > floor]
    if not widths:
        return written(".6g")
    decimals = int(np.clip(1 - math.floor(math.log10(float(np.median(widths)))), 0, 12))
    return written(f".{decimals}f")


def _name(found: Comparison) -> str:
    """The metric without its unit, which stands behind the value."""
    return with_unit(found.metric, "") if found.measured_in else found.metric


def _value(value: float, digits: Callable[[float], str], found: Comparison) -> str:
    return f"{digits(value)} {found.measured_in}".rstrip()


def _mean(group: Group, found: Comparison) -> str:
    """The mean with its unit, and its interval where there is one."""
    digits = formatter(found)
    ends = _interval(group.interval, digits)
    return _value(group.mean, digits, found) + (f" (95 % interval {ends})" if ends else "")


def _mean_of(group: Group) -> float:
    return group.mean


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _TIED_NAMED
    shown = " and ".join(names[:_TIED_NAMED])
    return shown if more <= 0 else f"{shown} and {more} more"


def _known(value: float, text: str) -> str:
    return text if math.isfinite(value) else ""


def _row(group: Group, digits: Callable[[float], str], best: bool, reference: bool) -> Row:
    one = group.contrast
    return Row(
        keys=_keys(group.key),
        trials=str(len(group.rows)),
        mean=digits(group.mean),
        interval=_interval(group.interval, digits),
        median=digits(group.median),
        std=digits(group.std),
        wins="" if group.wins is None else f"{100 * group.wins:.0f} %",
        difference="" if one is None else _signed(one.difference),
        p="" if one is None else probability(one.p).removeprefix("= "),
        best=best,
        reference=reference,
    )


def _keys(key: Key) -> tuple[str, ...]:
    """The values in words; what a group does not have stays empty if it has anything else."""
    bare = all(value is None for value in key)
    return tuple("" if value is None and not bare else show(value) for value in key)


def _signed(value: float) -> str:
    return f"{value:+.2g}" if value else "0"


def _interval(ends: Interval | None, digits: Callable[[float], str]) -> str:
    """The ends of an interval; empty where there is none, or no width since all cases are equal."""
    if ends is None or digits(ends.low) == digits(ends.high):
        return ""
    return f"{digits(ends.low)} to {digits(ends.high)}"


def _trials(group: Group) -> str:
    return f"{len(group.rows)} trial{'' if len(group.rows) == 1 else 's'}"
