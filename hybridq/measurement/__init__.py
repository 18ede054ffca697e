"""Measurement plans: the fewest shots for the standard error that is wanted.

``plan(hamiltonian, circuit, params, target_error=1.6e-3)`` returns a `Plan`: groups of terms, one
circuit each, and their shots. Here is

- `base`: groups and groupings; `registry`: the groupings by name;
- `qubit_wise`, `fully_commuting` with `clifford` and their base `pauli_grouping`; `basis_rotation`
  with `orbital_part`: one grouping each;
- `allocation`: shots by predicted variances; `planning`, `plans`: making plans, and plans;
- `execution`: running a plan on simulators or by any callable.
"""

from hybridq.measurement.base import Group, Grouping
from hybridq.measurement.execution import Execute, executor, measure, sampled
from hybridq.measurement.planning import plan
from hybridq.measurement.plans import Estimate, Plan
from hybridq.measurement.registry import GROUPINGS

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
