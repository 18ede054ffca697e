"""Measurement plans: the fewest shots for the standard error that is wanted.

``plan(hamiltonian, circuit, params, target_error=1.6e-3)`` returns a `Plan`: groups of terms, one
circuit each, and their shots. Here is

- `base`: groups and groupings; `registry`: the groupings by name;
- `qubit_wise`, `fully_commuting` with `clifford` and their base `pauli_grouping`; `basis_rotation`
  with `orbital_part`: one grouping each;
- `allocation`: shots by predicted variances; `planning`, `plans`: making plans, and plans;
- `execution`: running a plan on simulators or by any callable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.core.lazy_names import lazy_names

if TYPE_CHECKING:
    from hybridq.measurement.base import Group, Grouping
    from hybridq.measurement.execution import Execute, executor, measure, sampled
    from hybridq.measurement.planning import plan
    from hybridq.measurement.plans import Estimate, Plan
    from hybridq.measurement.registry import GROUPINGS

_HOMES = {
    "Estimate": "plans",
    "Execute": "execution",
    "GROUPINGS": "registry",
    "Group": "base",
    "Grouping": "base",
    "Plan": "plans",
    "executor": "execution",
    "measure": "execution",
    "plan": "planning",
    "sampled": "execution",
}

__all__ = [
    "GROUPINGS",
    "Estimate",
    "Execute",
    "Group",
    "Grouping",
    "Plan",
    "executor",
    "measure",
    "plan",
    "sampled",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
