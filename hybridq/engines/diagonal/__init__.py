"""Diagonal engine: QAOA with the X mixer, on half the state where possible.

`cost` chooses the representation of the cost, `runners` runs the layers in one block or in passes,
`workspace` holds their arrays, `engine` is the running engine, and `kernels` the compiled code.
"""
