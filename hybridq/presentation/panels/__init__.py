"""Panels of the overview figure: one file and one line each.

A panel is a frozen object with a name, a title, ``applies(result)`` and ``draw(result, ax)``; see
`Panel`. The overview draws the panels that apply, in the order of `PANELS`. Another package adds
one by an entry point in the group ``hybridq.panels``.
"""

from __future__ import annotations

from hybridq.core.errors import ParameterError
from hybridq.core.registry import Registry, lazy
from hybridq.presentation.panels.base import Panel

__all__ = ["PANELS", "Panel"]


def _check(name: str, entry: Panel) -> None:
    """Raise if an entry of another package is not a panel."""
    if not isinstance(entry, Panel):
        raise ParameterError(f"it is a {type(entry).__name__}, not a Panel")


PANELS: Registry[Panel] = Registry(
    "panel",
    {
        "answer": lazy("hybridq.presentation.panels.answer:ANSWER"),
        "degrees": lazy("hybridq.presentation.panels.degrees:DEGREES"),
        "energy-error": lazy("hybridq.presentation.panels.energy_error:ENERGY_ERROR"),
        "convergence": lazy("hybridq.presentation.panels.convergence:CONVERGENCE"),
        "growth": lazy("hybridq.presentation.panels.growth:GROWTH"),
        "distribution": lazy("hybridq.presentation.panels.distribution:DISTRIBUTION"),
        "landscape": lazy("hybridq.presentation.panels.landscape:LANDSCAPE"),
        "numbers": lazy("hybridq.presentation.panels.numbers:NUMBERS"),
    },
    group="hybridq.panels",
    check=_check,
)
