"""Integer programs, and their encodings in bits.

`program` holds variables, objective and constraints; `registers` encodes integers in bits,
`encoded` a whole program; `penalty_terms` and `penalty_rules` turn constraints into energies.
"""

from hybridq.problems.programs.constraint import Constraint
from hybridq.problems.programs.program import IntegerProgram, Variable
from hybridq.problems.programs.rows import Rows

__all__ = ["Constraint", "IntegerProgram", "Rows", "Variable"]
