"""QAOA states that are spread over ranks, by MPI or over threads of one process.

- `sharding`: rank bits, the two layouts of the others, and the cost that one rank sees.
- `comm`: the protocol of ranks, threads of one process (`Loopback`), MPI (`Mpi`), followers.
- `shard`: one rank's part of a state: layers, exchanges, gradients, samples.
- `local`: layers within a rank, compiled or NumPy, with the diagonal engine's kernels.
- `rows`: the mixers of the bits that an exchange brings together; `kernels`: both compiled.
- `engine`: the running engine.
"""
