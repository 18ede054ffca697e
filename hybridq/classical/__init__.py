"""Classical references: exact solvers and heuristics, labelled as such."""

from hybridq.classical.baseline import Baseline, ProgramBaseline
from hybridq.classical.choose import reference
from hybridq.classical.choose_program import program_reference
from hybridq.classical.cpsat import cpsat_minimum
from hybridq.classical.elimination import EliminationPlan, elimination_minimum, plan_elimination
from hybridq.classical.exact import EXACT_LIMIT, exact_minimum
from hybridq.classical.feasible import feasible_minimum
from hybridq.classical.local_search import local_search
from hybridq.classical.milp import milp_minimum
from hybridq.classical.unfrustrated import unfrustrated_minimum

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
