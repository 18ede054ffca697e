"""Foundations: errors, checks, registries, memory, files, clock, compiling, randomness."""
