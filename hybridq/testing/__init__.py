"""Contract checks for extensions, to be called in the tests of a plug-in.

Each check compares an entry with brute force or a dense twin on small instances, and raises
`ContractError` at the first promise that is broken. The registry entries of hybridq pass the
same checks.
"""

from hybridq.testing.backends import check_backend
from hybridq.testing.contract import ContractError
from hybridq.testing.engines import check_engine
from hybridq.testing.mixers import check_mixer
from hybridq.testing.optimizers import check_optimizer
from hybridq.testing.problems import check_problem

__all__ = [
    "ContractError",
    "check_backend",
    "check_engine",
    "check_mixer",
    "check_optimizer",
    "check_problem",
]
