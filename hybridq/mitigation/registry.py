"""Registry of mitigations, shared by Python, the command line and YAML."""

from __future__ import annotations

from functools import partial

from hybridq.core.registry import Registry, check_class
from hybridq.mitigation.base import Mitigation
from hybridq.mitigation.cvar_bounds import CVaRBounds
from hybridq.mitigation.pec import ErrorCancellation
from hybridq.mitigation.post_selection import PostSelection
from hybridq.mitigation.readout import ReadoutInversion
from hybridq.mitigation.twirled_readout import TwirledReadout
from hybridq.mitigation.zne import ZeroNoise

_ALL: tuple[type[Mitigation], ...] = (
    ReadoutInversion,
    TwirledReadout,
    ZeroNoise,
    ErrorCancellation,
    PostSelection,
    CVaRBounds,
)

MITIGATIONS: Registry[type[Mitigation]] = Registry(
    "mitigation",
    {each.name: each for each in _ALL},
    group="hybridq.mitigations",
    check=partial(check_class, base=Mitigation, name_field="name", texts=("summary",)),
)
"""Mitigations by name."""
