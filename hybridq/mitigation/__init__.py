"""Mitigation of noise, with labels that say what a value is worth.

Each entry of `MITIGATIONS` measures a plan by any callable that runs circuits (`Execute`), and
returns a `Mitigated` value: unbiased, biased or bounded, with its standard error and the condition
under which the label holds. Here is

- `base`: the contract, labels, costs; `registry`: the mitigations by name;
- `readout`, `twirled_readout`: errors of the measurement;
- `zne` with `folding` and `extrapolation`; `pec` and `cvar_bounds` with `quasi`; `post_selection`.
"""

from hybridq.mitigation.base import Cost, Label, Mitigated, Mitigation
from hybridq.mitigation.cvar_bounds import CVaRBounds
from hybridq.mitigation.pec import ErrorCancellation
from hybridq.mitigation.post_selection import PostSelection
from hybridq.mitigation.readout import ReadoutInversion
from hybridq.mitigation.registry import MITIGATIONS
from hybridq.mitigation.twirled_readout import TwirledReadout
from hybridq.mitigation.zne import ZeroNoise

__all__ = [
    "MITIGATIONS",
    "CVaRBounds",
    "Cost",
    "ErrorCancellation",
    "Label",
    "Mitigated",
    "Mitigation",
    "PostSelection",
    "ReadoutInversion",
    "TwirledReadout",
    "ZeroNoise",
]
