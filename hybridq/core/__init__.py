"""Foundations: errors, checks, registry, memory, files, clock, jit, randomness."""
