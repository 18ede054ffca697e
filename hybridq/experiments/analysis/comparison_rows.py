"""A comparison in words and digits, for screen, page and paper."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from hybridq.experiments.analysis.comparison import ComparedGroup, Comparison
from hybridq.experiments.analysis.metric_conventions import floor_of, with_unit
from hybridq.experiments.analysis.statistics import Interval
from hybridq.experiments.analysis.table import PROBLEM, Key, show
from hybridq.presentation import html

_TIED_NAMED = 3
_WIDE = 1e4  # ratio of the largest to the smallest mean beyond which each value has its own digits


@dataclass(frozen=True)
class ComparisonRow:
    """A group in words; unknown values are empty.

    Attributes:
        keys: the values that make the group.
        best: True if its mean is the best or equal to it in the shown digits; never for a scan.
        reference: True if the others are compared with it.
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


def rows(found: Comparison) -> list[ComparisonRow]:
    """Return the rows of a comparison, one for each group."""
    digits = formatter(found)
    shown = {digits(found.groups[place].mean) for place in found.tied}
    return [
        _row(group, digits, digits(group.mean) in shown, place == found.reference)
        for place, group in enumerate(found.groups)
    ]


def headings(found: Comparison) -> list[str]:
    """Return the titles of the key columns, shortened where unambiguous.

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
    """Return the outcome in a sentence: the best mean, its group, its significance.

    For a scan, where no group is a better choice than another, it is the range of the means.
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
        return f"{text}."  # only a group that is tested against all others is called better
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
    """Return the range of the means of a scan."""
    digits = formatter(found)
    ends = [min(found.groups, key=_mean_of), max(found.groups, key=_mean_of)]
    low, high = (f"{_value(group.mean, digits, found)} ({group.label})" for group in ends)
    differing = " and ".join(name for name in found.by if name.startswith(PROBLEM))
    return (
        f"Mean {_name(found)} from {low} to {high}. Another {differing} is another "
        "problem: no group is the best."
    )


def cases(found: Comparison) -> str:
    """Return a sentence on the cases of the tests, empty without tests."""
    pairs = {group.contrast.pairs for group in found.groups if group.contrast}
    if not pairs:
        return ""
    each = {
        "instance": "each with its repeats averaged",
        "repeat": "all on one instance, without evidence for others",
        "combination": "all on one instance, without evidence for others",
    }[found.unit]
    fewest, most = min(pairs), max(pairs)
    count = str(most) if fewest == most else f"{fewest} to {most}"
    plural = found.unit if most == 1 else f"{found.unit}s"
    return f"Paired on {count} {plural}, {each}."


def adjustment(found: Comparison) -> str:
    """Return a sentence on the adjustment of the p-values, empty without tests."""
    shown = sum(group.contrast is not None for group in found.groups)
    if not shown:
        return ""
    if found.tests == 1:
        return "p-value: of a single test, not adjusted."
    if found.tests == shown:
        return f"p-values: adjusted by Holm's method for the {shown} comparisons shown."
    return (
        f"p-values: adjusted by Holm's method for all {found.tests} pairs of groups, as the best "
        "is only known afterwards"
        + (
            "; those not shown are not tested, and assumed to be no smaller."
            if found.untested
            else "."
        )
    )


def plain(found: Comparison) -> str:
    """Return a comparison as plain text: the outcome, a row for each group, notes."""
    keys = len(found.by)
    parts = []
    for place, column in enumerate(_columns(found)):
        width = max(map(len, column))
        parts.append([t.ljust(width) if place < keys else t.rjust(width) for t in column])
    lines = ["  ".join(cells).rstrip() for cells in zip(*parts, strict=True)]
    notes = _notes(found)
    return "\n".join([sentence(found), "", *lines, *([""] if notes else []), *notes])


def page(found: Comparison) -> str:
    """Return a comparison as HTML for a notebook, with the texts of `plain`."""
    titles, *lines = zip(*_columns(found), strict=True)
    bold = [row.best and len(lines) > 1 for row in rows(found)]
    return html.outcome(sentence(found), html.table(titles, lines, bold), _notes(found))


def _columns(found: Comparison) -> list[list[str]]:
    """Return the columns with titles, keys first, without empty ones."""
    shown = rows(found)
    keys = [
        [title, *(row.keys[place] for row in shown)] for place, title in enumerate(headings(found))
    ]
    values = [
        ["trials", *(row.trials for row in shown)],
        [f"mean {found.quantity}", *(row.mean for row in shown)],
        ["95 % interval", *(row.interval for row in shown)],
        ["wins", *(row.wins for row in shown)],
        ["difference", *(row.difference for row in shown)],
        ["p-value", *(row.p for row in shown)],
    ]
    return [*keys, *(column for column in values if any(column[1:]))]


def _notes(found: Comparison) -> list[str]:
    """Return the sentences below the table."""
    return [note for note in (cases(found), adjustment(found), *found.notes) if note]


def probability(p: float) -> str:
    """Return a p-value with its sign: ``= 0.031``, ``< 0.001``."""
    return "< 0.001" if p < 0.001 else f"= {p:.3f}" if p < 0.1 else f"= {p:.2f}"


def formatter(found: Comparison) -> Callable[[float], str]:
    """Return a formatter with as many decimals as the intervals resolve.

    Values within rounding of 0 are written as 0.
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
    """Return the metric without its unit, which follows the value."""
    return with_unit(found.metric, "") if found.measured_in else found.metric


def _value(value: float, digits: Callable[[float], str], found: Comparison) -> str:
    return f"{digits(value)} {found.measured_in}".rstrip()


def _mean(group: ComparedGroup, found: Comparison) -> str:
    """Return the mean with its unit, and its interval if known."""
    digits = formatter(found)
    ends = _interval(group.interval, digits)
    return _value(group.mean, digits, found) + (f" (95 % interval {ends})" if ends else "")


def _mean_of(group: ComparedGroup) -> float:
    return group.mean


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _TIED_NAMED
    shown = " and ".join(names[:_TIED_NAMED])
    return shown if more <= 0 else f"{shown} and {more} more"


def _known(value: float, text: str) -> str:
    return text if math.isfinite(value) else ""


def _row(
    group: ComparedGroup, digits: Callable[[float], str], best: bool, reference: bool
) -> ComparisonRow:
    one = group.contrast
    return ComparisonRow(
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
    """Return the values in words; missing ones are empty if the group has any other."""
    bare = all(value is None for value in key)
    return tuple("" if value is None and not bare else show(value) for value in key)


def _signed(value: float) -> str:
    return f"{value:+.2g}" if value else "0"


def _interval(ends: Interval | None, digits: Callable[[float], str]) -> str:
    """Return the interval as text, empty if unknown or of zero width."""
    if ends is None or digits(ends.low) == digits(ends.high):
        return ""
    return f"{digits(ends.low)} to {digits(ends.high)}"


def _trials(group: ComparedGroup) -> str:
    return f"{len(group.rows)} trial{'' if len(group.rows) == 1 else 's'}"
