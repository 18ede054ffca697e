"""Compiled kernels of the density engine."""
