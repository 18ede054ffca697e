"""Integer programs, and their encodings in bits.

`program` holds variables, objective and constraints; `registers` encodes integers in bits,
`encoded` a whole program; `penalty_terms` and `penalty_rules` turn constraints into energies.
"""

from hybridq.problems.programs.program import Constraint, IntegerProgram, Variable

__all__ = ["Constraint", "IntegerProgram", "Variable"]
