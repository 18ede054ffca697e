"""Kernels that several engines share.

`emit` is the vocabulary of vector instructions, `team` the threads that run a kernel together.
A kernel takes arrays and numbers only and knows nothing above it.
"""
