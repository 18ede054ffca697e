"""Numbers as text for readers: one format for screens, sentences and pictures."""

from __future__ import annotations

import math
import re

_MINUS = re.compile(r"(?<![\w.-])-(?=\d)|(?<=\de)-(?=\d)")
_RELATIVE = 1e-9  # relative difference below which two values count as equal


def number(value: float) -> str:
    """Format with about six significant digits; integers get no decimals."""
    value = float(value)
    if not math.isfinite(value):
        return str(value)
    nearest = round(value)
    if abs(value - nearest) <= _RELATIVE * abs(value) and abs(value) < 1e15:
        return str(nearest)
    if 1e4 <= abs(value) < 1e12:
        return f"{value:.1f}"
    return f"{value:.6g}"


def percent(ratio: float | None, digits: int = 1) -> str:
    """Format a ratio in per cent; never rounded to 100 %, and ``-`` for no ratio.

    Args:
        ratio: 1 for all.
        digits: after the point.
    """
    if ratio is None or not math.isfinite(ratio):
        return "-"
    if abs(ratio - 1) <= _RELATIVE:
        return "100 %"
    text = f"{100 * ratio:.{digits}f}"
    if text == f"{100:.{digits}f}":
        return f"> {100 - 10.0**-digits:.{digits}f} %" if ratio < 1 else "> 100 %"
    return f"{text} %"


def decimals(ratio: float) -> str:
    """Format a ratio with four decimals, ``0.9712``; never rounded to 1."""
    if abs(ratio - 1) <= _RELATIVE:
        return "1"
    text = f"{ratio:.4f}"
    if text == "1.0000":
        return "> 0.9999" if ratio < 1 else "> 1"
    return text


def angle(value: float) -> str:
    """Format an angle with four significant digits, trailing zeros included."""
    return f"{value:#.4g}".rstrip(".")


def seconds(value: float) -> str:
    """Format a duration: ``0.42 s``, ``12.3 s``, ``3 min 20 s``."""
    if value < 10:
        return f"{value:.2f} s"
    if value < 120:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s"


def plural(count: int, noun: str) -> str:
    """Format a count with its noun: ``1 node``, ``2 nodes``."""
    return f"{count} {noun}" if count == 1 else f"{count} {plural_noun(noun)}"


def plural_noun(noun: str) -> str:
    """Return the plural of a regular noun: nodes, energies, branches.

    A noun that ends in a plural already, such as "conflicts", stays as it is.
    """
    if noun.endswith("ts"):
        return noun
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def same(a: float, b: float, noise: float = 0.0) -> bool:
    """True if two values are equal up to rounding.

    Args:
        a: a value.
        b: another one.
        noise: the absolute rounding error of either, which matters where terms cancel to 0.
    """
    return math.isclose(a, b, rel_tol=_RELATIVE, abs_tol=noise)


def with_minus_signs(text: str) -> str:
    """Replace the hyphens before numbers in a text by minus signs, for pictures."""
    return _MINUS.sub("−", text)
