"""Numbers and text as people read them; no layout, no colour."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

_CLOSE = 1e-9
_OPTION = (
    "objective_shots|objective|alpha|eta|strategy|"
    "max_evaluations|time_limit|restarts|shots|threads|precision|optimizer|engine|ansatz|layers|"
    "repetitions|entangler|entangling_gate|rotations|reference|particles|pool|tries|max_operators|"
    "gradient_tolerance|energy_tolerance|target_error|spin|charge|basis|active_space|frozen_core"
)
_ASSIGNED = re.compile(rf"\b({_OPTION})=(?:'([^']*)')?")
_NAMED = re.compile(
    r"(?<![\w./-])(max_evaluations|time_limit|max_operators|active_space|frozen_core)\b(?![./=])"
)


def one_line(text: object) -> str:
    """`text` on one line without control characters, which are shown as escapes.

    File names and node labels come from outside: printed raw, they could steer a terminal.
    """
    parts = " ".join(str(text).split())
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in parts)


def number(value: float) -> str:
    """A value with about six significant digits, whole numbers without decimals."""
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    nearest = round(value)
    if abs(value - nearest) <= _CLOSE * abs(value) and abs(value) < 1e15:
        return str(nearest)
    if 1e4 <= abs(value) < 1e12:
        return f"{value:.1f}"
    return f"{value:.6g}"


def percent(ratio: float | None) -> str:
    """A ratio in per cent; never rounded up to 100 %, and a dash where there is none."""
    if ratio is None or not math.isfinite(ratio):
        return "-"
    if abs(ratio - 1) <= _CLOSE:
        return "100 %"
    text = f"{100 * ratio:.1f}"
    if text == "100.0":
        return "> 99.9 %" if ratio < 1 else "> 100 %"
    return f"{text} %"


def decimals(ratio: float) -> str:
    """A ratio with four decimals, ``0.9712``; never rounded up to 1."""
    if abs(ratio - 1) <= _CLOSE:
        return "1"
    text = f"{ratio:.4f}"
    if text == "1.0000":
        return "> 0.9999" if ratio < 1 else "> 1"
    return text


def same(a: float, b: float, noise: float = 0.0) -> bool:
    """Whether two values are equal up to rounding, which `noise` says where they cancel to 0."""
    return math.isclose(a, b, rel_tol=_CLOSE, abs_tol=noise)


def angle(value: float) -> str:
    """An angle to four significant digits, zeros at the end included."""
    return f"{value:#.4g}".rstrip(".")


def as_options(text: str) -> str:
    """A message of the library with its arguments called as the command line calls them."""
    text = _ASSIGNED.sub(lambda match: f"{_option(match[1])} {match[2] or ''}", text)
    text = _NAMED.sub(lambda match: _option(match[1]), text)
    text = text.replace("symmetry=False", "--no-symmetry")
    return text.replace("exact=True", "--exact").replace("resume=True", "--resume")


def as_config_keys(text: str) -> str:
    """A message of `hybridq.solve` with its limits called as the config of an experiment does."""
    return text.replace("max_evaluations", "budget.evaluations").replace(
        "time_limit", "budget.seconds"
    )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def seconds(value: float) -> str:
    """A duration: ``0.42 s``, ``12.3 s``, ``3 min 20 s``."""
    if value < 10:
        return f"{value:.2f} s"
    if value < 120:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s"


def plural(count: int, noun: str) -> str:
    """``1 node``, ``2 nodes``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def listing(labels: Iterable[object], room: int) -> tuple[str, int]:
    """Labels with commas in at most `room` characters, and how many did not fit."""
    words = [one_line(label) for label in labels]
    used = 0
    for position, word in enumerate(words):
        used += len(word) + 2
        if used > room and position:
            return ", ".join(words[:position]), len(words) - position
    return ", ".join(words), 0
