"""Kernels of the statevector engine: any circuit on all 2^n amplitudes.

From the engine's calls down to the vector code:

- `factors`: coefficients of operations from parameters, derivatives from their sums.
- `sweeps`: passes over the state, block by block (`Plan`, `sweep`); fill, scale, overlap.
- `gates`, `gates_simd`: single operations on one block, and their vector code.
- `rotations`, `rotations_simd`: layers of one-qubit gates, and their vector code.
- `parities`: many rotations about products of Z at once.
- `observables`, `observables_simd`: Pauli sums: expectation, product with a state; vector code.
- `block_simd`: the vocabulary of the ``…_simd`` modules, built on `hybridq.core.emit`.
"""

from hybridq.core.jit import compiles_slowly

compiles_slowly(__name__, "the statevector engine", seconds=15)
