"""Classical references: exact solvers and heuristics, labelled as such."""

from hybridq.classical.baseline import Baseline
from hybridq.classical.choose import reference
from hybridq.classical.elimination import EliminationPlan, elimination_minimum, plan_elimination
from hybridq.classical.exact import EXACT_LIMIT, exact_minimum
from hybridq.classical.local_search import local_search
from hybridq.classical.unfrustrated import unfrustrated_minimum

__all__ = [
    "EXACT_LIMIT",
    "Baseline",
    "EliminationPlan",
    "elimination_minimum",
    "exact_minimum",
    "local_search",
    "plan_elimination",
    "reference",
    "unfrustrated_minimum",
]
