"""Classical answers to the same problems, each with an honest label."""

from hybridq.baselines.baseline import Baseline
from hybridq.baselines.choose import reference
from hybridq.baselines.elimination import EliminationPlan, elimination_minimum, plan_elimination
from hybridq.baselines.exact import EXACT_LIMIT, exact_minimum
from hybridq.baselines.local_search import local_search
from hybridq.baselines.unfrustrated import unfrustrated_minimum

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
