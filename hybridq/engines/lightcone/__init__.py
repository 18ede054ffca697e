"""Expectation values of QAOA on large graphs, from light cones.

`engine` is the running engine and `routes` the way that each cone takes: messages along trees
(`hybridq.operators.paths`), a sum over the paths of all spins where a cone has loops (`program`),
or a simulation of its spins alone (`dense`). `cones` finds cones, `shapes` merges equal ones;
`kernels` are compiled, `plain` has their slow twins.
"""
