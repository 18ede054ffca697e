"""Kernels of the sector engine: circuits that conserve particle numbers.

- `program`: a circuit as flat arrays (`Program`), and the lists that its steps act on.
- `run`: all steps of a program, forwards on a state, backwards on ψ and λ of a gradient.
- `rotations_simd`: vector code of the rotations between pairs of amplitudes.
- `exponential`: excitations of several terms, as exponentials of small blocks.
- `phases`: diagonal steps.
- `algebra`: products with H, inner products, the sum of a gradient's parts.
"""

from hybridq.core.jit import compiles_slowly

compiles_slowly(__name__, "the sector engine", seconds=8)
