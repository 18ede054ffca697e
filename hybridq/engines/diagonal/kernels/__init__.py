"""Kernels of the diagonal engine: QAOA of a diagonal cost with the X mixer.

From the engine's calls down to the vector code:

- `block`: states of one block (in one core's cache): evolution, energy, gradient, batches.
- `passes`, `adjoint`: larger states: evolution and energy, gradient, in passes over memory.
- `histogram`, `sampling`: the distribution of an integer cost, and shots.
- `panels`: adjacent columns of all blocks, for a pass by columns.
- `strips`: phases and costs of one block or of columns of chunks, line by line.
- `tables`: how the index is cut (`Grid`), and the tables of one layer (`Tables`, `Phase`).
- `phases`: the cost as arrays (`Cost`), phases and costs of one block.
- `levels_simd`: phases picked from a short list, for costs of few whole numbers.
- `butterflies`, `butterflies_simd`: the X mixer as real rotations, and its vector code.
- `spin_flip`: the mixer of the qubit that a spin-flip symmetric state leaves out.
- `chunks`: functions on 64 amplitudes, from `chunks_simd` or, without vectors, `chunks_plain`.
"""

from hybridq.core.jit import compiles_slowly

compiles_slowly(__name__, "the diagonal engine", seconds=20)
