"""QAOA states that are spread over ranks, by MPI or over threads of one process.

- `sharding`: rank bits, the two layouts of the others, and the cost that one rank sees.
- `comm`: the protocol of ranks, threads of one process (`Loopback`), MPI (`Mpi`), followers.
- `shard`: one rank's part of a state: layers, exchanges, gradients, samples.
- `local`: layers within a rank, compiled or NumPy, with the diagonal engine's kernels.
- `shared`: layers of ranks of one machine, with the exchange in shared memory.
- `rows`: the mixers of the bits that an exchange brings together; `kernels`: compiled layers, by
  messages (`rows`) and in memory that all ranks of a machine share (`swap`).
- `engine`: the running engine.
"""
