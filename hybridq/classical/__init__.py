"""Classical references: exact solvers and heuristics, labelled as such.

Those for integer programs are loaded when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hybridq.classical.baseline import Baseline, ProgramBaseline
from hybridq.classical.choose import reference
from hybridq.classical.elimination import EliminationPlan, elimination_minimum, plan_elimination
from hybridq.classical.exact import EXACT_LIMIT, exact_minimum
from hybridq.classical.local_search import local_search
from hybridq.classical.unfrustrated import unfrustrated_minimum
from hybridq.core.lazy_names import lazy_names

if TYPE_CHECKING:
    from hybridq.classical.choose_program import program_reference
    from hybridq.classical.cpsat import cpsat_minimum
    from hybridq.classical.feasible import feasible_minimum
    from hybridq.classical.milp import milp_minimum

_HOMES = {
    "cpsat_minimum": "cpsat",
    "feasible_minimum": "feasible",
    "milp_minimum": "milp",
    "program_reference": "choose_program",
}

__all__ = [
    "EXACT_LIMIT",
    "Baseline",
    "EliminationPlan",
    "ProgramBaseline",
    "cpsat_minimum",
    "elimination_minimum",
    "exact_minimum",
    "feasible_minimum",
    "local_search",
    "milp_minimum",
    "plan_elimination",
    "program_reference",
    "reference",
    "unfrustrated_minimum",
]

__getattr__, __dir__ = lazy_names(__name__, _HOMES)
