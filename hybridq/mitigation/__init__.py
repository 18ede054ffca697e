"""Mitigation of noise, with labels that say what a value is worth.

Each entry of `MITIGATIONS` measures a plan by any callable that runs circuits (`Execute`), and
returns a `Mitigated` value: unbiased, biased or bounded, with its standard error and the condition
under which the label holds. Here is

- `base`: the contract, labels, costs; `registry`: the mitigations by name;
- `readout`, `twirled_readout`, `m3`: errors of the measurement;
- `zne` with `folding` and `extrapolation`; `pec` and `cvar_bounds` with `quasi`; `post_selection`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.lazy_names import lazy_names

if TYPE_CHECKING:
    from hybridq.mitigation.base import Cost, Label, Mitigated, Mitigation
    from hybridq.mitigation.cvar_bounds import CVaRBounds
    from hybridq.mitigation.m3 import MatrixFree
    from hybridq.mitigation.pec import ErrorCancellation
    from hybridq.mitigation.post_selection import PostSelection
    from hybridq.mitigation.readout import ReadoutInversion
    from hybridq.mitigation.registry import MITIGATIONS
    from hybridq.mitigation.twirled_readout import TwirledReadout
    from hybridq.mitigation.zne import ZeroNoise

_HOMES = {
    "CVaRBounds": "cvar_bounds",
    "Cost": "base",
    "ErrorCancellation": "pec",
    "Label": "base",
    "MITIGATIONS": "registry",
    "MatrixFree": "m3",
    "Mitigated": "base",
    "Mitigation": "base",
    "PostSelection": "post_selection",
    "ReadoutInversion": "readout",
    "TwirledReadout": "twirled_readout",
    "ZeroNoise": "zne",
}

__all__ = [
    "MITIGATIONS",
    "CVaRBounds",
    "Cost",
    "ErrorCancellation",
    "Label",
    "MatrixFree",
    "Mitigated",
    "Mitigation",
    "PostSelection",
    "ReadoutInversion",
    "TwirledReadout",
    "ZeroNoise",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
