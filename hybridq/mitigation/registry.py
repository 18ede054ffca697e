"""Registry of mitigations, shared by Python, the command line and YAML."""

from __future__ import annotations

from functools import partial

from hybridq.core.registry import Registry, check_class, lazy
from hybridq.mitigation.base import Mitigation

MITIGATIONS: Registry[type[Mitigation]] = Registry(
    "mitigation",
    {
        "readout": lazy("hybridq.mitigation.readout:ReadoutInversion"),
        "twirled-readout": lazy("hybridq.mitigation.twirled_readout:TwirledReadout"),
        "m3": lazy("hybridq.mitigation.m3:MatrixFree"),
        "zne": lazy("hybridq.mitigation.zne:ZeroNoise"),
        "pec": lazy("hybridq.mitigation.pec:ErrorCancellation"),
        "post-selection": lazy("hybridq.mitigation.post_selection:PostSelection"),
        "cvar-bounds": lazy("hybridq.mitigation.cvar_bounds:CVaRBounds"),
    },
    group="hybridq.mitigations",
    check=partial(check_class, base=Mitigation, name_field="name", texts=("summary",)),
)
"""Mitigations by name."""
