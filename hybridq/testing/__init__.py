"""Contract checks for extensions: call them in the tests of a package that adds an entry.

Each check holds an entry against brute force or a dense twin on small instances, and raises
`ContractError` at the first promise that is broken. The registry entries of hybridq go through the
same checks.
"""

from hybridq.testing.contract import ContractError
from hybridq.testing.engines import check_engine
from hybridq.testing.mixers import check_mixer
from hybridq.testing.optimizers import check_optimizer
from hybridq.testing.problems import check_problem

__all__ = [
    "ContractError",
    "check_engine",
    "check_mixer",
    "check_optimizer",
    "check_problem",
]
