"""Registry of groupings, shared by Python, the command line and YAML."""

from __future__ import annotations

from functools import partial
from typing import TypeAlias

from hybridq.core.registry import Registry, check_class, lazy
from hybridq.measurement.base import Grouping

AUTO = "auto"

GROUPINGS: Registry[type[Grouping]] = Registry(
    "grouping",
    {
        "qubit-wise": lazy("hybridq.measurement.qubit_wise:QubitWise"),
        "fully-commuting": lazy("hybridq.measurement.fully_commuting:FullyCommuting"),
        "basis-rotation": lazy("hybridq.measurement.basis_rotation:BasisRotation"),
    },
    group="hybridq.groupings",
    check=partial(check_class, base=Grouping, name_field="name", texts=("summary",)),
)
"""Groupings by name; ``"auto"`` predicts the error of each and takes the best."""

GroupingLike: TypeAlias = str | Grouping
"""The argument `grouping`: ``"auto"``, a name of `GROUPINGS`, or a configured grouping."""
