"""Registry of groupings, shared by Python, the command line and YAML."""

from __future__ import annotations

from functools import partial

from hybridq.core.registry import Registry, check_class
from hybridq.measurement.base import Grouping
from hybridq.measurement.basis_rotation import BasisRotation
from hybridq.measurement.fully_commuting import FullyCommuting
from hybridq.measurement.qubit_wise import QubitWise

_ALL: tuple[type[Grouping], ...] = (QubitWise, FullyCommuting, BasisRotation)

GROUPINGS: Registry[type[Grouping]] = Registry(
    "grouping",
    {each.name: each for each in _ALL},
    group="hybridq.groupings",
    check=partial(check_class, base=Grouping, name_field="name", texts=("summary",)),
)
"""Groupings by name; ``"auto"`` predicts the error of each and takes the best."""
